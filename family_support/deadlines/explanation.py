"""The whole story of a due date: how it was counted, each change with author and reason, each level reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from family_support.deadlines.holding import Handover, Share, Span, Tally, shares, spans
from family_support.deadlines.models import Deadline, DeadlineLevel, Holder, Term
from family_support.deadlines.queries import handovers
from family_support.ui.components import duration
from family_support.workdays.calendar import ALMATY, ONE_DAY, WorkCalendar
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


INKS: dict[str, str] = {
    Holder.CENTER: "#1f4e9e",
    Holder.DIRECTOR: "#c2560c",
    Holder.AGENCY: "#2f7d4f",
    Holder.FAMILY: "#c9a400",
    Holder.OTHER_CENTER: "#777777",
    Holder.SECURITY: "#6b4fa0",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of the deadline's life with one holder, ready to be shown; `share` is its part of all, in percent."""

    holder: str
    name: str
    since: datetime
    until: datetime
    working_days: int
    calendar_days: int
    hours: str
    start: float
    share: float

    @property
    def ink(self) -> str:
        """The colour on paper: pages have their own."""
        return INKS[self.holder]


@dataclass(frozen=True, slots=True)
class Total:
    """All that lay with one holder."""

    holder: str
    name: str
    working_days: int
    calendar_days: int
    hours: str


@dataclass(frozen=True, slots=True)
class Explained:
    """Sentences in the active language, and the days that were not counted."""

    sentences: list[str]
    skipped: list[str]
    changes: list[Change]
    levels: list[Level]
    held: list[Held]
    totals: list[Total]
    by_hours: bool


def until(due_at: datetime | None) -> str:
    """A due moment as it is told: midnight is 24:00 of the day that ends."""
    if due_at is None:
        return "—"
    local = due_at.astimezone(ALMATY)
    if local.hour or local.minute:
        return f"{local:%d.%m.%Y %H:%M}"
    return f"{local - ONE_DAY:%d.%m.%Y} 24:00"


def explained(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> Explained:
    """How a deadline's date came about and what happened to it since: three queries."""
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
    handovers = list(deadline.holds.values_list("holder", "since"))
    lived = life(deadline, handovers, now, Tally(calendar))
    return Explained(
        sentences=sentences(told),
        skipped=[skipped_line(row) for row in told.get("skipped", ())],
        changes=changes,
        levels=levels,
        held=_held(lived),
        totals=totals(shares(lived)),
        by_hours=deadline.term.unit == Term.Unit.CLOCK_HOURS,
    )


def why(deadline: Deadline) -> str:
    """Why this date, in one line for papers: event and moment, length, days not counted, in the active language."""
    return why_line(deadline.explanation, deadline.term.start_event)


def life(deadline: Deadline, handovers: Sequence[Handover], now: datetime, tally: Tally) -> list[Span]:
    """From its start to its end, or to now, by who held it."""
    return spans(deadline.holder, handovers, deadline.started_at, deadline.closed_at or now, tally)


def held_by(rows: Sequence[Deadline], now: datetime, calendar: WorkCalendar) -> list[Total]:
    """What lay with each holder over several deadlines of one Center, added up: one query."""
    passed, tally = handovers(rows), Tally(calendar)
    return totals(shares(span for row in rows for span in life(row, passed.get(row.pk, ()), now, tally)))


def totals(found: Mapping[str, Share]) -> list[Total]:
    """Shares with the holders' names, in the active language."""
    return [
        Total(
            holder=holder,
            name=str(Holder(holder).label),
            working_days=share.working_days,
            calendar_days=share.calendar_days,
            hours=duration(int(share.length.total_seconds() // 60)),
        )
        for holder, share in found.items()
    ]


def _held(found: Sequence[Span]) -> list[Held]:
    whole = sum(span.length.total_seconds() for span in found)
    rows, start = [], 0.0
    for span in found:
        share = round(100 * span.length.total_seconds() / whole, 2) if whole else 100.0
        rows.append(
            Held(
                holder=span.holder,
                name=str(Holder(span.holder).label),
                since=span.since,
                until=span.until,
                working_days=span.working_days,
                calendar_days=span.calendar_days,
                hours=duration(int(span.length.total_seconds() // 60)),
                start=round(start, 2),
                share=share,
            )
        )
        start += share
    return rows
