"""Who of the Center is told of what."""

from __future__ import annotations

import pytest

from cases import handlers
from cases.actions import assign_lead, close_case
from cases.models import Case
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.notifications.models import Mail, Notice
from family_support.outbox.models import Event
from tests.factories import Place, a_case, an_intake, person_data


def last(kind: str, case: Case) -> Event:
    return Event.objects.filter(type=kind, case_id=case.pk).latest("pk")


def told(kind: str, case: Case) -> set[int]:
    return set(Notice.objects.filter(kind=kind, case_id=case.pk).values_list("recipient_id", flat=True))


def test_threat_tells_director_at_once_and_by_mail(place: Place) -> None:
    case = a_case(place, now=clock.now(), threat=True)
    event = last("threat.flagged", case)
    handlers.tell_threat(event)
    handlers.tell_threat(event)
    director = place.people[Role.DIRECTOR].pk
    assert told("threat.flagged", case) == {director}
    assert Notice.objects.filter(kind="threat.flagged", case_id=case.pk).count() == 1
    assert Mail.objects.filter(recipient_id=director).count() == 1


def test_repeat_tells_the_lead(place: Place) -> None:
    person, now = person_data(), clock.now()
    case = a_case(place, now=now, person=person)
    an_intake(place, now=now, by=place.by(Role.INTAKE_CLERK), person=person)
    handlers.tell_intake(last("intake.registered", case))
    assert told("intake.attached", case) == {place.people[Role.CASEWORKER].pk}


def test_case_without_a_lead_tells_the_director(place: Place) -> None:
    case = a_case(place, now=clock.now(), by=place.by(Role.INTAKE_CLERK))
    handlers.tell_intake(last("intake.registered", case))
    assert told("intake.unassigned", case) == {place.people[Role.DIRECTOR].pk}


@pytest.mark.parametrize(("by", "expected"), [(Role.DIRECTOR, True), (Role.CASEWORKER, False)])
def test_who_got_a_case_is_told_unless_they_took_it(place: Place, by: Role, expected: bool) -> None:
    now = clock.now()
    case = a_case(place, now=now, by=place.by(Role.PSYCHOLOGIST))
    worker = place.people[Role.CASEWORKER]
    assign_lead(case=case, membership=worker, by=place.by(Role.DIRECTOR), now=now)
    event = last("case.assigned", case)
    if by == Role.CASEWORKER:
        event.payload["by"] = worker.pk
    handlers.tell_assigned(event)
    assert (worker.pk in told("case.assigned", case)) is expected


def test_lead_hears_that_the_case_was_closed_by_somebody_else(place: Place) -> None:
    now = clock.now()
    case = a_case(place, now=now)
    close_case(case=case, closing="unfounded", note="Не подтвердилось", by=place.by(), now=now)
    event = last("case.closed", case)
    handlers.tell_closed(event)
    assert told("case.closed", case) == set()
    event.payload["by"] = place.people[Role.DIRECTOR].pk
    handlers.tell_closed(event)
    assert told("case.closed", case) == {place.people[Role.CASEWORKER].pk}
