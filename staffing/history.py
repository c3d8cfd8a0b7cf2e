"""Who changed a staffing table after it was recorded, and what: read from the history of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from family_support.accounts.models import Membership
from family_support.audit.models import Change
from staffing.models import StaffingNorm, StaffingTable
from staffing.templatetags.staffing import units_text

TABLE, POSITION = "staffing_staffingtable", "staffing_staffposition"
SHOWN = 200


@dataclass(frozen=True)
class TableChange:
    """What one person changed in one go; `lines` in words."""

    at: datetime
    by: str
    lines: list[str]


def changes_of(table: StaffingTable, limit: int = SHOWN) -> list[TableChange]:
    """Corrections of a table, latest first; what it began with is not one. Four queries."""
    rows = {str(row.pk): row for row in table.positions.all()}
    found = list(
        Change.objects.filter(
            Q(table_name=TABLE, row_id=str(table.pk)) | Q(table_name=POSITION, row_id__in=rows)
        ).order_by("-id")[:limit]
    )
    begun = {change.txid for change in found if change.table_name == TABLE and change.operation == "I"}
    names = _names(rows.values())
    groups: dict[str, list[Change]] = {}
    for change in found:
        if change.txid not in begun:
            groups.setdefault(change.txid, []).append(change)
    people = _people(change.membership_id for change in found)
    told = []
    for changes in groups.values():
        lines = [line for change in reversed(changes) for line in _lines(change, names)]
        told.append(TableChange(changes[0].at, people.get(changes[0].membership_id, ""), lines))
    return [change for change in told if change.lines]


def _names(rows: Iterable[Any]) -> dict[str, str]:
    """What each row's position is called, by the row's key."""
    norms = {norm.code: norm.name for norm in StaffingNorm.objects.order_by("valid_from")}
    return {str(row.pk): row.title or norms.get(row.code, row.code) for row in rows}


def _people(memberships: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {pk for pk in memberships if pk}
    found = Membership.objects.filter(pk__in=wanted).select_related("user")
    return {row.pk: row.user.short_name for row in found}


def _lines(change: Change, names: dict[str, str]) -> Iterable[str]:
    old, new = change.old or {}, change.new or {}
    if change.table_name == TABLE:
        labels = {
            "order_number": _("Order number"),
            "order_date": _("Order date"),
            "starts_on": _("In force from"),
        }
    else:
        name = names[change.row_id]
        labels = {
            "units": _("%(name)s: established") % {"name": name},
            "occupied": _("%(name)s: occupied") % {"name": name},
        }
    for column, label in labels.items():
        if column in new and old.get(column) != new[column]:
            yield f"{label}: {_shown(column, old.get(column))} → {_shown(column, new[column])}"


def _shown(column: str, value: Any) -> str:
    if column in ("units", "occupied"):
        return units_text(Decimal(str(value or 0)))
    if column in ("order_date", "starts_on"):
        return date_format(date.fromisoformat(value), "d.m.Y")
    return str(value)
