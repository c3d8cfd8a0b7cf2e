"""Working-day arithmetic: the law's vectors, an independent oracle, and the edges of days, months and years."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from family_support.workdays.calendar import (
    Day,
    Hours,
    Kind,
    OutsideCalendar,
    Reason,
    RememberingCalendar,
    WorkCalendar,
    add_clock_hours,
    add_months,
    effective_registration,
)
from tests.workdays.samples import shipped_calendar

CALENDAR = shipped_calendar()
HOURS_CHANGE = (Hours(date(2026, 6, 1), time(8, 0), time(17, 0)),)

# rules.md, "Calendar test vectors": event date, working days, due date.
VECTORS = [
    ("2024-05-02", 2, "2024-05-04"),
    ("2024-05-06", 2, "2024-05-13"),
    ("2024-06-13", 3, "2024-06-18"),
    ("2024-12-30", 3, "2025-01-06"),
    ("2025-03-19", 3, "2025-03-27"),
    ("2025-08-29", 1, "2025-09-02"),
    ("2026-03-20", 3, "2026-03-30"),
    ("2026-05-06", 2, "2026-05-12"),
    ("2026-05-26", 1, "2026-05-28"),
    ("2026-08-28", 1, "2026-08-31"),
    ("2027-03-19", 2, "2027-03-26"),
]


@pytest.mark.parametrize(("start", "n", "expected"), VECTORS)
def test_vectors_of_the_rules(start: str, n: int, expected: str) -> None:
    due, trace = CALENDAR.add_working_days(date.fromisoformat(start), n)
    assert due == date.fromisoformat(expected)
    assert sum(step.counted for step in trace) == n


# --- An oracle that shares nothing with the product: holidays by rule, and a plain walk over every day. ---

FIXED = [
    (1, 1, 1991, 9999),
    (1, 2, 1991, 9999),
    (3, 8, 1991, 9999),
    (3, 15, 2027, 9999),
    (3, 21, 2010, 9999),
    (3, 22, 2010, 9999),
    (3, 23, 2010, 9999),
    (5, 1, 1991, 9999),
    (5, 7, 2013, 9999),
    (5, 9, 1991, 9999),
    (7, 6, 2009, 9999),
    (8, 30, 1996, 2025),
    (10, 25, 2022, 9999),
    (12, 1, 2012, 2021),
    (12, 16, 1991, 9999),
    (12, 17, 2002, 2021),
]
KURBAN_AIT = [
    (2020, 7, 31), (2021, 7, 20), (2022, 7, 9), (2023, 6, 28), (2024, 6, 16), (2025, 6, 6),
    (2026, 5, 27), (2027, 5, 16), (2028, 5, 5), (2029, 4, 24), (2030, 4, 13), (2031, 4, 2),
    (2032, 3, 22), (2033, 3, 11), (2034, 3, 1), (2035, 2, 18), (2036, 2, 7),
]  # fmt: skip
TRANSFERS = [  # day off, day worked instead
    ("2020-01-03", "2020-01-05"),
    ("2020-05-08", "2020-05-11"),
    ("2020-12-18", "2020-12-20"),
    ("2021-07-05", "2021-07-03"),
    ("2022-03-07", "2022-03-05"),
    ("2022-08-29", "2022-08-27"),
    ("2022-10-24", "2022-10-22"),
    ("2023-07-07", "2023-07-01"),
    ("2024-05-08", "2024-05-04"),
    ("2025-01-03", "2025-01-05"),
]


def oracle_days_off() -> set[date]:
    off: set[date] = set()
    day = date(2020, 1, 1)
    while day.year <= 2036:
        if day.weekday() in (5, 6):
            off.add(day)
        day += timedelta(days=1)
    for year in range(2020, 2037):
        statutory = sorted(date(year, m, d) for m, d, since, until in FIXED if since <= year <= until)
        taken = set(statutory)
        for holiday in statutory:
            instead = holiday
            if holiday.weekday() in (5, 6):
                while instead.weekday() in (5, 6) or instead in taken:
                    instead += timedelta(days=1)
                taken.add(instead)
        off |= taken | {date(year, 1, 7)}
    off |= {date(*day) for day in KURBAN_AIT}
    for rest, worked in TRANSFERS:
        off.add(date.fromisoformat(rest))
        off.discard(date.fromisoformat(worked))
    return off


OFF = oracle_days_off()


def test_every_day_agrees_with_the_oracle() -> None:
    day, wrong = date(2020, 1, 1), []
    while day <= date(2036, 12, 31):
        if CALENDAR.is_working(day) == (day in OFF):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_the_oracle_can_disagree() -> None:
    planted = shipped_calendar(extra=[Day(date(2026, 6, 3), Kind.REST)])
    assert not planted.is_working(date(2026, 6, 3))
    assert date(2026, 6, 3) not in OFF


days_of_the_years = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def slow_walk(start: date, n: int) -> date:
    day = start
    for _ in range(n):
        day += timedelta(days=1)
        while day in OFF:
            day += timedelta(days=1)
    return day


@given(days_of_the_years, st.integers(0, 60))
@settings(deadline=None)
def test_adding_agrees_with_a_slow_walk(start: date, n: int) -> None:
    due, trace = CALENDAR.add_working_days(start, n)
    assert due == slow_walk(start, n)
    assert [step.date for step in trace] == [
        start + timedelta(days=i) for i in range(1, (due - start).days + 1)
    ]
    assert [step.counted for step in trace] == [step.date not in OFF for step in trace]


@given(days_of_the_years, st.integers(1, 40))
@settings(deadline=None)
def test_between_and_before_undo_adding(start: date, n: int) -> None:
    due, _ = CALENDAR.add_working_days(start, n)
    assert CALENDAR.working_days_between(start, due) == n
    assert CALENDAR.working_days_between(due, start) == -n
    back = CALENDAR.working_days_before(due, n)
    assert CALENDAR.is_working(back)
    assert CALENDAR.working_days_between(back, due) == n


@given(days_of_the_years, days_of_the_years)
@settings(deadline=None, max_examples=40)
def test_between_counts_the_days_of_the_oracle(one: date, other: date) -> None:
    early, late = sorted((one, other))
    days = (early + timedelta(days=i) for i in range(1, (late - early).days + 1))
    assert CALENDAR.working_days_between(early, late) == sum(day not in OFF for day in days)


@given(days_of_the_years, st.integers(1, 30))
@settings(deadline=None)
def test_a_later_start_never_ends_earlier(start: date, n: int) -> None:
    following = start + timedelta(days=1)
    assert CALENDAR.add_working_days(start, n)[0] <= CALENDAR.add_working_days(following, n)[0]


@given(days_of_the_years)
@settings(deadline=None)
def test_rolling_forward_reaches_the_first_working_day(day: date) -> None:
    working, skipped = CALENDAR.roll_forward(day)
    assert working == (slow_walk(day, 1) if day in OFF else day)
    assert [step.date for step in skipped] == [day + timedelta(days=i) for i in range((working - day).days)]
    assert CALENDAR.roll_forward(working) == (working, ())


@given(days_of_the_years, st.integers(-36, 36))
def test_months_keep_the_date_or_take_the_last_day(day: date, n: int) -> None:
    result = add_months(day, n)
    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == n
    assert result.day == day.day or (
        result.day < day.day and (result + timedelta(days=1)).month != result.month
    )


MOMENTS = st.datetimes(datetime(2024, 3, 2), datetime(2035, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 (its API)


@given(MOMENTS)
@settings(deadline=None)
def test_what_is_registered_is_registered_in_working_time_and_never_earlier(received: datetime) -> None:
    registered = effective_registration(received, CALENDAR, immediate=False)
    local = CALENDAR.local(registered)
    assert registered >= received
    assert CALENDAR.is_working(local.date())
    assert local.time() <= CALENDAR.closes
    assert effective_registration(registered, CALENDAR, immediate=False) == registered
    assert effective_registration(received, CALENDAR, immediate=True) == received


# --- Edges, each with its answer written out. ---


def test_why_days_are_skipped() -> None:
    _, trace = CALENDAR.add_working_days(date(2024, 5, 3), 5)
    assert [(step.date.day, step.counted, step.reason) for step in trace] == [
        (4, True, Reason.TRANSFERRED_IN),
        (5, False, Reason.WEEKEND),
        (6, True, Reason.WEEKDAY),
        (7, False, Reason.HOLIDAY),
        (8, False, Reason.TRANSFERRED_OUT),
        (9, False, Reason.HOLIDAY),
        (10, True, Reason.WEEKDAY),
        (11, False, Reason.WEEKEND),
        (12, False, Reason.WEEKEND),
        (13, True, Reason.WEEKDAY),
        (14, True, Reason.WEEKDAY),
    ]
    moved = CALENDAR.step(date(2026, 5, 11))
    assert (moved.reason, moved.day and moved.day.moved_from) == (Reason.MOVED_HOLIDAY, date(2026, 5, 9))


def test_neither_7_january_nor_kurban_ait_moves_a_day_off() -> None:
    assert date(2024, 1, 7).weekday() == 6
    assert CALENDAR.is_working(date(2024, 1, 8))
    assert date(2024, 6, 16).weekday() == 6
    assert CALENDAR.is_working(date(2024, 6, 17))


def test_kurban_ait_to_come_is_estimated_and_past_is_not() -> None:
    marked = {day for day, row in CALENDAR.days.items() if row.estimated}
    assert marked == {date(*day) for day in KURBAN_AIT if day[0] >= 2026} - {date(2032, 3, 22)}


def test_leap_day_and_year_end() -> None:
    assert CALENDAR.add_working_days(date(2028, 2, 28), 1)[0] == date(2028, 2, 29)
    assert CALENDAR.add_working_days(date(2027, 2, 26), 1)[0] == date(2027, 3, 1)
    assert CALENDAR.add_working_days(date(2027, 12, 31), 1)[0] == date(2028, 1, 5)
    assert CALENDAR.add_working_days(date(2025, 12, 31), 1)[0] == date(2026, 1, 5)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_evening_in_utc_is_tomorrow_in_almaty() -> None:
    assert CALENDAR.local_date(datetime(2026, 5, 6, 18, 59, 59, tzinfo=UTC)) == date(2026, 5, 6)
    assert CALENDAR.local_date(datetime(2026, 5, 6, 19, 0, tzinfo=UTC)) == date(2026, 5, 7)
    assert CALENDAR.local_date(datetime(2026, 5, 6, 23, 59, tzinfo=UTC)) == date(2026, 5, 7)
    # Almaty was at +06 until 1 March 2024.
    assert CALENDAR.local_date(datetime(2024, 2, 20, 18, 30, tzinfo=UTC)) == date(2024, 2, 21)


@pytest.mark.parametrize(
    ("received", "registered"),
    [
        ("2026-05-06T10:00", "2026-05-06T10:00"),
        ("2026-05-06T07:00", "2026-05-06T07:00"),  # before opening it is that working day
        ("2026-05-06T18:30", "2026-05-06T18:30"),  # the closing hour itself is in time
        ("2026-05-06T18:31", "2026-05-08T09:00"),  # the 7th is a holiday
        ("2026-05-06T23:30", "2026-05-08T09:00"),
        ("2026-05-08T19:00", "2026-05-12T09:00"),  # weekend, and the 11th for the 9th
        ("2026-05-09T12:00", "2026-05-12T09:00"),
        ("2024-05-04T12:00", "2024-05-04T12:00"),  # a Saturday made working
        ("2025-12-31T20:00", "2026-01-05T09:00"),
    ],
)
def test_after_hours_is_the_next_working_day(received: str, registered: str) -> None:
    moment = datetime.fromisoformat(received + "+05:00")
    assert effective_registration(moment, CALENDAR, immediate=False) == datetime.fromisoformat(
        registered + "+05:00"
    )
    assert effective_registration(moment, CALENDAR, immediate=True) == moment


def test_hours_run_through_a_weekend() -> None:
    start = datetime(2026, 5, 8, 18, 0, tzinfo=UTC)
    assert add_clock_hours(start, 24) == datetime(2026, 5, 9, 18, 0, tzinfo=UTC)


def test_a_center_closes_at_its_own_hour() -> None:
    center = shipped_calendar(opens=time(8, 0), closes=time(17, 0))
    assert center.due_end_of_working_day(date(2026, 5, 12)) == datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
    assert CALENDAR.due_end_of_working_day(date(2026, 5, 12)) == datetime(2026, 5, 12, 13, 30, tzinfo=UTC)
    assert center.opening(date(2026, 5, 12)) == datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
    assert center.end_of_day(date(2026, 5, 12)) == datetime(2026, 5, 12, 19, 0, tzinfo=UTC)


def test_a_local_closure_is_told_from_a_transfer() -> None:
    closed = Day(date(2026, 6, 3), Kind.REST, order_number="17", local=True)
    calendar = shipped_calendar(extra=[closed])
    assert calendar.step(closed.date).reason is Reason.CLOSURE
    assert calendar.add_working_days(date(2026, 6, 2), 1)[0] == date(2026, 6, 4)


def test_a_date_is_not_guessed_beyond_the_calendar() -> None:
    with pytest.raises(OutsideCalendar):
        CALENDAR.add_working_days(date(2036, 12, 30), 5)
    with pytest.raises(OutsideCalendar):
        CALENDAR.is_working(date(2017, 12, 31))


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="back"):
        CALENDAR.add_working_days(date(2026, 5, 6), -1)
    with pytest.raises(ValueError, match="forward"):
        CALENDAR.working_days_before(date(2026, 5, 6), -1)
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.local(datetime(2026, 5, 6, 10, 0))  # noqa: DTZ001 (what is refused)
    with pytest.raises(ValueError, match="zone"):
        add_clock_hours(datetime(2026, 5, 6, 10, 0), 24)  # noqa: DTZ001 (what is refused)


def test_zero_days_is_the_day_itself() -> None:
    assert CALENDAR.add_working_days(date(2026, 5, 9), 0) == (date(2026, 5, 9), ())


def test_an_empty_calendar_is_monday_to_friday() -> None:
    plain = WorkCalendar(version=1, days={})
    assert plain.add_working_days(date(2026, 5, 8), 1)[0] == date(2026, 5, 11)


def test_a_calendar_that_remembers_answers_the_same_when_asked_again() -> None:
    remembering = RememberingCalendar(
        version=1, days=CALENDAR.days, first=CALENDAR.first, last=CALENDAR.last, hours=HOURS_CHANGE
    )
    plain = replace(CALENDAR, hours=HOURS_CHANGE)
    for _again in range(2):
        for offset in range(0, 366, 3):
            day = date(2026, 1, 1) + timedelta(days=offset)
            assert remembering.step(day) == plain.step(day)
            assert remembering.add_working_days(day, 3) == plain.add_working_days(day, 3)
            assert remembering.working_days_before(day, 3) == plain.working_days_before(day, 3)
            assert remembering.roll_forward(day) == plain.roll_forward(day)
            assert remembering.opening(day) == plain.opening(day)
            assert remembering.due_end_of_working_day(day) == plain.due_end_of_working_day(day)
    with pytest.raises(OutsideCalendar):
        remembering.step(date(2040, 1, 1))


# --- The rest of the arithmetic against the same slow walk. ---


def test_hours_by_the_clock_agree_with_a_walk_over_every_hour() -> None:
    """Through nights, weekends, holidays, new year and 29 February; the zone changed once, on 1 March 2024."""
    for start in (
        "2020-02-28T23:30",
        "2023-12-31T22:00",
        "2024-02-29T12:00",
        "2028-02-28T18:45",
        "2035-12-30T08:00",
    ):
        moment = datetime.fromisoformat(start).replace(tzinfo=CALENDAR.tz)
        walked = moment.astimezone(UTC)
        for hours in range(1, 73):
            walked += timedelta(minutes=60)
            assert add_clock_hours(moment, hours) == walked
    # By the wall clock the night of 1 March 2024 had an hour more.
    night = datetime(2024, 2, 29, 12, 0, tzinfo=CALENDAR.tz)
    assert CALENDAR.local(add_clock_hours(night, 24)).strftime("%Y-%m-%d %H:%M") == "2024-03-01 11:00"


def slow_month(day: date, n: int) -> date:
    """The same date n months on by walking day by day; the month's last day where it has no such date."""
    month, year = day.month, day.year
    for _ in range(n):
        month, year = (1, year + 1) if month == 12 else (month + 1, year)
    found = date(year, month, 1)
    while found.day < day.day and (found + timedelta(days=1)).month == month:
        found += timedelta(days=1)
    return found


def test_every_month_of_the_years_agrees_with_a_slow_one() -> None:
    day = date(2020, 1, 1)
    while day <= date(2035, 12, 31):
        assert add_months(day, 1) == slow_month(day, 1)
        if day.day > 27:
            assert add_months(day, 12) == slow_month(day, 12)
        day += timedelta(days=1)


def test_every_day_of_the_years_rolls_and_ends_as_the_slow_walk() -> None:
    """Exhaustive: one, two and three working days on, and the roll forward, from each day of 2020-2035."""
    day = date(2020, 1, 1)
    while day <= date(2035, 12, 31):
        for n in (1, 2, 3):
            assert CALENDAR.add_working_days(day, n)[0] == slow_walk(day, n)
        assert CALENDAR.roll_forward(day)[0] == (slow_walk(day, 1) if day in OFF else day)
        day += timedelta(days=1)


def test_every_holiday_of_the_years_is_named_in_three_languages() -> None:
    named = [row for day, row in CALENDAR.days.items() if 2020 <= day.year <= 2035]
    assert len(named) > 200
    assert [row.date for row in named if not all(row.names)] == []
    # A name in one language is not the same word in another, but for Nauryz.
    same = {row.names.ru for row in named if row.names.ru == row.names.kk}
    assert same <= {"Наурыз мейрамы"}
