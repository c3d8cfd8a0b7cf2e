"""Whoever stands in for an absent colleague works on the ordinary cases of that one, for so long, and nothing more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from cases import queries
from cases.absences import restricted_left
from cases.actions import add_to_team, flag_threat, grant_access, restrict
from cases.models import Case, TimelineEntry
from cases.permissions import can_assign, can_grant, leads
from cases.timeline import IN_PLACE_OF
from cases.views.history import history_of
from family_support.access.models import Barred
from family_support.accounts.absence_actions import end_absence, record_absence
from family_support.accounts.models import Absence
from family_support.accounts.roles import WORKERS, Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.notifications.recipients import with_substitutes
from family_support.workdays.queries import load_calendar
from tests.factories import NOON, Place, a_case, a_membership, actor_for, an_iin

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
AFTER = NOON + timedelta(days=3)


@pytest.fixture
def case(place: Place) -> Case:
    return a_case(place)


def away(place: Place, *, substitute: Any = None, role: Role = Role.LAWYER) -> Absence:
    """The caseworker is away today and tomorrow."""
    return record_absence(
        membership=place.people[Role.CASEWORKER],
        substitute=substitute or place.people[role],
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=1),
        reason=Absence.Reason.SICK,
        by=place.by(Role.DIRECTOR),
        now=NOON,
    )


def scopes(case: Case, actor: Actor) -> tuple[bool, bool, bool]:
    scopes = (Case.objects.listed_to, Case.objects.visible_to, Case.objects.writable_by)
    return tuple(scope(actor).filter(pk=case.pk).exists() for scope in scopes)  # type: ignore[return-value]


@pytest.mark.parametrize("role", sorted(WORKERS - {Role.CASEWORKER}))
def test_ordinary_cases_for_the_days_of_the_absence(place: Place, case: Case, role: Role) -> None:
    assert scopes(case, place.by(role)) == (True, False, False)
    away(place, role=role)
    by = place.by(role)
    assert scopes(case, by) == (True, True, True)
    # The absent keeps the own access; the substitute leads as the absent does.
    assert scopes(case, place.by()) == (True, True, True)
    found = Case.objects.listed_to(by).get(pk=case.pk)
    assert leads(found, by)
    assert can_assign(by, found)
    assert found.in_place_of == place.people[Role.CASEWORKER].pk
    assert scopes(case, place.by(role, at=AFTER)) == (True, False, False)


def test_ended_early_the_access_is_gone(place: Place, case: Case) -> None:
    row = away(place)
    later = NOON + timedelta(minutes=5)
    end_absence(absence=row, by=place.by(Role.DIRECTOR), now=later)
    assert scopes(case, place.by(Role.LAWYER, at=later)) == (True, False, False)


def test_a_restricted_case_only_by_name(place: Place, case: Case) -> None:
    row = away(place)
    director, lawyer = place.by(Role.DIRECTOR), place.people[Role.LAWYER]
    restrict(case=case, restriction="violence", by=place.by(), now=NOON)
    assert scopes(case, place.by(Role.LAWYER)) == (False, False, False)
    assert [left.label for left in restricted_left([row], director)[row.pk]] == [case.number]
    add_to_team(case=case, membership=lawyer, by=director, now=NOON)
    grant_access(case=case, membership=lawyer, reason="Замещает", by=director, now=NOON)
    by = place.by(Role.LAWYER)
    assert scopes(case, by) == (True, True, True)
    assert restricted_left([row], director) == {row.pk: []}
    # By the own grant, not in the absent lead's place: no grants of others.
    found = Case.objects.listed_to(by).get(pk=case.pk)
    assert found.in_place_of is None
    assert (leads(found, by), can_assign(by, found), can_grant(by, found)) == (False, False, False)


def test_the_barred_list_wins(place: Place, case: Case) -> None:
    iin = an_iin()
    relative = a_membership(Role.LAWYER, center=place.center, iin=iin)
    away(place, substitute=relative)
    with acting(SYSTEM, reason="test"):
        row = Barred(case_id=case.pk, relation="брат", noted_by=place.people[Role.CASEWORKER], noted_at=NOON)
        row.set_iin(iin)
        row.save()
    assert scopes(case, actor_for(relative)) == (False, False, False)
    told = with_substitutes([place.people[Role.CASEWORKER].pk], case.pk, TODAY)
    assert told == {place.people[Role.CASEWORKER].pk}


def test_nobody_elses_cases(place: Place, case: Case) -> None:
    other = a_membership(Role.CASEWORKER, center=place.center)
    foreign = a_case(place, by=actor_for(other))
    away(place)
    assert scopes(foreign, place.by(Role.LAWYER)) == (True, False, False)


def test_the_timeline_says_for_whom(place: Place, case: Case) -> None:
    row = away(place)
    flag_threat(case=case, note="Угрозы по телефону", by=place.by(Role.LAWYER), now=NOON)
    entry = TimelineEntry.objects.get(case=case, kind="threat.flagged")
    assert entry.params[IN_PLACE_OF] == row.membership_id
    calendar = load_calendar(center=place.center)
    absent, lawyer = (place.people[role].user.short_name for role in (Role.CASEWORKER, Role.LAWYER))
    with translation.override("ru"):
        told = queries.timeline_of(case, AFTER, calendar)
    assert f"{lawyer} (за: {absent})" in [entry.by for entry in told]
    titles = [entry.title for entry in told]
    assert titles[0] == f"{absent} снова на месте: замещение ({lawyer}) закончилось"
    assert f"{lawyer} замещает: {absent}" in titles
    # One's own acts are told without it.
    own = TimelineEntry.objects.filter(case=case, by=place.people[Role.CASEWORKER])
    assert own
    assert all(IN_PLACE_OF not in each.params for each in own)


def test_the_history_says_for_whom(place: Place) -> None:
    """The moments of the history are the database's own: it is told of today."""
    now = clock.now()
    case = a_case(place, now=now)
    row = record_absence(
        membership=place.people[Role.CASEWORKER],
        substitute=place.people[Role.LAWYER],
        starts_on=clock.today(),
        ends_on=clock.today(),
        reason=Absence.Reason.SICK,
        by=place.by(Role.DIRECTOR, at=now),
        now=now,
    )
    lawyer = place.by(Role.LAWYER, at=now)
    flag_threat(case=case, note="Угрозы по телефону", by=lawyer, now=now)
    with translation.override("ru"):
        lines, _more = history_of(case, before=None)
    told = {line.who for line in lines}
    assert f"{row.substitute.user.short_name}, Юрист (за: {row.membership.user.short_name})" in told
    assert f"{row.membership.user.short_name}, Кейс-менеджер" in told


def test_my_day_shows_whose_terms_they_are(place: Place, case: Case) -> None:
    by, calendar = place.by(Role.LAWYER), load_calendar(center=place.center)
    assert not [line for group in queries.day_of(by, NOON, calendar, worker=None) for line in group.lines]
    row = away(place)
    groups = queries.day_of(place.by(Role.LAWYER), NOON, calendar, worker=None)
    lines = [line for group in groups for line in group.lines]
    assert {line.for_whom for line in lines} == {row.membership.user.short_name}
    assert {line.case.pk for line in lines} == {case.pk}
    own = queries.day_of(place.by(), NOON, calendar, worker=None)
    assert {line.for_whom for group in own for line in group.lines} == {""}


def test_notices_go_to_the_substitute_as_well(place: Place, case: Case) -> None:
    caseworker, lawyer = place.people[Role.CASEWORKER].pk, place.people[Role.LAWYER].pk
    assert with_substitutes([caseworker], case.pk, TODAY) == {caseworker}
    away(place)
    assert with_substitutes([caseworker], case.pk, TODAY) == {caseworker, lawyer}
    assert with_substitutes([caseworker], None, TODAY) == {caseworker, lawyer}
    assert with_substitutes([], case.pk, TODAY) == set()
    assert with_substitutes([caseworker], case.pk, TODAY + timedelta(days=2)) == {caseworker}
    restrict(case=case, restriction="violence", by=place.by(), now=NOON)
    assert with_substitutes([caseworker], case.pk, TODAY) == {caseworker}
