"""What waits for registration about a family that has a case is kept from who is barred from that case."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases import queues
from cases.actions import Source, refuse_intake, register_received, send_to_center
from cases.models import Intake
from family_support.accounts.roles import Role
from family_support.base.errors import Missing
from family_support.demo.papers import scan
from family_support.documents.models import Attachment
from tests.access.world import sign_in
from tests.factories import (
    NOON,
    a_case,
    a_center,
    a_membership,
    actor_for,
    an_agency,
    an_iin,
    person_data,
)
from tests.mobile_groups.samples import bar

pytestmark = pytest.mark.django_db
IIN = "850615300129"


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
    stranger = send_to_center(person=person_data(), said="Просит помощи.", by=officer, now=NOON)
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
