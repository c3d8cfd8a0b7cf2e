"""The board of a Center: figures equal the records, absences and panels stand on it, queries do not grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import restrict
from cases.board import board_of, people_panel
from family_support.accounts.absence_actions import record_absence
from family_support.accounts.models import Absence
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines.models import Deadline
from family_support.workdays.queries import load_calendar
from tests.access.world import sign_in
from tests.factories import NOON, Place, a_case, a_membership, actor_for

pytestmark = pytest.mark.django_db


def test_figures_are_those_of_the_records(place: Place) -> None:
    other = a_membership(Role.CASEWORKER, center=place.center)
    mine, theirs = a_case(place), a_case(place, by=actor_for(other))
    later = NOON + timedelta(days=2)
    calendar = load_calendar(center=place.center)
    board = board_of(place.by(Role.DIRECTOR), later, calendar)
    for membership, case in ((place.people[Role.CASEWORKER], mine), (other, theirs)):
        row = next(each for each in board.workers if each.membership.pk == membership.pk)
        terms = Deadline.objects.open().filter(case_id=case.pk)
        overdue = terms.filter(due_at__lt=later).count()
        assert (row.cases, row.terms.running, row.terms.overdue) == (1, terms.count(), overdue)
        assert overdue > 0
    assert board.terms.running == Deadline.objects.open().filter(case_id__in=(mine.pk, theirs.pk)).count()
    assert board.workers[0].terms.overdue >= board.workers[-1].terms.overdue == 0


def test_heads_count_no_restricted_case_and_the_director_does(place: Place) -> None:
    restrict(case=a_case(place), restriction="violence", by=place.by(), now=NOON)
    calendar = load_calendar(center=place.center)
    seen = {
        role: board_of(place.by(role), NOON, calendar).terms.running
        for role in (Role.DIRECTOR, Role.HEAD_ACCOMPANIMENT)
    }
    assert seen[Role.DIRECTOR] > seen[Role.HEAD_ACCOMPANIMENT] == 0


def test_who_is_away_and_who_stands_in(place: Place) -> None:
    caseworker, lawyer = place.people[Role.CASEWORKER], place.people[Role.LAWYER]
    record_absence(
        membership=caseworker,
        substitute=lawyer,
        starts_on=NOON.date(),
        ends_on=NOON.date(),
        reason=Absence.Reason.LEAVE,
        by=place.by(Role.DIRECTOR),
        now=NOON,
    )
    calendar, director = load_calendar(center=place.center), place.by(Role.DIRECTOR)
    (row,) = people_panel(director, NOON, calendar).rows
    assert caseworker.user.short_name in str(row.label)
    assert lawyer.user.short_name in str(row.label)
    board = board_of(director, NOON, calendar)
    assert [each.membership.pk for each in board.workers if each.absence] == [caseworker.pk]
    assert not people_panel(director, NOON + timedelta(days=1), calendar).rows


def test_queries_do_not_grow(client: Client, place: Place) -> None:
    now = clock.now()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            answer: Any = client.get(reverse("center-board"))
        assert answer.status_code == 200
        return len(seen)

    a_case(place, now=now)
    sign_in(client, place.people[Role.DIRECTOR])
    queries()
    few = queries()
    for _number in range(3):
        other = a_membership(Role.CASEWORKER, center=place.center)
        a_case(place, by=actor_for(other, at=now), now=now)
    assert queries() == few <= 40
