"""The calendar of a phone: what it tells, to whom, and that a link that is no longer one tells nothing."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from cases.actions import restrict
from cases.models import Case
from family_support.accounts.actions import deactivate_user, end_membership
from family_support.accounts.actors import load_actor
from family_support.accounts.factor_reset_actions import approve_reset, ask_reset
from family_support.accounts.roles import Role
from family_support.accounts.sign_in_actions import end_sessions_of
from family_support.agenda.actions import give_link, take_back_link
from family_support.agenda.feed import NAMED, calendar_of
from family_support.agenda.models import CalendarFeed, index_of
from family_support.agenda.scope import READERS, deadlines_of
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict, Forbidden
from family_support.base.logs import without_people
from family_support.deadlines.models import Deadline, Term
from family_support.outbox.delivery import deliver_due
from tests.access.world import sign_in
from tests.factories import Place, a_case, a_center, a_membership, actor_for, an_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return a_center()


@pytest.fixture
def case(place: Place) -> Case:
    return a_case(place, now=clock.now())


def link(place: Place, role: Role = Role.CASEWORKER) -> str:
    token = give_link(by=place.by(role, at=clock.now()), now=clock.now())
    return reverse("calendar-ics", args=(token,))


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_each_running_term_is_an_event(client: Client, place: Place, case: Case) -> None:
    answer = client.get(link(place))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    by = place.by(at=clock.now())
    rows = {row.due_at: row for row in deadlines_of(by).for_display()}
    found = events(answer.content)
    assert len(found) == deadlines_of(by).count() > 1
    for event in found:
        due = event.decoded("dtend")
        assert due in rows
        assert due.tzinfo is not None
        assert due.utcoffset() == timedelta(hours=5)
        assert event.decoded("dtstart") < due
        assert str(event["url"]).startswith(f"{settings.BASE_URL}/deadlines/")
        assert case.number in str(event["summary"])
    again = events(client.get(link(place)).content)
    assert {str(event["uid"]) for event in again} == {str(event["uid"]) for event in found}
    assert len({str(event["uid"]) for event in found}) == len(found)


def test_nothing_personal_is_in_it(client: Client, place: Place, case: Case) -> None:
    text = client.get(link(place)).content.decode()
    person = case.members.get().person
    assert case.family_name
    for secret in (person.last_name, person.first_name, case.family_name, place.center.name, str(person.iin)):
        assert secret not in text
    assert place.people[Role.CASEWORKER].user.email not in text


def test_of_a_restricted_case_only_that_a_term_ends(client: Client, place: Place, case: Case) -> None:
    now = clock.now()
    restrict(case=case, restriction="violence", by=place.by(at=now), now=now)
    content = client.get(link(place)).content
    found = events(content)
    assert found
    assert {str(event["summary"]) for event in found} == {"Заканчивается срок"}
    assert {str(event["url"]) for event in found} == {f"{settings.BASE_URL}/"}
    assert case.number not in content.decode()
    assert str(case.pk) not in {str(event["uid"]) for event in found}


def test_steps_that_tell_of_violence_children_or_stays_have_no_name(
    client: Client, place: Place, case: Case
) -> None:
    row = Deadline.objects.open().filter(case_id=case.pk, due_at__isnull=False).earliest("pk")
    term = Term.objects.get(code="violence_redirection", valid_to__isnull=True)
    Deadline.objects.filter(pk=row.pk).update(code=term.code, term=term)
    told = [str(event["summary"]) for event in events(client.get(link(place)).content)]
    assert "Заканчивается срок" in told
    assert not [text for text in told if "социальных услуг" in text]
    hidden = set(Term.objects.values_list("code", flat=True)) - NAMED
    assert {
        "violence_redirection",
        "minor_notice_guardianship",
        "stay_limit",
        "response_plan",
        "assessment_urgent",
    } <= hidden


def test_only_a_hash_is_kept(place: Place) -> None:
    token = give_link(by=place.by(at=clock.now()), now=clock.now())
    row = CalendarFeed.objects.get()
    assert row.token_index == index_of(token) != token
    assert len(token) >= 43


def refused(client: Client, address: str) -> tuple[int, bytes, str]:
    answer = client.get(address)
    assert not answer.cookies
    return answer.status_code, answer.content, answer["Content-Type"]


def test_unknown_and_ended_links_are_answered_alike(client: Client, place: Place, case: Case) -> None:
    now = clock.now()
    nothing = refused(client, reverse("calendar-ics", args=("unknown",)))
    assert nothing[0] == 404
    first = link(place)
    second = link(place)
    assert refused(client, first) == nothing  # a new link ends the old one
    take_back_link(by=place.by(at=now), now=now)
    assert refused(client, second) == nothing
    with pytest.raises(Conflict):
        take_back_link(by=place.by(at=now), now=now)
    third = link(place)
    membership = place.people[Role.CASEWORKER]
    yesterday = clock.today() - timedelta(days=1)
    end_membership(membership=membership, ends_on=yesterday, reason="Уволился", by=SYSTEM, now=now)
    assert refused(client, third) == nothing
    fourth = link(place, Role.LAWYER)
    deactivate_user(user=place.people[Role.LAWYER].user, reason="Уволился", by=SYSTEM, now=now)
    assert refused(client, fourth) == nothing
    assert client.post(fourth).status_code == 405


def test_too_many_questions_are_refused(client: Client, place: Place, settings: Any) -> None:
    settings.PUBLIC_RATE_LIMITS = {**settings.PUBLIC_RATE_LIMITS, "calendar_feed": "2/m/ip"}
    address = link(place)
    answers = [client.get(address).status_code for _number in range(3)]
    assert answers == [200, 200, 429]


def test_the_secret_is_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get(reverse("calendar-ics", args=("a-secret-token",)))
    assert "a-secret-token" not in caplog.text
    entry = without_people(None, "info", {"request": "GET /calendar/a-secret-token.ics?x=1"})
    assert entry["request"] == "GET /calendar/….ics"


@pytest.mark.parametrize("role", sorted(set(Role) - READERS))
def test_roles_without_due_dates_have_no_link(role: Role) -> None:
    by = actor_for(a_membership(role, agency=an_agency()), at=clock.now())
    with pytest.raises(Forbidden):
        give_link(by=by, now=clock.now())


def test_link_is_shown_once_and_its_reading_noted(client: Client, place: Place, case: Case) -> None:
    sign_in(client, place.people[Role.CASEWORKER])
    shown = client.post(reverse("calendar-feed-new"))
    address = shown.context["address"]
    assert address in shown.content.decode()
    assert address not in client.get(reverse("calendar-feed")).content.decode()
    assert Client().get(address.removeprefix(settings.BASE_URL)).status_code == 200
    row = CalendarFeed.objects.get()
    assert row.read_at is not None
    before = row.read_at
    Client().get(address.removeprefix(settings.BASE_URL))
    row.refresh_from_db()
    assert row.read_at == before
    assert client.post(reverse("calendar-feed-end")).status_code == 302
    assert client.post(reverse("calendar-feed-end")).status_code == 409


def test_a_calendar_speaks_its_owners_language(client: Client, place: Place, case: Case) -> None:
    user = place.people[Role.CASEWORKER].user
    type(user).objects.filter(pk=user.pk).update(language="kk")
    text = client.get(link(place)).content.decode()
    assert "Мерзімдер" in text
    row = CalendarFeed.objects.in_force().get()
    far = datetime(2031, 1, 1, tzinfo=UTC)
    assert calendar_of(row, far) is not None


def test_a_link_of_a_role_without_due_dates_tells_nothing() -> None:
    analyst = a_membership(Role.MINISTRY_ANALYST)
    with acting(SYSTEM, reason="test"):
        feed = CalendarFeed.objects.create(
            membership=analyst, token_index=index_of("x"), created_at=clock.now()
        )
    assert load_actor(analyst, clock.now()) is not None
    assert calendar_of(feed, clock.now()) is None


@pytest.mark.parametrize("cut", ["lost device", "factor reset"])
def test_a_link_made_from_a_lost_device_ends_with_its_sessions(
    place: Place, client: Client, cut: str
) -> None:
    """Whoever had the phone for a minute could else read on, though every session had been ended."""
    now = clock.now()
    path, others = link(place), link(place, Role.LAWYER)
    assert client.get(path).status_code == 200
    user = place.people[Role.CASEWORKER].user
    admin = actor_for(a_membership(Role.SYSTEM_ADMIN), at=now)
    if cut == "lost device":
        end_sessions_of(user=user, reason="Телефон украден", by=admin, now=now)
    else:
        reset = ask_reset(user=user, identity_check="Пришла с удостоверением.", by=admin, now=now)
        approve_reset(reset=reset, by=actor_for(a_membership(Role.SECURITY_OFFICER), at=now), now=now)
    deliver_due(clock.now)
    assert client.get(path).status_code == 404
    assert client.get(others).status_code == 200
