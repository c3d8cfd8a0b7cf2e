"""When a term ends and when its levels are reached: pure functions over a term row and a calendar (rules.md 4, 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from family_support.workdays.calendar import (
    ONE_DAY,
    Step,
    WorkCalendar,
    add_clock_hours,
    add_months,
)
from family_support.workdays.explain import explain

# Their last day does not roll to a working one and lasts until 24:00 (rules.md 6.4).
KEEPS_LAST_DAY = frozenset({"stay_limit", "group_mandate", "plan_period", "plan_end"})

# Terms that begin with the registration of an intake, and so never outside the Center's hours (rules.md 6.2).
BEGINS_AT_REGISTRATION = frozenset({"consultation", "assessment", "intake_registration"})

SET_BY_DATE = ("date", "service")

UPCOMING = "upcoming"
DUE_TODAY = "due_today"
OVERDUE = "overdue"
ESCALATED = "escalated"
# "chaser_1" and so on: a late body is asked again on working days after the end that the term's row names.
CHASER = "chaser_"
RANK = {DUE_TODAY: 1, OVERDUE: 2, ESCALATED: 3}


Reached = tuple[str, datetime]


class TermRule(Protocol):
    """What is needed of a term: a row of `deadlines.Term`, or a plain object in tests."""

    code: str
    unit: str
    length: int | None
    acts_for: str
    warnings: Sequence[Mapping[str, Any]]
    escalation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a term: the moment (UTC), the local day that people are told, and how it came about (JSON)."""

    due_at: datetime | None
    due_on: date | None
    explanation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """The end of a term before it is told: the moment, its local day, and the days walked over."""

    due_at: datetime | None
    due_on: date | None
    steps: Sequence[Step] = ()
    rolled_from: date | None = None
    keeps_last_day: bool = False
    until_closing: bool = True


def due(
    term: TermRule,
    started_at: datetime,
    due_on: date | None,
    calendar: WorkCalendar,
    service_days: int | None = None,
) -> Due:
    """When a term that starts at `started_at` ends, and how that came about. As `end_of`."""
    found = end_of(term, started_at, due_on, calendar, service_days)
    length = service_days if term.unit == "service" and due_on is None else term.length
    told = explain(
        calendar=calendar,
        unit=term.unit,
        length=length if found.due_at else None,
        started_at=started_at,
        due_on=found.due_on,
        due_at=found.due_at,
        steps=found.steps,
        set_date=due_on if term.unit in SET_BY_DATE else None,
        rolled_from=found.rolled_from,
        keeps_last_day=found.keeps_last_day,
        until_closing=found.until_closing,
    )
    return Due(found.due_at, found.due_on, told)


def end_of(
    term: TermRule,
    started_at: datetime,
    due_on: date | None,
    calendar: WorkCalendar,
    service_days: int | None = None,
) -> End:
    """When a term that starts at `started_at` ends.

    The day of the start is day zero (Civil Code 173). A working-day term ends at the Center's closing hour of the n-th
    working day when the Center must act, and at 24:00 for a body (rules.md 6.1); hours run by the clock (6.3); months
    end on the same date or the month's last (6.4); a set date comes as `due_on`. A last day that is not working rolls
    forward (Civil Code 175), except for the terms of `KEEPS_LAST_DAY`. `service_days` are the working days that the
    register gives a state service (R192 10), counted unless a date is set. A term of unit "none" has no end.
    Of the start only its local day counts, but for hours by the clock.

    Errors: ValueError for a term without its length or its date, OutsideCalendar.
    """
    day_zero = calendar.local_date(started_at)
    match term.unit:
        case "working_days":
            last, steps = calendar.add_working_days(day_zero, _length(term))
            return _ended(term, last, calendar, steps)
        case "clock_hours":
            due_at = add_clock_hours(started_at, _length(term))
            return End(due_at, calendar.local_date(due_at), until_closing=False)
        case "months":
            return _rolled(term, add_months(day_zero, _length(term)), calendar)
        case "service" if service_days and due_on is None:
            last, steps = calendar.add_working_days(day_zero, service_days)
            return _ended(term, last, calendar, steps)
        case "date" | "service":
            if due_on is None:
                raise ValueError(f"the term {term.code} needs its date")
            return _rolled(term, due_on, calendar)
        case _:
            return End(None, None)


def _length(term: TermRule) -> int:
    if not term.length:
        raise ValueError(f"the term {term.code} has no length")
    return term.length


def _rolled(term: TermRule, last: date, calendar: WorkCalendar) -> End:
    if term.code in KEEPS_LAST_DAY:
        return _ended(term, last, calendar, ())
    working, steps = calendar.roll_forward(last)
    return _ended(term, working, calendar, steps, last if working != last else None)


def _ended(
    term: TermRule,
    last: date,
    calendar: WorkCalendar,
    steps: Sequence[Step],
    rolled_from: date | None = None,
) -> End:
    keeps = term.code in KEEPS_LAST_DAY
    closing = term.acts_for == "center" and not keeps
    due_at = calendar.due_end_of_working_day(last) if closing else calendar.end_of_day(last)
    return End(due_at, last, steps, rolled_from, keeps, closing)


def due_day(due_at: datetime, calendar: WorkCalendar) -> date:
    """The local day on which a moment ends a term: 24:00 belongs to the day that ends."""
    return calendar.local_date(due_at - timedelta(microseconds=1))


def levels(
    term: TermRule, started_at: datetime, due_at: datetime | None, calendar: WorkCalendar
) -> list[tuple[str, datetime]]:
    """The levels of a deadline and the moments (UTC) they are reached, earliest first (rules.md 4).

    Warnings that would lie before the start or not before the end are left out. `due_today` is the opening of the last
    day, or midnight for hours by the clock, and never before the start. `overdue` is `due_at` itself: a deadline is
    overdue once now is *later*. `escalated` follows the term's ladder; chasers go out at the opening of their working
    days. A warning may come after `due_today`: that of a one-day term is four hours before its end.
    """
    if due_at is None:
        return []
    last = due_day(due_at, calendar)
    reached = [
        *_before_end(term, started_at, due_at, last, calendar),
        *_from_end(term, due_at, last, calendar),
    ]
    return sorted(reached, key=lambda pair: (pair[1], RANK.get(pair[0], 0)))


def _before_end(
    term: TermRule, started_at: datetime, due_at: datetime, last: date, calendar: WorkCalendar
) -> list[Reached]:
    found = [(str(row["level"]), _warning(row, started_at, due_at, last, calendar)) for row in term.warnings]
    reached = [(level, moment) for level, moment in found if started_at <= moment < due_at]
    opening = calendar.start_of_day(last) if term.unit == "clock_hours" else calendar.opening(last)
    reached.append((DUE_TODAY, min(max(opening, started_at.astimezone(UTC)), due_at)))
    return reached


def _from_end(term: TermRule, due_at: datetime, last: date, calendar: WorkCalendar) -> list[Reached]:
    reached = [(OVERDUE, due_at)]
    if term.escalation:
        reached.append((ESCALATED, _escalation(term.escalation, due_at, last, calendar)))
    for grade, amount in enumerate(term.escalation.get("chasers", ()), start=1):
        day, _steps = calendar.add_working_days(last, int(amount))
        reached.append((f"{CHASER}{grade}", calendar.opening(day)))
    return reached


def level_at(
    term: TermRule, started_at: datetime, due_at: datetime | None, calendar: WorkCalendar, now: datetime
) -> str:
    """The last level reached before `now`; empty when none was. The same as asking `levels`, for less work."""
    if due_at is None:
        return ""
    last = due_day(due_at, calendar)
    late = now > due_at
    found = (
        _from_end(term, due_at, last, calendar)
        if late
        else _before_end(term, started_at, due_at, last, calendar)
    )
    reached = [pair for pair in found if pair[1] < now]
    return max(reached, key=lambda pair: (pair[1], RANK.get(pair[0], 0)))[0] if reached else ""


def _warning(
    row: Mapping[str, Any], started_at: datetime, due_at: datetime, last: date, calendar: WorkCalendar
) -> datetime:
    amount = int(row.get("amount", 0))
    match row["kind"]:
        case "hours_before":
            return due_at - timedelta(hours=amount)
        case "hours_after":
            return add_clock_hours(started_at, amount)
        case "start_of_last_day":
            return calendar.opening(last)
        case "working_days_before":
            return calendar.opening(calendar.working_days_before(last, amount))
        case "day_of_term":
            return calendar.opening(calendar.local_date(started_at) + ONE_DAY * amount)
        case kind:
            raise ValueError(f"unknown kind of warning: {kind}")


def _escalation(row: Mapping[str, Any], due_at: datetime, last: date, calendar: WorkCalendar) -> datetime:
    match row["kind"]:
        case "at_once":
            return due_at
        case "working_days_after":
            day, _steps = calendar.add_working_days(last, int(row["amount"]))
            return calendar.due_end_of_working_day(day)
        case kind:
            raise ValueError(f"unknown kind of escalation: {kind}")
