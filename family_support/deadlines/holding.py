"""Who held the clock: the life of a deadline as spans with Center, director, body, family. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from family_support.workdays.calendar import ONE_DAY, WorkCalendar

Handover = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a deadline's life with one holder.

    The day on which the work is handed over is still counted to who hands it over, as day zero is not counted to who
    gets it (Civil Code 173): so the spans of a deadline add up to its life.
    """

    holder: str
    since: datetime
    until: datetime
    working_days: int
    calendar_days: int

    @property
    def length(self) -> timedelta:
        return self.until - self.since


@dataclass(slots=True)
class Share:
    """All that lay with one holder."""

    working_days: int = 0
    calendar_days: int = 0
    length: timedelta = timedelta()

    def add(self, span: Span) -> None:
        self.working_days += span.working_days
        self.calendar_days += span.calendar_days
        self.length += span.length

    def join(self, other: Share) -> None:
        self.working_days += other.working_days
        self.calendar_days += other.calendar_days
        self.length += other.length


class Tally:
    """Working days between many pairs of days: every day of the calendar is looked at once at most."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self._counts: list[int] = []
        self._first = date.min

    def between(self, start: date, end: date) -> int:
        """As `WorkCalendar.working_days_between`, for an end that is not earlier. Errors: OutsideCalendar."""
        if not self._counts or start < self._first:
            last = self._first + ONE_DAY * (len(self._counts) - 1) if self._counts else end
            self._first, self._counts = start, [0]
            end_of_known = max(last, end)
        else:
            end_of_known = end
        while (reached := self._first + ONE_DAY * (len(self._counts) - 1)) < end_of_known:
            self._counts.append(self._counts[-1] + self.calendar.is_working(reached + ONE_DAY))
        return self._counts[(end - self._first).days] - self._counts[(start - self._first).days]


def spans(
    first: str, handovers: Sequence[Handover], since: datetime, until: datetime, tally: Tally
) -> list[Span]:
    """The stretch from `since` to `until` by holder, the earliest first.

    `handovers` in the order of their moments; those before `since` say who held it then. A life that has not begun
    has one empty span.
    """
    until = max(since, until)
    holder, began, found = first, since, []
    for next_holder, moment in handovers:
        if moment >= until:
            break
        if next_holder == holder:
            continue
        if moment > began:
            found.append(_span(holder, began, moment, tally))
            began = moment
        holder = next_holder
        if found and found[-1].holder == holder and found[-1].until == began:
            began = found.pop().since
    found.append(_span(holder, began, until, tally))
    return found


def _span(holder: str, since: datetime, until: datetime, tally: Tally) -> Span:
    start, end = tally.calendar.local_date(since), tally.calendar.local_date(until)
    return Span(holder, since, until, tally.between(start, end), (end - start).days)


def shares(found: Iterable[Span]) -> dict[str, Share]:
    """What lay with each holder, in the order in which they first held it."""
    totals: dict[str, Share] = {}
    for span in found:
        totals.setdefault(span.holder, Share()).add(span)
    return totals
