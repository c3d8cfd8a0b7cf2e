"""docs/access.md: the matrix as a page for people."""

from family_support.accounts.roles import Role
from family_support.base.docs import page
from tests.access.matrix import CENTER_ROLES, EVERYBODY, PUBLIC, Relation, Row, relations, rows

INTRO = """\
# Who reaches which page

Default is deny. Out of scope answers 404, the same byte for byte as "does not exist"; 403 only where the whole
function is closed to the role. `tests/access/test_matrix.py` walks every URL of the product and sends each method
as every role in every relation; a URL that is not in the table fails the build.

To add a page: give its view `@allowed(...)` or `@public`, add one line to `tests/access/rows/<app>.py` (how is told
in `tests/access/matrix.py`), run `manage.py write_docs`.

Columns: *function* – roles that have it, others get 403; then who of them reaches the object when it is their own
(team, Center, body), a colleague's, another organization's, in a restricted case without a grant. Nobody reaches a
case that bars them, and nobody with an ended membership reaches anything. The API's endpoints (`api-…`) are reached
with a program's token only, by the programs of one door; "own" is what the program sent itself.
"""


def _roles(roles: frozenset[Role] | None, of: frozenset[Role] | None = None) -> str:
    if roles is PUBLIC:
        return "public"
    if not roles:
        return "–"
    if roles == EVERYBODY:
        return "everybody signed in"
    if of is not None and roles == of:
        return "all"
    names = [role.value for role in Role if role in roles]
    if roles >= CENTER_ROLES and roles != CENTER_ROLES:
        names = ["Center roles", *(role.value for role in Role if role in roles - CENTER_ROLES)]
    elif roles == CENTER_ROLES:
        names = ["Center roles"]
    return ", ".join(names)


def _line(row: Row) -> str:
    function = f"program of {row.door}" if row.door else _roles(row.roles)
    cells = [f"`{row.name}`", " ".join(sorted(row.methods)), row.kind or "–", function]
    for relation in (Relation.OWN, Relation.COLLEAGUE, Relation.FOREIGN, Relation.RESTRICTED):
        cells.append(_roles(row.reach[relation], row.roles) if row.kind else "")
    return f"| {' | '.join(cells)} |"


def _counts(found: list[Row]) -> str:
    """What the walk asks, counted from the table by the walk's own rules: a row that is dropped is seen here."""
    cells = [
        (role, relation, method)
        for row in found
        if row.roles is not PUBLIC and not row.door
        for role in row.roles
        for relation in relations(role, row)
        for method in row.methods
    ]
    refused = sum(len(set(Role) - row.roles) for row in found if row.roles is not PUBLIC and not row.door)
    reached = len({relation for _role, relation, _method in cells})
    public = sum(row.roles is PUBLIC for row in found)
    endpoints = sum(bool(row.door) for row in found)
    return (
        f"Checked: {len(found)} URLs × {len(Role)} roles × {reached} relations: {len(cells)} requests of roles "
        f"that have the function, {refused} of roles that have not, {public} public URLs, {endpoints} endpoints of "
        "programs with every role's session and every door's token.\n"
    )


@page("access.md")
def access() -> str:
    head = "| page | method | object | function | own | colleague | foreign | restricted |"
    lines = [_line(row) for _, row in sorted(rows().items())]
    return "\n".join(
        [INTRO, _counts(list(rows().values())), head, "|---|---|---|---|---|---|---|---|", *lines]
    )
