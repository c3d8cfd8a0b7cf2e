"""How much working time is left until a moment, or has passed since: one pure function for every due date shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from family_support.workdays.calendar import ONE_DAY, WorkCalendar


@dataclass(frozen=True, slots=True)
class Countdown:
    """Whole working days, and the working hours and minutes beside them; all 0 where no working time lies between."""

    late: bool
    days: int
    hours: int
    minutes: int

    @property
    def is_zero(self) -> bool:
        return not (self.days or self.hours or self.minutes)


def countdown(due_at: datetime, now: datetime, calendar: WorkCalendar) -> Countdown:
    """The working time from `now` to `due_at`; once now is later, that since `due_at` (rules.md 6.1).

    A working day counts as one when it lies between from its opening to its closing hour; what is left of a day that
    has begun, or is over before closing, counts in hours. Nights, days off and closed days hold no working time.
    Errors: ValueError for a moment without a zone, OutsideCalendar.
    """
    late = now > due_at
    begin, end = (due_at, now) if late else (now, due_at)
    first, last = calendar.local_date(begin), calendar.local_date(end)
    days, part = _of_day(first, begin, end, calendar)
    if last > first:
        whole, rest = _of_day(last, begin, end, calendar)
        days += whole + calendar.working_days_between(first, last - ONE_DAY)
        part += rest
    # A morning and an evening that make up a day are one.
    opens, closes = calendar.opening(last), calendar.due_end_of_working_day(last)
    if part >= closes - opens > timedelta(0):
        days, part = days + 1, part - (closes - opens)
    hours, rest_of_hour = divmod(part, timedelta(hours=1))
    return Countdown(late, days, hours, rest_of_hour // timedelta(minutes=1))


def _of_day(day: date, begin: datetime, end: datetime, calendar: WorkCalendar) -> tuple[int, timedelta]:
    """What of a day's opening hours lies between: (1, 0) all of them, (0, a part of them)."""
    if not calendar.is_working(day):
        return 0, timedelta(0)
    opens, closes = calendar.opening(day), calendar.due_end_of_working_day(day)
    if begin <= opens and closes <= end:
        return 1, timedelta(0)
    return 0, max(min(end, closes) - max(begin, opens), timedelta(0))
