"""Working-day arithmetic: pure functions over a calendar passed in. No database, no clock (rules.md 6.1-6.5)."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

ALMATY = ZoneInfo("Asia/Almaty")
OPENS = time(9, 0)
CLOSES = time(18, 30)
ONE_DAY = timedelta(days=1)
SATURDAY = 5
# Inside a class that has a field `date`, the type needs another name.
Date = date


class Kind(StrEnum):
    """What a day of the calendar table is, against its weekday."""

    HOLIDAY = "holiday"
    REST = "rest"
    WORKING = "working"


class Reason(StrEnum):
    """Why a day counts or does not count."""

    WEEKDAY = "weekday"  # an ordinary working day
    TRANSFERRED_IN = "transferred_in"  # a rest day made a working one by an order
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED_HOLIDAY = "moved_holiday"  # a holiday fell on a rest day (Law on holidays 5)
    TRANSFERRED_OUT = "transferred_out"  # a working day made a day off by an order
    CLOSURE = "closure"  # a day off of a region or of one Center, by order


class Names(NamedTuple):
    """A name in the three languages."""

    kk: str = ""
    ru: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the table: only days that differ from Monday-to-Friday are there."""

    date: date
    kind: Kind
    names: Names = Names()
    order_number: str = ""
    order_date: Date | None = None
    moved_from: Date | None = None
    estimated: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One day walked over while counting, and why it counted or not."""

    date: date
    counted: bool
    reason: Reason
    day: Day | None = None


class Hours(NamedTuple):
    """When a Center opens and closes from a day on."""

    since: date
    opens: time
    closes: time


class OutsideCalendar(LookupError):
    """The calendar does not reach that far: a date may not be guessed."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """One version of the calendar as one Center lives by it: its days, its hours, its zone."""

    version: int
    days: Mapping[date, Day] = field(repr=False)
    opens: time = OPENS
    closes: time = CLOSES
    tz: ZoneInfo = ALMATY
    first: date = date.min
    last: date = date.max
    # Changes of the hours above, the earliest first.
    hours: tuple[Hours, ...] = ()

    def local(self, moment: datetime) -> datetime:
        """The moment on the wall clock here. Errors: ValueError for a moment without a zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return moment.astimezone(self.tz)

    def local_date(self, moment: datetime) -> date:
        """The date here: 19:00-24:00 UTC is tomorrow."""
        return self.local(moment).date()

    def step(self, day: date) -> Step:
        """Whether a day counts as working, and why. Errors: OutsideCalendar."""
        if not self.first <= day <= self.last:
            raise OutsideCalendar(
                f"calendar version {self.version} holds {self.first} to {self.last}, not {day}"
            )
        known = self.days.get(day)
        if known is None:
            weekend = day.weekday() >= SATURDAY
            return Step(day, not weekend, Reason.WEEKEND if weekend else Reason.WEEKDAY)
        if known.kind is Kind.WORKING:
            return Step(day, True, Reason.TRANSFERRED_IN, known)
        if known.kind is Kind.HOLIDAY:
            return Step(day, False, Reason.HOLIDAY, known)
        if known.local:
            return Step(day, False, Reason.CLOSURE, known)
        return Step(day, False, Reason.TRANSFERRED_OUT if known.order_number else Reason.MOVED_HOLIDAY, known)

    def is_working(self, day: date) -> bool:
        """Whether the Center works on a day."""
        return self.step(day).counted

    def add_working_days(self, start: date, n: int) -> tuple[date, tuple[Step, ...]]:
        """The n-th working day after `start`, which is day zero (Civil Code 173), with every day walked over.

        `n` is 0 or more; 0 gives `start` itself. Errors: ValueError, OutsideCalendar.
        """
        if n < 0:
            raise ValueError("use working_days_before to count back")
        return self._count(start, n, ONE_DAY)

    def working_days_before(self, end: date, n: int) -> date:
        """The n-th working day before `end`, which itself is not counted. Errors: ValueError, OutsideCalendar."""
        if n < 0:
            raise ValueError("use add_working_days to count forward")
        return self._count(end, n, -ONE_DAY)[0]

    def _count(self, start: date, n: int, stride: timedelta) -> tuple[date, tuple[Step, ...]]:
        day, left, trace = start, n, []
        while left:
            day += stride
            step = self.step(day)
            trace.append(step)
            left -= step.counted
        return day, tuple(trace)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(day) for day in _days_after(start, end))

    def roll_forward(self, day: date) -> tuple[date, tuple[Step, ...]]:
        """The day itself or the next working one (Civil Code 175), with the days that were not working."""
        skipped = []
        while not (step := self.step(day)).counted:
            skipped.append(step)
            day += ONE_DAY
        return day, tuple(skipped)

    def hours_of(self, day: date) -> tuple[time, time]:
        """When the Center opens and closes on a day."""
        for change in reversed(self.hours):
            if change.since <= day:
                return change.opens, change.closes
        return self.opens, self.closes

    def opening(self, day: date) -> datetime:
        """The opening hour of a day, in UTC."""
        return self._moment(day, self.hours_of(day)[0])

    def due_end_of_working_day(self, day: date) -> datetime:
        """The closing hour of a day, in UTC: when a term ends on which the Center must act."""
        return self._moment(day, self.hours_of(day)[1])

    def start_of_day(self, day: date) -> datetime:
        """Midnight at which a day begins here, in UTC."""
        return self._moment(day, time.min)

    def end_of_day(self, day: date) -> datetime:
        """24:00 of a day here, in UTC: when a body's electronic report is still in time."""
        return self.start_of_day(day + ONE_DAY)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.tz).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class RememberingCalendar(WorkCalendar):
    """The same calendar, which counts nothing twice: for many terms in one go, and kept no longer than that."""

    _known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    # The base class by name: a dataclass with slots is made anew, and `super()` would not find itself in it.
    def step(self, day: date) -> Step:
        """As of `WorkCalendar`."""
        found: Step | None = self._known.get(day)
        if found is None:
            found = self._known[day] = WorkCalendar.step(self, day)
        return found

    def _count(self, start: date, n: int, stride: timedelta) -> tuple[date, tuple[Step, ...]]:
        key = start, n, stride
        found: tuple[date, tuple[Step, ...]] | None = self._known.get(key)
        if found is None:
            found = self._known[key] = WorkCalendar._count(self, start, n, stride)
        return found

    def _moment(self, day: date, at: time) -> datetime:
        key = day, at
        found: datetime | None = self._known.get(key)
        if found is None:
            found = self._known[key] = WorkCalendar._moment(self, day, at)
        return found


def _days_after(start: date, end: date) -> Iterator[date]:
    day = start
    while day < end:
        day += ONE_DAY
        yield day


def add_clock_hours(moment: datetime, hours: int) -> datetime:
    """Hours by the clock, through nights, weekends and holidays (rules.md 6.3), in UTC."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(UTC) + timedelta(hours=hours)


def add_months(day: date, n: int) -> date:
    """The same date n months later, or the last day of a shorter month (Civil Code 174)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def effective_registration(received_at: datetime, calendar: WorkCalendar, immediate: bool) -> datetime:
    """When what was received counts as registered (rules.md 6.2), in UTC.

    After closing, or on a day that is not working, it is the opening of the next working day. `immediate`, for
    threats to life or health and for violence, is the moment of receipt itself.
    """
    local = calendar.local(received_at)
    day = local.date()
    if immediate or (calendar.is_working(day) and local.time() <= calendar.hours_of(day)[1]):
        return received_at.astimezone(UTC)
    return calendar.opening(calendar.roll_forward(day + ONE_DAY)[0])
