"""The month of due dates: counts by day and urgency, holidays with their reasons, who sees what, queries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.actions import restrict
from family_support.accounts.absence_actions import record_absence
from family_support.accounts.models import Absence
from family_support.accounts.roles import Role
from family_support.agenda.month import counts, grid, month_of, on_day
from family_support.agenda.scope import READERS, deadlines_of, oversees
from family_support.base import clock
from family_support.deadlines.models import Deadline
from family_support.workdays.queries import load_calendar
from tests.access.world import sign_in
from tests.factories import NOON, Place, a_case, a_center
from tests.lasting import keeping, lasting

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@lasting
def a_place() -> Place:
    """A Center with an ordinary case and one of a threat, both of the caseworker."""
    place = a_center()
    a_case(place)
    a_case(place, threat=True)
    return place


_kept = keeping(a_place)


@pytest.fixture
def place() -> Place:
    return a_place()


def found(place: Place, role: Role = Role.CASEWORKER, *, whole: bool = False) -> dict[date, dict[str, int]]:
    calendar = load_calendar(center=place.center)
    rows = deadlines_of(place.by(role), whole=whole)
    return counts(rows, *grid(MARCH), NOON, calendar)


def test_counts_are_by_day_and_urgency(place: Place) -> None:
    """What the grid says of a day is what the day lists."""
    seen, calendar = found(place), load_calendar(center=place.center)
    rows = deadlines_of(place.by())
    assert sum(sum(each.values()) for each in seen.values()) == rows.count() > 3
    for day, numbers in seen.items():
        listed = list(on_day(rows, day, calendar))
        assert len(listed) == sum(numbers.values())
        urgent = [row for row in listed if row.term.escalation.get("kind") == "at_once"]
        internal = [row for row in listed if row.term.internal and row not in urgent]
        assert (numbers.get("urgent", 0), numbers.get("internal", 0)) == (len(urgent), len(internal))
    late = counts(rows, *grid(MARCH), NOON + timedelta(days=30), calendar)
    assert {code for numbers in late.values() for code in numbers} == {"overdue"}


def test_24_hours_stand_on_the_day_that_ends(place: Place) -> None:
    calendar = load_calendar(center=place.center)
    row = deadlines_of(place.by()).earliest("pk")
    Deadline.objects.filter(pk=row.pk).update(due_at=calendar.end_of_day(date(2026, 3, 12)))
    rows = deadlines_of(place.by()).filter(pk=row.pk)
    assert list(counts(rows, *grid(MARCH), NOON, calendar)) == [date(2026, 3, 12)]
    assert list(on_day(rows, date(2026, 3, 12), calendar)) == [row]
    assert not on_day(rows, date(2026, 3, 13), calendar)


def test_weeks_begin_on_monday_and_days_off_say_why(place: Place) -> None:
    calendar = load_calendar(center=place.center)
    with translation.override("ru"):
        month = month_of(MARCH, {}, None, NOON, calendar)
    assert all(week[0].day.weekday() == 0 and len(week) == 7 for week in month.weeks)
    cells = {cell.day: cell for week in month.weeks for cell in week}
    nauryz = cells[date(2026, 3, 23)]
    assert nauryz.look == "holiday"
    assert "Наурыз" in nauryz.reason
    assert not nauryz.working
    assert cells[date(2026, 3, 10)].today
    assert (month.previous, month.next) == (date(2026, 2, 1), date(2026, 4, 1))
    assert [cell.inside for cell in month.weeks[0]] == [False] * 6 + [True]


@pytest.mark.parametrize("role", sorted(READERS))
def test_own_and_whole(place: Place, role: Role) -> None:
    """Workers see the cases they work on; the director and the heads the whole Center; others what is theirs."""
    by = place.by(role) if role in place.people else None
    if by is None:
        return
    everything = Deadline.objects.open().filter(center=place.center, due_at__isnull=False).count()
    own, whole = deadlines_of(by).count(), deadlines_of(by, whole=True).count()
    assert (whole == everything) == (oversees(by) or role == Role.CASEWORKER)
    if role in (Role.PSYCHOLOGIST, Role.LAWYER, Role.SOCIAL_WORKER, Role.DIRECTOR, Role.METHODOLOGIST):
        assert own == 0
    if role == Role.INTAKE_CLERK:
        assert set(deadlines_of(by).values_list("code", flat=True)) == {"consultation"}


def test_standing_in_shows_the_absent_ones_terms(place: Place) -> None:
    assert not found(place, Role.LAWYER)
    record_absence(
        membership=place.people[Role.CASEWORKER],
        substitute=place.people[Role.LAWYER],
        starts_on=date(2026, 3, 10),
        ends_on=date(2026, 3, 12),
        reason=Absence.Reason.TRIP,
        by=place.by(Role.DIRECTOR),
        now=NOON,
    )
    ordinary = deadlines_of(place.by()).exclude(case_id__in=restricted_cases(place)).count()
    assert sum(sum(each.values()) for each in found(place, Role.LAWYER).values()) == ordinary > 0


def restricted_cases(place: Place) -> list[int]:
    from cases.models import Case

    return list(Case.objects.filter(center=place.center, restricted=True).values_list("pk", flat=True))


def page_of(client: Client, place: Place, role: Role, query: str = "") -> Any:
    sign_in(client, place.people[role])
    return client.get(f"{reverse('agenda')}{query}")


def test_page_and_its_bad_addresses(client: Client) -> None:
    place = a_center()
    a_case(place, now=clock.now())
    assert page_of(client, place, Role.DIRECTOR).status_code == 200
    for query in ("?month=2026-13", "?month=x", "?day=2026-02-30", "?day=9999-12-31", "?month=1850-01&day=0"):
        answer = client.get(f"{reverse('agenda')}{query}")
        assert answer.status_code == 200, query
        assert answer.context["this_month"], query


def test_queries_do_not_grow_with_the_terms(client: Client) -> None:
    place = a_center()
    now = clock.now()

    def queries() -> int:
        day = next(
            iter(
                counts(
                    deadlines_of(place.by(at=now)),
                    *grid(clock.today().replace(day=1)),
                    now,
                    load_calendar(center=place.center),
                )
            ),
            clock.today(),
        )
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = page_of(client, place, Role.DIRECTOR, f"?day={day:%Y-%m-%d}")
        assert answer.status_code == 200
        return len(seen)

    a_case(place, now=now)
    queries()
    few = queries()
    for _number in range(3):
        restrict(case=a_case(place, now=now), restriction="violence", by=place.by(at=now), now=now)
    assert queries() == few
