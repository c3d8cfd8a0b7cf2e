"""Reading the history: a case's tab, and what should never be there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from family_support.audit.models import Change
from family_support.base.crypto import looks_encrypted

HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change as a plain row; ``changes`` is column -> (before, after), encrypted content hidden."""

    id: int
    at: datetime
    table: str
    row_id: str
    operation: str
    actor_id: int | None
    membership_id: int | None
    role: str
    request_id: str
    reason: str
    changes: dict[str, tuple[Any, Any]]


def _shown(value: Any) -> Any:
    return HIDDEN if looks_encrypted(value) else value


def _row(change: Change) -> HistoryRow:
    old, new = change.old or {}, change.new or {}
    return HistoryRow(
        id=change.pk,
        at=change.at,
        table=change.table_name,
        row_id=change.row_id,
        operation=change.operation,
        actor_id=change.actor_id,
        membership_id=change.membership_id,
        role=change.role or "",
        request_id=change.request_id or "",
        reason=change.reason or "",
        changes={name: (_shown(old.get(name)), _shown(new.get(name))) for name in sorted({*old, *new})},
    )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which changes of a history are wanted: of one table, by one membership (0: by none), in a time."""

    table: str = ""
    membership_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None


def history_for(
    case_id: int,
    limit: int = 200,
    before: int | None = None,
    *,
    beside: Mapping[str, Collection[int]] | None = None,
    narrowed: Narrowed | None = None,
    without: Collection[str] = (),
) -> list[HistoryRow]:
    """Changes of all rows of a case, latest first; ``before`` is the last id of the page shown before.

    ``beside`` names rows of tables that belong to no case and are told with it, ``without`` tables that are not told.
    """
    changes = _of_case(case_id, beside).exclude(table_name__in=without)
    wanted = narrowed or Narrowed()
    if before is not None:
        changes = changes.filter(pk__lt=before)
    if wanted.table:
        changes = changes.filter(table_name=wanted.table)
    if wanted.membership_id is not None:
        changes = changes.filter(membership_id=wanted.membership_id or None)
    if wanted.since is not None:
        changes = changes.filter(at__gte=wanted.since)
    if wanted.before is not None:
        changes = changes.filter(at__lt=wanted.before)
    return [_row(change) for change in changes.order_by("-id")[:limit]]


def kinds_and_people(
    case_id: int, *, beside: Mapping[str, Collection[int]] | None = None, without: Collection[str] = ()
) -> tuple[set[str], set[int]]:
    """Tables that a case's history tells of, and memberships that changed something: one query."""
    rows = _of_case(case_id, beside).exclude(table_name__in=without).order_by()
    pairs = list(rows.values_list("table_name", "membership_id").distinct())
    return {table for table, _who in pairs}, {who for _table, who in pairs if who}


def _of_case(case_id: int, beside: Mapping[str, Collection[int]] | None) -> QuerySet[Change]:
    wanted = Q(case_id=case_id)
    for table, keys in (beside or {}).items():
        wanted |= Q(table_name=table, row_id__in=[str(key) for key in keys])
    return Change.objects.filter(wanted)


def history_of_row(table: str, row_id: int | str) -> list[HistoryRow]:
    """Changes of one row, latest first."""
    changes = Change.objects.filter(table_name=table, row_id=str(row_id))
    return [_row(change) for change in changes.order_by("-id")]


def without_context(since: datetime) -> QuerySet[Change]:
    """Changes that no ``acting`` block signed: somebody wrote beside the actions."""
    return Change.objects.filter(role__isnull=True, at__gte=since).order_by("at", "id")


@dataclass(frozen=True, slots=True)
class UnsignedRows:
    """Unsigned changes of one table in one transaction of the database."""

    transaction: int
    table: str
    rows: int
    first_id: int
    first_at: datetime
    last_at: datetime


def unsigned_transactions(since: datetime) -> list[UnsignedRows]:
    """Unsigned changes by transaction and table, the earliest first.

    A transaction is seen whole or not at all, so whoever remembers its number neither misses nor repeats a row.
    """
    found = (
        without_context(since)
        .order_by()
        .values("txid", "table_name")
        .annotate(rows=Count("id"), first=Min("id"), begun=Min("at"), ended=Max("at"))
        .order_by("first")
    )
    return [
        UnsignedRows(
            int(row["txid"]), row["table_name"], row["rows"], row["first"], row["begun"], row["ended"]
        )
        for row in found
    ]


def without_partition(since: datetime) -> QuerySet[Change]:
    """Changes that the DEFAULT partition caught: their month was not made ahead."""
    return Change.objects.filter(in_default=True, at__gte=since)
