"""Working time left until a due moment, or passed since: opening hours, days off, orders; and how it is told."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from family_support.deadlines.badges import left_badge
from family_support.workdays.calendar import ALMATY, Day, Hours, Kind, WorkCalendar
from family_support.workdays.countdown import Countdown, countdown

# Monday 23 March 2026 is Nauryz, Saturday 28 March works by an order; from 1 April the Center opens later.
CALENDAR = WorkCalendar(
    version=1,
    days={
        date(2026, 3, 23): Day(date(2026, 3, 23), Kind.HOLIDAY),
        date(2026, 3, 28): Day(date(2026, 3, 28), Kind.WORKING, order_number="12"),
    },
    hours=(Hours(date(2026, 4, 1), time(10, 0), time(16, 0)),),
)


def at(day: int, clock: str, month: int = 3) -> datetime:
    """A moment of 2026 in Almaty."""
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock), ALMATY)


@pytest.mark.parametrize(
    ("now", "due", "told"),
    [
        # The example of the issue: Tuesday afternoon to Wednesday's closing.
        (at(10, "15:30"), at(11, "18:30"), (False, 1, 3, 0)),
        (at(10, "07:00"), at(11, "18:30"), (False, 2, 0, 0)),  # before opening the whole day is left
        (at(10, "09:00"), at(10, "18:30"), (False, 1, 0, 0)),
        (at(10, "09:01"), at(10, "18:30"), (False, 0, 9, 29)),
        (at(10, "18:30"), at(11, "18:30"), (False, 1, 0, 0)),  # at closing nothing is left of today
        (at(10, "22:00"), at(11, "18:30"), (False, 1, 0, 0)),  # after closing
        (at(13, "16:30"), at(16, "18:30"), (False, 1, 2, 0)),  # over a weekend
        (at(14, "12:00"), at(16, "18:30"), (False, 1, 0, 0)),  # from a Saturday
        (at(20, "17:30"), at(24, "18:30"), (False, 1, 1, 0)),  # over a weekend and a holiday
        (at(27, "17:30"), at(30, "18:30"), (False, 2, 1, 0)),  # the working Saturday counts
        (at(10, "12:00"), at(11, "00:00"), (False, 0, 6, 30)),  # a body has until 24:00
        (at(10, "20:00"), at(11, "00:00"), (False, 0, 0, 0)),
        (at(10, "18:30"), at(10, "18:30"), (False, 0, 0, 0)),  # due now is not late
        (at(31, "15:30"), at(1, "16:00", 4), (False, 1, 3, 0)),  # new hours from the first of April on
        (at(10, "12:00"), at(12, "14:00"), (False, 2, 2, 0)),  # afternoon and morning make up a day
        (at(11, "10:00"), at(10, "18:30"), (True, 0, 1, 0)),
        (at(10, "18:45"), at(10, "18:30"), (True, 0, 0, 0)),
        (at(14, "12:00"), at(13, "18:30"), (True, 0, 0, 0)),  # late, and no working time since
        (at(12, "18:30"), at(10, "18:30"), (True, 2, 0, 0)),
        (at(25, "09:30"), at(20, "18:30"), (True, 1, 0, 30)),  # the holiday is no lateness
    ],
)
def test_working_time(now: datetime, due: datetime, told: tuple[bool, int, int, int]) -> None:
    assert countdown(due, now, CALENDAR) == Countdown(*told)


MOMENTS = st.integers(0, 50 * 24 * 60).map(lambda minutes: at(1, "00:00") + timedelta(minutes=minutes))


def slowly(begin: datetime, end: datetime) -> int:
    """Minutes of working time between two moments, minute by minute: the oracle."""
    moment, found = begin, 0
    while moment < end:
        opens, closes = CALENDAR.hours_of(moment.date())
        found += CALENDAR.is_working(moment.date()) and opens <= moment.time() < closes
        moment += timedelta(minutes=1)
    return found


@settings(max_examples=25, deadline=None)
@given(MOMENTS, st.integers(0, 4 * 24 * 60))
def test_equals_counting_minute_by_minute(moment: datetime, minutes: int) -> None:
    """Within one kind of hours a day is so many minutes; both directions are the same amount."""
    begin = moment
    end = begin + timedelta(minutes=minutes)
    if begin.month != end.month:
        return
    day = 570 if end.month == 3 else 360
    left, since = countdown(end, begin, CALENDAR), countdown(begin, end, CALENDAR)
    assert left.days * day + left.hours * 60 + left.minutes == slowly(begin, end)
    assert (left.days, left.hours, left.minutes) == (since.days, since.hours, since.minutes)


@pytest.mark.parametrize(
    ("language", "now", "due", "text", "tone"),
    [
        ("ru", at(10, "15:30"), at(11, "18:30"), "осталось 1 рабочий день 3 часа", "blue"),
        ("kk", at(10, "15:30"), at(11, "18:30"), "1 жұмыс күні 3 сағат қалды", "blue"),
        ("en", at(10, "15:30"), at(11, "18:30"), "1 working day 3 hours left", "blue"),
        ("ru", at(10, "09:00"), at(17, "18:30"), "осталось 6 рабочих дней", "grey"),
        ("ru", at(10, "15:30"), at(10, "18:30"), "сегодня, осталось 3 часа", "orange"),
        ("kk", at(10, "15:30"), at(10, "18:30"), "бүгін, 3 сағат қалды", "orange"),
        ("ru", at(10, "18:10"), at(10, "18:30"), "сегодня, осталось 20 мин", "orange"),
        ("ru", at(10, "20:30"), at(11, "00:00"), "осталось 3 ч 30 мин", "orange"),
        ("ru", at(12, "18:30"), at(10, "18:30"), "просрочено на 2 рабочих дня", "red"),
        ("kk", at(12, "18:30"), at(10, "18:30"), "мерзімі 2 жұмыс күні бұрын өтті", "red"),
        ("ru", at(11, "12:10"), at(10, "18:30"), "просрочено на 3 рабочих часа", "red"),
        ("ru", at(14, "12:00"), at(13, "18:30"), "просрочено", "red"),
        ("kk", at(14, "12:00"), at(13, "18:30"), "мерзімі өтті", "red"),
    ],
)
def test_how_it_reads(language: str, now: datetime, due: datetime, text: str, tone: str) -> None:
    with translation.override(language):
        badge = left_badge(due, now, CALENDAR)
        assert (str(badge.text), badge.tone) == (text, tone)
