"""Terms of threats that are late are told again until they are met (states.md, defaults): to whoever has not read it.

As often as the term's row says (`every_hours`), from the moment its way up was told. One event each time: when the next
one comes is written in the same transaction, under the row's lock, so that two sweepers tell it once and an outage is
caught up with one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models.fields.json import KeyTextTransform

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.outbox.events import emit_many

TOLD_AGAIN = "deadline.told_again"
_elsewhere: set[str] = set()


def tells_again_itself(codes: Iterable[str]) -> None:
    """The app whose terms these are tells them again by itself."""
    _elsewhere.update(codes)


def begin_telling_again(told_up: Iterable[tuple[int, str, str | None]], now: datetime) -> None:
    """From the way up on: (deadline, code, hours of its term's row), in the transaction that records the level."""
    by_hours: dict[int, list[int]] = {}
    for pk, code, hours in told_up:
        if hours and code not in _elsewhere:
            by_hours.setdefault(int(hours), []).append(pk)
    for every, keys in by_hours.items():
        Deadline.objects.filter(pk__in=keys).update(again_at=now + timedelta(hours=every))


def tell_again(now: datetime) -> int:
    """Tell what is still late and whose hour has come; how many. Safe beside another sweeper."""
    every = KeyTextTransform("every_hours", "term__escalation")
    waiting = Deadline.objects.open().filter(again_at__isnull=False, due_at__lt=now)
    keys = [pk for pk, at, hours in waiting.values_list("pk", "again_at", every) if _has_come(at, hours, now)]
    if not keys:
        return 0
    with acting(SYSTEM):
        rows = waiting.filter(pk__in=keys).select_related("term").order_by("pk")
        told = [
            row
            for row in rows.select_for_update(of=("self",), skip_locked=True)
            if _has_come(row.again_at, row.term.escalation.get("every_hours"), now)
        ]
        Deadline.objects.filter(pk__in=[row.pk for row in told]).update(again_at=None)
        begin_telling_again([(row.pk, row.code, row.term.escalation.get("every_hours")) for row in told], now)
        emit_many(TOLD_AGAIN, [_event(row) for row in told])
    return len(told)


def _has_come(at: datetime | None, hours: str | int | None, now: datetime) -> bool:
    """Also where the clock was set back since: nothing waits longer than its own hours."""
    return at is not None and (at <= now or at > now + timedelta(hours=int(hours or 0)))


def _event(row: Deadline) -> dict[str, object]:
    return {
        "case_id": row.case_id,
        "deadline_id": row.pk,
        "level": DeadlineLevel.Level.ESCALATED.value,
        "term": row.code,
        "center_id": row.center_id,
        "agency_id": row.agency_id,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
    }
