"""The band: exact at its limits, by the Center's own calendar, with every number shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.models import CalendarDay, CalendarVersion
from family_support.workdays.quarters import Quarter
from family_support.workdays.queries import load_calendar
from staffing.bands import band_of, compute
from staffing.models import Band
from staffing.presenting import band_lines, exception_lines, mean_text, reach_lines
from staffing.queries import computation
from tests.factories import a_center
from tests.staffing.samples import TODAY, some_intakes

LIMITS = ((Band.A, 50), (Band.B, 100))
DAYS = st.integers(min_value=1, max_value=66)


@pytest.mark.parametrize(
    ("intakes", "days", "band"),
    [
        (0, 1, Band.A),
        (50, 1, Band.A),
        (51, 1, Band.B),  # the 51st appeal of one working day changes the band
        (100, 1, Band.B),
        (101, 1, Band.C),
        (50 * 62, 62, Band.A),
        (50 * 62 + 1, 62, Band.B),  # 50 1/62: no rounding down to 50
        (100 * 62, 62, Band.B),
        (100 * 62 + 1, 62, Band.C),
    ],
)
def test_limits(intakes: int, days: int, band: Band) -> None:
    assert band_of(intakes, days, LIMITS) == band


@given(st.integers(min_value=0, max_value=20_000), DAYS)
def test_the_band_is_that_of_the_exact_mean(intakes: int, days: int) -> None:
    mean = Fraction(intakes, days)
    expected = Band.A if mean <= 50 else Band.B if mean <= 100 else Band.C
    assert band_of(intakes, days, LIMITS) == expected
    assert band_of(intakes + 1, days, LIMITS) >= expected  # one more never lowers it


@pytest.mark.parametrize(("intakes", "days"), [(1, 0), (0, 0), (1, -1), (-1, 1)])
def test_there_is_no_mean_without_a_working_day(intakes: int, days: int) -> None:
    with pytest.raises(ValueError, match="working day"):
        band_of(intakes, days, LIMITS)


@given(st.integers(min_value=0, max_value=20_000))
def test_what_is_shown_agrees_with_the_band(intakes: int) -> None:
    calendar = _plain_calendar()
    found = compute(Quarter(2026, 1), intakes, calendar, LIMITS)
    own = next(reach for reach in found.reaches if reach.band == found.band)
    assert own.first <= intakes
    assert own.last is None or intakes <= own.last
    if found.until_next is not None:
        assert band_of(intakes + found.until_next - 1, found.working_days, LIMITS) == found.band
        assert band_of(intakes + found.until_next, found.working_days, LIMITS) != found.band
    assert found.whole + Fraction(found.rest, found.working_days) == found.mean


def _plain_calendar() -> WorkCalendar:
    """Without holidays."""
    return WorkCalendar(version=7, days={})


@pytest.mark.django_db
class TestOfACenter:
    def test_intakes_of_the_last_quarter_only_and_of_the_own_center(self) -> None:
        place, other = a_center(), a_center()
        # Local midnights: 31 December 19:00 UTC is already the first quarter in Almaty.
        some_intakes(place, 3, datetime(2025, 12, 31, 18, 59, tzinfo=UTC))
        some_intakes(place, 2, datetime(2025, 12, 31, 19, 0, tzinfo=UTC))
        some_intakes(place, 5, datetime(2026, 3, 31, 18, 59, tzinfo=UTC))
        some_intakes(place, 7, datetime(2026, 3, 31, 19, 0, tzinfo=UTC))
        some_intakes(other, 11)
        found = computation(place.center, TODAY)
        assert (found.quarter, found.intakes) == (Quarter(2026, 1), 7)

    def test_working_days_by_the_calendar_with_its_reasons(self) -> None:
        """The first quarter of 2026: 90 days; New Year, Christmas, Women's Day, Nauryz with what moved."""
        place = a_center()
        found = computation(place.center, TODAY)
        calendar = load_calendar(center=place.center)
        assert found.calendar_days == 90
        assert found.working_days + found.rest_days == 90
        assert found.calendar_version == calendar.version
        off = {step.date for step in found.exceptions if not step.counted}
        assert {date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 7), date(2026, 3, 9)} <= off
        weekdays = sum(day.weekday() < 5 for day in _days(Quarter(2026, 1)))
        made_working = sum(step.counted for step in found.exceptions)
        assert found.working_days == weekdays - len(off) + made_working
        with translation.override("ru"):
            assert len(exception_lines(found)) == len(found.exceptions)

    def test_a_day_closed_by_order_changes_the_band_of_its_center_only(self) -> None:
        place, other = a_center(), a_center()
        days = computation(place.center, TODAY).working_days
        some_intakes(place, 50 * days)
        assert computation(place.center, TODAY).band == Band.A
        with acting(SYSTEM):
            newest = CalendarVersion.objects.order_by("-number").first()
            assert newest is not None
            version = CalendarVersion.objects.create(
                number=newest.number + 1, published_at=datetime(2026, 4, 1, tzinfo=UTC)
            )
            CalendarDay.objects.create(
                date=date(2026, 2, 10),
                kind="rest",
                center=place.center,
                order_number="5",
                order_date=date(2026, 2, 9),
                since_version=version,
                name_kk="Апат",
                name_ru="Авария",
                name_en="Accident",
            )
        closed = computation(place.center, TODAY)
        assert (closed.band, closed.working_days) == (Band.B, days - 1)
        assert closed.calendar_version == version.number
        assert computation(other.center, TODAY).working_days == days

    def test_every_number_is_shown(self) -> None:
        place = a_center()
        days = computation(place.center, TODAY).working_days
        some_intakes(place, 50 * days + 1)
        found = computation(place.center, TODAY)
        assert mean_text(found) == f"50 1/{days}"
        with translation.override("ru"):
            text = " ".join(value for _label, value in band_lines(found)).replace("\xa0", " ")
            limits = [row[2].replace("\xa0", " ") for row in reach_lines(found)]
        total = f"{50 * days + 1:,}".replace(",", " ")
        for part in ("1 квартал 2026", f"{days} из 90", f"{total} ÷ {days} = 50 1/{days}", "B; ещё"):
            assert part in text
        assert limits[1].startswith(total)

    def test_two_queries_beside_the_calendars(self) -> None:
        place = a_center()
        computation(place.center, TODAY)
        center = place.center
        with CaptureQueriesContext(connection) as caught:
            computation(center, TODAY)
        assert len(caught) == 3


def _days(quarter: Quarter) -> list[date]:
    first = quarter.first_day.toordinal()
    return [date.fromordinal(number) for number in range(first, quarter.next.first_day.toordinal())]
