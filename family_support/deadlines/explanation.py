"""The whole story of a due date: how it was counted, each change with author and reason, each level reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.workdays.calendar import ALMATY, ONE_DAY
from family_support.workdays.explain import sentences, skipped_line, why_line


@dataclass(frozen=True, slots=True)
class Change:
    """A move of the due moment."""

    at: datetime
    by: str
    reason: str
    note: str
    before: datetime | None
    after: datetime | None
    before_text: str
    after_text: str
    counted_before: list[str]


@dataclass(frozen=True, slots=True)
class Level:
    """A level reached; `late_minutes` is how long after its moment it was noticed."""

    name: str
    due_at: datetime
    reached_at: datetime
    told: bool
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Explained:
    """Sentences in the active language, and the days that were not counted."""

    sentences: list[str]
    skipped: list[str]
    changes: list[Change]
    levels: list[Level]


def until(due_at: datetime | None) -> str:
    """A due moment as it is told: midnight is 24:00 of the day that ends."""
    if due_at is None:
        return "—"
    local = due_at.astimezone(ALMATY)
    if local.hour or local.minute:
        return f"{local:%d.%m.%Y %H:%M}"
    return f"{local - ONE_DAY:%d.%m.%Y} 24:00"


def explained(deadline: Deadline) -> Explained:
    """How a deadline's date came about and what happened to it since: two queries."""
    told: dict[str, Any] = deadline.explanation
    changes = [
        Change(
            at=row.at,
            by=row.by.user.short_name if row.by else "",
            reason=row.get_reason_display(),
            note=row.note,
            before=row.due_before,
            after=row.due_after,
            before_text=until(row.due_before),
            after_text=until(row.due_after),
            counted_before=sentences(row.explanation_before),
        )
        for row in deadline.changes.select_related("by__user")
    ]
    levels = [
        Level(
            name=str(DeadlineLevel.Level(row.level).label),
            due_at=row.due_at,
            reached_at=row.reached_at,
            told=row.told,
            late_minutes=max(int((row.reached_at - row.due_at).total_seconds() // 60), 0),
        )
        for row in deadline.levels.order_by("due_at", "pk")
    ]
    return Explained(
        sentences=sentences(told),
        skipped=[skipped_line(row) for row in told.get("skipped", ())],
        changes=changes,
        levels=levels,
    )


def why(deadline: Deadline) -> str:
    """Why this date, in one line for papers: event and moment, length, days not counted, in the active language."""
    return why_line(deadline.explanation, deadline.term.start_event)
