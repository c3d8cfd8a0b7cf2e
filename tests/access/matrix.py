"""Who reaches which page: one line a URL, checked against the running product by `test_matrix.py`.

Adding a row
============
Every named URL of ours needs one line in `tests/access/rows/<your app>.py` (any module there is collected; make
your own):

    ROWS = (
        page("case-list", roles=CENTER_ROLES),
        page("case-page", "case", roles=CENTER_ROLES, own=WORKERS | {Role.DIRECTOR}, colleague={Role.DIRECTOR}),
        page("plan-approve", "plan", roles={Role.DIRECTOR}, methods="POST", colleague=ALL),
        page("center-page", "center", roles=READERS, colleague=ALL, foreign=ALL),
        page("health", roles=PUBLIC),
    )

`page(name, kind, roles=, own=, colleague=, foreign=, restricted=, barred=, methods=, refused=, get=, post=)`:

* `name` the URL's name, `kind` what its arguments point at ("" = the URL has no arguments);
* `roles` who has the function at all: exactly the roles of the view's `@allowed(...)`; all others get 403. `PUBLIC`
  = `@public`;
* a relation's set = the roles *of those* that reach the object in it; the rest of `roles` get 404. `ALL` = all of
  `roles`. own (default ALL): case team, own Center, own agency · colleague (default nobody): same organization, not
  of the team · foreign (nobody): another Center or agency · restricted (nobody): own organization, a restricted
  case without a grant · barred (nobody): of the team, and on the barred list. Roles without an organization
  (ministry, operator) are only ever "own";
* `methods`: "GET" (default), "POST" or "GET POST"; any other gets 405. Reached = 200 (`get=302` for a redirect) or,
  for a POST with an empty form, one of 200, 302, 400, 409 (`post=404` names another). An ended membership always
  gets 403, nobody signed in 302 to the sign-in page (401 for a POST);
* who broke the glass of a restricted case may read what the case's pages show and send nothing: every URL that takes a
  POST is tried so, without a word in the row;
* `refused`: roles of the team that get 403, because of the team only the case manager may.

An endpoint for programs is one line too: `endpoint("api-intakes", door="contact_center", methods="GET POST")`. It is
walked with bearer tokens: 401 to everybody without one (sessions of all roles too) and to a program whose access is
closed, 403 to a program of another door, 404 for what another program of the door sent, byte for byte as absent.

Adding a kind of object
=======================
Beside your rows, a function that makes one in Center or agency A; `restricted=True` asks for the variant in a
restricted case (return None if there is no such thing). Lower kinds are had with `world.obj("case", restricted)`:

    @kind("plan", of_case=True)
    def plan(world: World, *, restricted: bool) -> Made | None:
        version = an_approved(world.place, now=world.now)
        world.team_up(version.plan.case, restricted)
        return Made(version.plan, {"pk": version.plan_id}, version.plan.case_id)

`of_case=True` makes the harness put the barred actors on the barred list of the case (the third value of `Made`).
`world.center`, `world.agency`, `world.district` are A's; `world.place` is A as `tests.factories` takes it;
`world.team_up` puts everybody who should be there on the team and restricts the case; `world.by(role)` is an Actor of
the team (or the organization) with that role; `world.membership(role, relation)` the account of a cell. Objects are
made once for all rows; what a request changes is rolled back. Run: `pytest tests/access -k <url name>`; afterwards
`manage.py write_docs` renews docs/access.md.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from family_support.accounts.roles import (
    AGENCY_ROLES,
    CENTER_ROLES,
    EVERYBODY,
    MINISTRY_ROLES,
    OPERATOR_ROLES,
    Role,
)

__all__ = [
    "AGENCY_ROLES",
    "ALL",
    "CENTER_ROLES",
    "EVERYBODY",
    "KINDS",
    "MINISTRY_ROLES",
    "OPERATOR_ROLES",
    "PUBLIC",
    "Made",
    "Relation",
    "Role",
    "Row",
    "endpoint",
    "kind",
    "page",
    "relations",
    "rows",
]


class Relation(StrEnum):
    """How an account stands to the object of a URL."""

    OWN = "own"
    COLLEAGUE = "colleague"
    FOREIGN = "foreign"
    RESTRICTED = "restricted"
    BARRED = "barred"
    # Of the own organization, not of the team, and the glass of a restricted case is broken: nothing but reading.
    GLASS = "glass"
    ENDED = "ended"


# What a POST with an empty form answers to somebody who may send it.
REACHED_BY_POST = frozenset({200, 302, 400, 409})


class _All:
    """Stands for all roles of the row."""


ALL = _All()
PUBLIC = None
Roles = Iterable[Role]


@dataclass(frozen=True)
class Row:
    """What one URL answers to every role in every relation."""

    name: str
    kind: str
    roles: frozenset[Role] | None
    reach: dict[Relation, frozenset[Role]]
    methods: frozenset[str]
    get: frozenset[int] = frozenset({200})
    post: frozenset[int] = REACHED_BY_POST
    refused: frozenset[Role] = frozenset()
    door: str = ""

    def reaches(self, role: Role, relation: Relation) -> bool:
        return role in self.reach.get(relation, frozenset())


@dataclass(frozen=True)
class Made:
    """An object of a kind, and the URL arguments that point at it."""

    obj: Any
    kwargs: dict[str, Any]
    case_id: int | None = None


Maker = Callable[..., Made | None]


@dataclass(frozen=True)
class Kind:
    make: Maker
    of_case: bool
    absent: dict[str, Any]


KINDS: dict[str, Kind] = {}


def kind(
    name: str, *, of_case: bool = False, absent: dict[str, Any] | None = None
) -> Callable[[Maker], Maker]:
    """Register how objects of a kind are made; `absent` are arguments that point at nothing (default: pk 999999999)."""

    def register(make: Maker) -> Maker:
        if name in KINDS and KINDS[name].make.__module__ != make.__module__:
            raise ValueError(f"the kind {name} is made in two modules")
        KINDS[name] = Kind(make, of_case, absent or {"pk": 999_999_999})
        return make

    return register


def page(
    name: str,
    kind: str = "",
    *,
    roles: Roles | None,
    own: Roles | _All = ALL,
    colleague: Roles | _All = (),
    foreign: Roles | _All = (),
    restricted: Roles | _All = (),
    barred: Roles | _All = (),
    methods: str = "GET",
    refused: Roles = (),
    get: int | Iterable[int] = 200,
    post: int | Iterable[int] = REACHED_BY_POST,
) -> Row:
    """One line of the table: see the module's docstring."""
    permitted = None if roles is None else frozenset(roles)

    def those(given: Roles | _All) -> frozenset[Role]:
        chosen = (permitted or frozenset()) if isinstance(given, _All) else frozenset(given)
        if permitted is not None and not chosen <= permitted:
            raise ValueError(
                f"{name}: {sorted(chosen - permitted)} reach the page without having the function"
            )
        return chosen

    reach = {
        Relation.OWN: those(own),
        Relation.COLLEAGUE: those(colleague),
        Relation.FOREIGN: those(foreign),
        Relation.RESTRICTED: those(restricted),
        Relation.BARRED: those(barred),
    }
    answers = [frozenset({given}) if isinstance(given, int) else frozenset(given) for given in (get, post)]
    return Row(name, kind, permitted, reach, frozenset(methods.split()), *answers, frozenset(refused))


def relations(role: Role, row: Row) -> list[Relation]:
    """How accounts of a role are tried against the objects of a row."""
    if not row.kind:
        return [Relation.OWN]
    if role not in CENTER_ROLES | AGENCY_ROLES:
        wanted = [Relation.OWN]
    else:
        wanted = [Relation.OWN, Relation.COLLEAGUE, Relation.FOREIGN]
    return [*wanted, Relation.RESTRICTED, Relation.BARRED] if KINDS[row.kind].of_case else wanted


def endpoint(
    name: str,
    kind: str = "",
    *,
    door: str,
    methods: str = "GET",
    get: int | Iterable[int] = 200,
    post: int | Iterable[int] = 400,
) -> Row:
    """One line of the table for an endpoint of the API: programs of the door reach what they sent themselves."""
    row = page(name, kind, roles={Role.MACHINE}, methods=methods, get=get, post=post)
    return replace(row, door=door)


# Pages of libraries that we expose as they are; their own guards are tested in tests/accounts.
LIBRARY_PAGES = frozenset(
    {
        "account_login",
        "openid_connect_login",
        "openid_connect_callback",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
    }
)


def rows() -> dict[str, Row]:
    """Every row of every module of `tests.access.rows`, by URL name; a name listed twice is an error."""
    package = importlib.import_module("tests.access.rows")
    found: dict[str, Row] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for row in getattr(module, "ROWS", ()):
            if row.name in found:
                raise ValueError(f"{row.name} is listed twice")
            found[row.name] = row
    return found
