"""What waits for registration about a family that has a case is kept from who is barred from that case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import queries, queues
from cases.actions import Source, ask_for_help, refuse_intake, register_received, send_to_center
from cases.models import Intake
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import Missing
from family_support.deadlines.models import Deadline
from family_support.deadlines.sweep import sweep
from family_support.demo.papers import scan
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.notifications.queries import unread_count
from family_support.outbox.delivery import deliver_due
from family_support.workdays.queries import load_calendar
from tests.access.world import sign_in
from tests.factories import (
    NOON,
    Place,
    a_case,
    a_center,
    a_membership,
    actor_for,
    an_agency,
    an_iin,
    fresh,
    person_data,
)
from tests.mobile_groups.samples import bar

pytestmark = pytest.mark.django_db
IIN = "850615300129"
PHONE, OTHER_PHONE = "+7 701 765 43 21", "+7 702 111 22 33"


@pytest.mark.parametrize("role", [Role.INTAKE_CLERK, Role.CASEWORKER, Role.DIRECTOR])
def test_what_waits_about_the_family_is_not_there_for_the_barred(role: Role) -> None:
    place, wife = a_center(), an_iin()
    case = a_case(place, team=True, person=person_data(iin=wife))
    school = an_agency("education", district=place.center.district)
    officer = actor_for(a_membership(Role.AGENCY_OFFICER, agency=school))
    waiting = send_to_center(
        person=person_data(iin=wife),
        said="Ребёнок боится идти домой.",
        source=Source(upload=scan("letter.pdf")),
        by=officer,
        now=NOON,
    )
    stranger = send_to_center(
        person=person_data(phone=OTHER_PHONE), said="Просит помощи.", by=officer, now=NOON
    )
    assert waiting.case_id is None
    before = place.by(role)
    assert Intake.objects.visible_to(before).filter(pk=waiting.pk).exists()
    barred = bar(before, case, IIN)
    assert list(queues.journal(barred, "received")) == [stranger]
    assert queues.counts(barred)["received"] == 1
    assert not Attachment.objects.visible_to(barred).of_subject("cases.intake", waiting.pk).exists()
    client = sign_in(Client(), place.people[role])
    assert client.get(reverse("intake", args=(waiting.pk,))).status_code == 404
    if role != Role.DIRECTOR:
        with pytest.raises(Missing):
            refuse_intake(intake=waiting, reason="Спам.", by=barred, now=NOON)
        with pytest.raises(Missing):
            register_received(intake=waiting, by=barred, now=NOON)


def by_letter(place: Place, iin: str) -> Intake:
    """A school writes about her, by her IIN."""
    school = an_agency("education", district=place.center.district)
    officer = actor_for(a_membership(Role.AGENCY_OFFICER, agency=school))
    letter = Source(upload=scan("letter.pdf"))
    person = person_data(iin=iin, phone=OTHER_PHONE)
    return send_to_center(person=person, said="Просит помощи.", source=letter, by=officer, now=NOON)


def by_public_form(place: Place, iin: str) -> Intake:
    """She asks herself: the form asks for no IIN, only how she is reached."""
    return ask_for_help(
        center=place.center, first_name="Айгүл", said="Помогите.", about="myself", safe_contact="phone",
        phone=PHONE, safe_contact_note="", threat=False, violence=False, now=NOON, key=uuid4(),
    )  # fmt: skip


def told(actor: Actor) -> list[str]:
    return list(Notice.objects.visible_to(actor).values_list("kind", flat=True))


DOORS = pytest.mark.parametrize("door", [by_letter, by_public_form])


@DOORS
@pytest.mark.parametrize("role", [Role.INTAKE_CLERK, Role.DIRECTOR])
def test_neither_a_term_nor_a_number_tells_the_barred_that_something_waits(
    door: Callable[[Place, str], Intake], role: Role
) -> None:
    place, wife = a_center(), an_iin()
    case = a_case(place, team=True, person=person_data(iin=wife, phone=PHONE))
    before = place.by(role)
    waiting = door(place, wife)
    term = Deadline.objects.of_subject("cases.intake", waiting.pk).get()
    late = NOON + timedelta(days=30)
    calendar = load_calendar(center=place.center)

    def counted(actor: Actor) -> list[object]:
        groups = queries.day_of(actor, late, calendar)
        return [*(tile.count for tile in queues.tiles(actor, late)[:2]), *(group.size for group in groups)]

    seen = counted(before)
    assert seen[:2] == [1, 1]
    barred = bar(before, case, IIN)
    assert not Intake.objects.visible_to(barred).exists()
    assert counted(barred)[:2] == [0, 0]
    assert not Deadline.objects.visible_to(barred).filter(case_id=None).exists()
    client = sign_in(Client(), place.people[role])
    assert client.get(reverse("deadline-explain", args=(term.pk,))).status_code == 404


@DOORS
def test_the_barred_are_told_of_nothing_that_waits_about_the_family(
    door: Callable[[Place, str], Intake],
) -> None:
    place, wife = a_center(), an_iin()
    case = a_case(place, team=True, person=person_data(iin=wife, phone=PHONE))
    other = actor_for(a_membership(Role.INTAKE_CLERK, center=place.center))
    barred = bar(place.by(Role.INTAKE_CLERK), case, IIN)
    deliver_due(clock.now)
    door(place, wife)
    deliver_due(clock.now)
    assert told(other) == ["intake.received"]
    # Not written at all: a digest would count it.
    assert not Notice.objects.filter(recipient_id=barred.membership_id).exists()


def test_nor_is_a_barred_director_told_that_it_waits_too_long() -> None:
    place, wife = a_center(), an_iin()
    case = a_case(place, team=True, person=person_data(iin=wife, phone=PHONE))
    barred = bar(place.by(Role.DIRECTOR), case, IIN)
    deliver_due(clock.now)
    waiting = by_letter(place, wife)
    stranger = by_letter(place, an_iin())
    late = NOON + timedelta(days=30)
    sweep(late)
    deliver_due(clock.now)
    about = set(
        Notice.objects.filter(recipient_id=barred.membership_id, case_id=None).values_list(
            "subject_id", flat=True
        )
    )
    terms = {
        each.pk: Deadline.objects.of_subject("cases.intake", each.pk).get().pk for each in (waiting, stranger)
    }
    assert terms[stranger.pk] in about
    assert terms[waiting.pk] not in about


@DOORS
def test_who_is_barred_later_is_not_reminded_of_what_waited(door: Callable[[Place, str], Intake]) -> None:
    place, wife = a_center(), an_iin()
    case = a_case(place, team=True, person=person_data(iin=wife, phone=PHONE))
    clerk = place.by(Role.INTAKE_CLERK)
    waiting = door(place, wife)
    deliver_due(clock.now)
    assert told(clerk) == ["intake.received"]
    barred = bar(clerk, case, IIN)
    assert told(barred) == []
    assert unread_count(barred) == 0
    register_received(intake=waiting, attach_to=fresh(case), by=place.by(), now=NOON)
    assert told(barred) == []
