"""Searching the history without its content, and whether it is kept well: the security officer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from family_support.accounts.models import Membership, User
from family_support.audit import upkeep
from family_support.audit.queries import without_context
from family_support.audit.words import field_of, label_of, models_by_table, table_name
from family_support.base.actor import SYSTEM_ROLE, Actor
from family_support.base.clock import day_begins
from family_support.oversight.models import Trail
from family_support.ui.components import Badge, SummaryRow
from family_support.ui.templatetags.ui import moment

PAGE = 50
# How long what the owner's hourly and daily commands do may lie back before it is called late.
LATE = {"sealed": timedelta(hours=3), "exported": timedelta(hours=3), "verified": timedelta(hours=50)}
COUNTED_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Wanted:
    """What is searched for; days are local, both included."""

    since: date
    until: date
    account: int | None = None
    request_id: str = ""
    table: str = ""
    operation: str = ""
    unsigned: bool = False


@dataclass(frozen=True)
class TrailLine:
    """One change: when, who, which record and which of its fields; never what was in them."""

    at: datetime
    who: str
    role: str
    record: str
    row_id: str
    how: str
    fields: str
    request_id: str
    unsigned: bool


def search(actor: Actor, wanted: Wanted, before: int | None = None) -> tuple[list[TrailLine], int | None]:
    """A page of changes, newest first, and where the next begins: three queries at most, whatever is found."""
    rows = Trail.objects.visible_to(actor).filter(
        at__gte=day_begins(wanted.since), at__lt=day_begins(wanted.until + timedelta(days=1))
    )
    if wanted.account is not None:
        rows = rows.filter(actor_id=wanted.account)
    if wanted.request_id:
        rows = rows.filter(request_id=wanted.request_id)
    if wanted.table:
        rows = rows.filter(table_name=wanted.table)
    if wanted.operation:
        rows = rows.filter(operation=wanted.operation)
    if wanted.unsigned:
        rows = rows.filter(role__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return _lines(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


def _lines(rows: Sequence[Trail]) -> list[TrailLine]:
    keys = {row.membership_id for row in rows if row.membership_id}
    members = {row.pk: row for row in Membership.objects.filter(pk__in=keys).select_related("user")}
    users = User.objects.in_bulk([row.actor_id for row in rows if row.actor_id and not row.membership_id])
    return [_line(row, members.get(row.membership_id or 0), users.get(row.actor_id or 0)) for row in rows]


def _line(row: Trail, member: Membership | None, user: User | None) -> TrailLine:
    who, role = "", ""
    if member is not None:
        who, role = member.user.short_name, str(member.get_role_display())
    elif user is not None:
        who = user.short_name
    elif row.role == SYSTEM_ROLE:
        who = _("the product itself")
    elif row.role is not None:
        who = _("nobody signed in")
    return TrailLine(
        at=row.at,
        who=who,
        role=role,
        record=table_name(row.table_name),
        row_id=row.row_id,
        how=str(Trail.OPERATIONS.get(row.operation, row.operation)),
        fields=", ".join(_field_names(row)) if row.operation == "U" else "",
        request_id=row.request_id or "",
        unsigned=row.role is None,
    )


def _field_names(row: Trail) -> list[str]:
    """Names of the changed fields; a column that has none for people keeps its own."""
    model = models_by_table().get(row.table_name)
    names = []
    for column in row.fields:
        field = field_of(model, column)
        names.append((label_of(field) if field is not None else "") or column)
    return names


def health(now: datetime) -> list[SummaryRow]:
    """Whether the history is sealed, copied, verified and signed: four queries."""
    done, reach = upkeep.last(), upkeep.reach()
    unsigned = without_context(now - COUNTED_BACK).count()
    good = Badge(_("in order"), "green")
    waiting_text = (
        _("more than %(count)d") % {"count": upkeep.COUNTED}
        if reach.waiting > upkeep.COUNTED
        else str(reach.waiting)
    )
    late = reach.waiting_since is not None and now - reach.waiting_since > LATE["sealed"]
    batches = ngettext("%(count)d batch", "%(count)d batches", reach.batches) % {"count": reach.batches}
    return [
        SummaryRow(
            _("Last sealed batch"),
            f"{moment(reach.at)} · {batches}" if reach.at else "",
            badge=_state(done.get("sealed"), now, LATE["sealed"]),
        ),
        SummaryRow(
            _("Changes not sealed yet"),
            waiting_text,
            badge=Badge(_("late"), "orange") if late else good,
        ),
        _done(_("Last copied to the archive"), done.get("exported"), now, LATE["exported"]),
        _done(_("Last verification"), done.get("verified"), now, LATE["verified"]),
        SummaryRow(
            _("Changes without an author in 30 days"),
            str(unsigned),
            badge=Badge(_("look into it"), "red") if unsigned else good,
        ),
    ]


def _done(label: str, done: upkeep.Done | None, now: datetime, late_after: timedelta) -> SummaryRow:
    return SummaryRow(label, moment(done.at) if done else "", badge=_state(done, now, late_after))


def _state(done: upkeep.Done | None, now: datetime, late_after: timedelta) -> Badge:
    if done is None:
        return Badge(_("not done yet"), "orange")
    if not done.good:
        return Badge(_("something is wrong"), "red")
    return Badge(_("late"), "orange") if now - done.at > late_after else Badge(_("in order"), "green")
