"""Which band of the annex a Center falls into: exact arithmetic, nothing rounded (rules.md 6.12). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from family_support.workdays.calendar import Step, WorkCalendar
from family_support.workdays.quarters import Quarter
from staffing.models.norms import Band, Limits


def band_of(intakes: int, working_days: int, limits: Limits) -> Band:
    """The band of a mean of `intakes` over `working_days`: with limits 50 and 100 up to 50 A, to 100 B, over 100 C.

    Whole numbers are compared, so that a mean of 50 exactly is A and the smallest excess is B.
    Errors: ValueError without a working day or with a negative number.
    """
    if working_days < 1 or intakes < 0:
        raise ValueError("a mean needs a working day and no negative number of intakes")
    return next((band for band, limit in limits if intakes <= limit * working_days), Band.C)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many intakes of a quarter lie in a band: from, and to (None: without end)."""

    band: Band
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Computation:
    """The band of a Center by its last quarter, with every number that led to it."""

    quarter: Quarter
    intakes: int
    working_days: int
    calendar_days: int
    rest_days: int
    # Days off that are not Saturdays and Sundays as such, and rest days made working ones: each with its reason.
    exceptions: tuple[Step, ...]
    calendar_version: int
    # Of the row in force at the quarter's end.
    limits: Limits

    @property
    def mean(self) -> Fraction:
        """Intakes a working day, exact."""
        return Fraction(self.intakes, self.working_days)

    @property
    def whole(self) -> int:
        return self.intakes // self.working_days

    @property
    def rest(self) -> int:
        """What the division leaves: the mean is `whole` and `rest`/`working_days`."""
        return self.intakes % self.working_days

    @property
    def band(self) -> Band:
        return band_of(self.intakes, self.working_days, self.limits)

    @property
    def reaches(self) -> list[Reach]:
        """The intakes of each band for this quarter's working days."""
        rows, first = [], 0
        for band, limit in self.limits:
            rows.append(Reach(band, first, limit * self.working_days))
            first = limit * self.working_days + 1
        return [*rows, Reach(Band.C, first, None)]

    @property
    def until_next(self) -> int | None:
        """How many more intakes would have made it the next band; None in the last one."""
        own = next(reach for reach in self.reaches if reach.band == self.band)
        return None if own.last is None else own.last + 1 - self.intakes


def compute(quarter: Quarter, intakes: int, calendar: WorkCalendar, limits: Limits) -> Computation:
    """The computation for a quarter by a Center's calendar, by the limits at its end. Errors: OutsideCalendar."""
    days = days_of(quarter)
    steps = [calendar.step(day) for day in days]
    working = sum(step.counted for step in steps)
    return Computation(
        quarter=quarter,
        intakes=intakes,
        working_days=working,
        calendar_days=len(steps),
        rest_days=len(steps) - working,
        exceptions=tuple(_exceptions(steps)),
        calendar_version=calendar.version,
        limits=limits,
    )


def days_of(quarter: Quarter) -> list[date]:
    """Every day of a quarter."""
    first, end = quarter.first_day, quarter.next.first_day
    return [first + timedelta(days=number) for number in range((end - first).days)]


def _exceptions(steps: Sequence[Step]) -> list[Step]:
    """Days that are not what their weekday says."""
    return [step for step in steps if step.counted == (step.date.weekday() >= 5)]
