"""Reading the reference data: what is in force on a day, what was and will be, where it is used, who changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from family_support.accounts.models import Membership
from family_support.audit.models import Change
from family_support.reference.catalogs import Catalog, uses_of
from family_support.reference.rules import ONE_DAY
from family_support.ui.components import Badge, Text

IN_FORCE, COMING, EARLIER = "in-force", "coming", "earlier"
WHEN = (IN_FORCE, COMING, EARLIER)
# Small cells are not shown outside a Center (security.md); with violence and children in view, fewer than ten.
SMALL = 10


@dataclass(frozen=True)
class Line:
    """A row in the list, with what waits for it."""

    row: Any
    code: str
    name: str
    facts: list[tuple[Text, str]]
    mark: Badge
    used: str


def of_time(catalog: Catalog, when: str, day: date) -> QuerySet[Any]:
    """Rows in force on a day, those that begin later, or those that had ended before it."""
    rows = catalog.rows()
    if when == COMING:
        return rows.filter(valid_from__gt=day)
    if when == EARLIER:
        return rows.filter(valid_to__lt=day)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


def lines(catalog: Catalog, rows: Sequence[Any], today: date) -> list[Line]:
    """The rows for a list: one query for what waits, one a use, however many rows."""
    ahead = {
        tuple(values[:-1]): values[-1]
        for values in catalog.model._default_manager.filter(valid_from__gt=today).values_list(
            *catalog.key, "valid_from"
        )
    }
    used = used_by(catalog, [row.pk for row in rows])
    listed = [fact for fact in catalog.facts if fact.listed]
    return [
        Line(
            row=row,
            code=catalog.code(row),
            name=catalog.name(row),
            facts=[(fact.label, fact.text(row)) for fact in listed],
            mark=mark_of(row, today, ahead.get(tuple(getattr(row, name) for name in catalog.key))),
            used=used.get(row.pk, "0"),
        )
        for row in rows
    ]


def mark_of(row: Any, today: date, changes_on: date | None = None) -> Badge:
    """Where a row stands in time."""
    if row.valid_from > today:
        return Badge(_("from %(day)s") % {"day": f"{row.valid_from:%d.%m.%Y}"}, "blue", "clock")
    if row.valid_to is not None and row.valid_to < today:
        return Badge(_("ended"), "grey")
    if changes_on is not None and row.valid_to == changes_on - ONE_DAY:
        return Badge(_("changes on %(day)s") % {"day": f"{changes_on:%d.%m.%Y}"}, "yellow", "clock")
    if row.valid_to is not None:
        return Badge(_("ends on %(day)s") % {"day": f"{row.valid_to:%d.%m.%Y}"}, "yellow", "clock")
    return Badge(_("in force"), "green", "check")


def shown(count: int, personal: bool) -> str:
    """A count as readers see it: a small one about families is not told."""
    if personal and 0 < count < SMALL:
        return _("fewer than %(n)s") % {"n": SMALL}
    return str(count)


def used_by(catalog: Catalog, keys: Sequence[int]) -> dict[int, str]:
    """Row -> how often it is used in all."""
    totals: dict[int, int] = dict.fromkeys(keys, 0)
    uses = uses_of(catalog.slug)
    for use in uses:
        for key, count in use.count(keys).items():
            totals[key] += count
    personal = any(use.personal for use in uses)
    return {key: shown(count, personal) for key, count in totals.items()}


@dataclass(frozen=True)
class Difference:
    """What a version says otherwise than the one before."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One row of a thing's history."""

    row: Any
    mark: Badge
    differences: list[Difference]
    uses: list[tuple[Text, str]] = field(default_factory=list)


def versions(catalog: Catalog, chain: Sequence[Any], today: date) -> list[Version]:
    """The rows of one thing, the newest first, each with its difference to the one before and its uses."""
    keys = [row.pk for row in chain]
    counted = [(use, use.count(keys)) for use in uses_of(catalog.slug)]
    found = []
    for number, row in enumerate(chain):
        before = chain[number - 1] if number else None
        follower = chain[number + 1].valid_from if number + 1 < len(chain) else None
        found.append(
            Version(
                row=row,
                mark=mark_of(row, today, follower),
                differences=_differences(catalog, before, row) if before is not None else [],
                uses=[(use.label, shown(counts.get(row.pk, 0), use.personal)) for use, counts in counted],
            )
        )
    return found[::-1]


def _differences(catalog: Catalog, before: Any, after: Any) -> list[Difference]:
    pairs = [(fact.label, fact.text(before), fact.text(after)) for fact in catalog.facts]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


@dataclass(frozen=True)
class Event:
    """One change in the audit, in words."""

    at: datetime
    by: str
    what: str
    reason: str


def history(catalog: Catalog, chain: Sequence[Any]) -> list[Event]:
    """Who wrote the rows of one thing, the latest first: two queries."""
    keys = [str(row.pk) for row in chain]
    changes = list(
        Change.objects.filter(table_name=catalog.model._meta.db_table, row_id__in=keys).order_by("-id")[:100]
    )
    members = {change.membership_id for change in changes if change.membership_id}
    people = {
        row.pk: row.user.short_name
        for row in Membership.objects.filter(pk__in=members).select_related("user")
    }
    return [
        Event(
            at=change.at,
            by=people.get(change.membership_id or 0, _("the product")),
            what=_what(change),
            reason=change.reason or "",
        )
        for change in changes
    ]


def _what(change: Change) -> str:
    new = change.new or {}
    if change.operation == "I":
        return _("Row from %(day)s, by %(act)s") % {
            "day": _day(new.get("valid_from")),
            "act": new.get("act") or "—",
        }
    if set(new) == {"valid_to"}:
        if new["valid_to"] is None:
            return _("The end was taken back")
        return _("In force to %(day)s") % {"day": _day(new["valid_to"])}
    return _("Row corrected before it took effect")


def _day(text: Any) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}" if text else "—"
