"""The endpoint of state information systems: Digital Family Cards."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.actions import add_member, record_consent, register_intake, take_case
from cases.models import Case, CaseMember, FamilyCard, Intake, Submission
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.errors import Conflict
from family_support.base.idempotency import forget_old_keys
from tests.access.world import sign_in
from tests.factories import Place, a_center, a_district, an_iin, an_intake, intake_data, person_data
from tests.machines import Caller, Door, a_machine

pytestmark = pytest.mark.django_db
PATH = "/api/v1/signals"
KATO = "719920000"


@pytest.fixture
def place() -> Place:
    district = a_district()
    district.kato = KATO
    district.save()
    return a_center(district=district)


@pytest.fixture
def system() -> Caller:
    return Caller(a_machine(Door.STATE_SYSTEM).machine)


def card(**changes: Any) -> dict[str, Any]:
    return {
        "family_id": f"DFC-{uuid.uuid4().hex[:8]}",
        "level": "D",
        "kato": KATO,
        "date": "2026-03-01",
        "members": [
            {"iin": an_iin(), "role": "head", "last_name": "Сәрсенова", "first_name": "Айгүл"},
            {"iin": an_iin(), "role": "spouse"},
            {"no_iin_reason": "newborn", "role": "child"},
        ],
        **changes,
    }


def sent(answer: Any) -> Submission:
    assert answer.status_code == 201, answer.content
    return Submission.objects.get(public_id=answer.json()["id"])


def test_a_card_becomes_an_intake(place: Place, system: Caller) -> None:
    body = card()
    submission = sent(system.send(PATH, body, key=None))
    intake, row = submission.intake, submission.card
    assert (intake.center, intake.channel, intake.form) == (place.center, "state_system", "system")
    assert intake.state == Intake.State.REGISTERED
    assert intake.sender_name == system.machine.name
    assert "Цифровая карта семьи: уровень D на 01.03.2026" in intake.said
    assert "Отбасының цифрлық картасы" in intake.said
    assert (row.level, row.kato, row.family_id) == ("D", KATO, body["family_id"])
    assert row.members == body["members"]
    # Minimal: the head as named; the others wait in the card for consent.
    assert [member.relation for member in intake.case.members.all()] == ["self"]
    assert intake.case.risk == Case.Risk.LOW


def test_numbers_are_sealed_at_rest(place: Place, system: Caller) -> None:
    body = card()
    row = sent(system.send(PATH, body, key=None)).card
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM cases_familycard c WHERE id = %s", [row.pk])
        stored = cursor.fetchone()[0]
    assert body["family_id"] not in stored
    assert body["members"][0]["iin"] not in stored
    assert "Сәрсенова" not in stored


def test_a_family_without_names_begins_a_case_of_nobody(place: Place, system: Caller) -> None:
    intake = sent(system.send(PATH, card(members=[{"iin": an_iin(), "role": "head"}]), key=None)).intake
    assert intake.applicant is None
    assert not intake.case.members.exists()


def test_xml_says_the_same(place: Place, system: Caller) -> None:
    iin = an_iin()
    xml = f"""<?xml version="1.0" encoding="utf-8"?>
    <signal>
      <family_id>DFC-77</family_id><level>E</level><kato>{KATO}</kato><date>2026-03-01</date>
      <members>
        <member><iin>{iin}</iin><role>head</role><last_name>Ким &amp; Ким</last_name></member>
      </members>
    </signal>"""
    assert system.send(PATH, xml, key=None, kind="application/xml").json()["code"] == "name_letters"
    xml = xml.replace(" &amp; Ким", "")
    row = sent(system.send(PATH, xml, key=None, kind="application/xml; charset=utf-8")).card
    assert row.members == [{"iin": iin, "role": "head", "last_name": "Ким"}]
    body = {"family_id": "DFC-77", "level": "E", "kato": KATO, "date": "2026-03-01", "members": row.members}
    assert sent(system.send(PATH, body, key=None)) == row.submission


@pytest.mark.parametrize("days", [0, 20])
def test_one_signal_of_a_family_and_date(place: Place, system: Caller, days: int) -> None:
    """Also after the idempotency key has been forgotten."""
    body = card()
    first = system.send(PATH, body, key=None)
    forget_old_keys(clock.now() + timedelta(days=days))
    again = system.send(PATH, body, key=None)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    other = system.send(PATH, {**body, "level": "E"}, key=None)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Intake.objects.filter(center=place.center).count() == 1


def test_the_next_card_of_a_family_joins_its_open_case(place: Place, system: Caller) -> None:
    """By the family's number alone: these members have no IIN. The sender hears what it hears of any other."""
    body = card(members=[{"no_iin_reason": "unknown", "role": "head"}])
    first = sent(system.send(PATH, body, key=None))
    answer = system.send(PATH, {**body, "date": "2026-03-02", "level": "E"}, key=None)
    assert sent(answer).intake.case_id == first.intake.case_id
    assert set(answer.json()) == {"id", "url"}
    states = [system.get(f"{PATH}/{each.public_id}").json()["state"] for each in Submission.objects.all()]
    assert states == ["registered", "registered"]


def test_a_family_is_known_by_any_member(place: Place, system: Caller) -> None:
    iin = an_iin()
    known = an_intake(place, person=person_data(iin=iin))
    members = [{"iin": an_iin(), "role": "head"}, {"iin": iin, "role": "spouse"}]
    assert sent(system.send(PATH, card(members=members), key=None)).intake.case_id == known.case_id


def test_who_comes_by_themselves_joins_the_case_of_the_card(place: Place, system: Caller) -> None:
    iin = an_iin()
    members = [{"no_iin_reason": "unknown", "role": "head"}, {"iin": iin, "role": "spouse"}]
    signal = sent(system.send(PATH, card(members=members), key=None)).intake
    now = clock.now()
    own = register_intake(
        center=place.center,
        by=place.by(Role.CASEWORKER, at=now),
        now=now,
        received_at=now,
        person=person_data(iin=iin),
        **intake_data(),
    )
    assert own.case_id == signal.case_id


def test_a_family_of_the_centers_own_staff_is_restricted(place: Place, system: Caller) -> None:
    iin = an_iin()
    user = place.people[Role.PSYCHOLOGIST].user
    user.set_iin(iin)
    user.save()
    members = [{"no_iin_reason": "unknown", "role": "head"}, {"iin": iin, "role": "spouse"}]
    case = sent(system.send(PATH, card(members=members), key=None)).intake.case
    assert case.restriction == Case.Restriction.STAFF


def test_another_system_has_cards_of_its_own(place: Place, system: Caller) -> None:
    body = card()
    other = Caller(a_machine(Door.STATE_SYSTEM).machine)
    first, second = sent(system.send(PATH, body, key=None)), sent(other.send(PATH, body, key=None))
    assert first != second
    assert first.intake.case_id == second.intake.case_id
    answer = other.get(f"{PATH}/{first.public_id}")
    assert (answer.status_code, answer.content) == (
        404,
        b'{"code":"missing","detail":"Not found.","fields":{}}',
    )


def test_foreign_roles_are_refused(place: Place, system: Caller) -> None:
    answer = Caller(a_machine().machine).send(PATH, card())
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_scope")


def test_nothing_of_the_case_is_told(place: Place, system: Caller) -> None:
    answer = system.send(PATH, card(), key=None)
    intake = sent(answer).intake
    told = answer.content.decode() + system.get(answer.json()["url"]).content.decode()
    assert intake.number not in told
    assert intake.case.number not in told
    assert "Сәрсенова" not in json.dumps(told, ensure_ascii=False)


def test_who_reads_the_case_sees_its_cards(place: Place, system: Caller) -> None:
    row = sent(system.send(PATH, card(), key=None)).card
    worker = place.by(Role.CASEWORKER, at=clock.now())
    assert not FamilyCard.objects.visible_to(worker).exists()
    take_case(case=row.submission.intake.case, by=worker, now=clock.now())
    assert list(FamilyCard.objects.visible_to(worker)) == [row]
    for role in (Role.INTAKE_CLERK, Role.DIRECTOR, Role.PSYCHOLOGIST):
        assert not FamilyCard.objects.visible_to(place.by(role, at=clock.now())).exists()


def test_a_profile_from_the_card_still_waits_for_consent(place: Place, system: Caller) -> None:
    case = sent(system.send(PATH, card(), key=None)).intake.case
    worker = place.by(Role.CASEWORKER, at=clock.now())
    case = take_case(case=case, by=worker, now=clock.now())
    data = person_data(place_of_study="Школа № 5")
    arguments: dict[str, Any] = {
        "case": case,
        "data": data,
        "relation": CaseMember.Relation.CHILD,
        "by": worker,
    }
    with pytest.raises(Conflict):
        add_member(**arguments, now=clock.now())
    record_consent(
        case=case,
        person=case.members.get().person,
        given=True,
        signed_on=clock.today(),
        data=["identity"],
        by=worker,
        now=clock.now(),
    )
    add_member(**arguments, now=clock.now())


def test_members_are_taken_over_after_consent_only(place: Place, system: Caller, client: Client) -> None:
    """The people page offers them; the form begins with what was sent, and addresses hold a place only."""
    body = card()
    row = sent(system.send(PATH, body, key=None)).card
    case = row.submission.intake.case
    case = take_case(case=case, by=place.by(Role.CASEWORKER, at=clock.now()), now=clock.now())
    sign_in(client, place.people[Role.CASEWORKER])
    people = f"/cases/{case.pk}/people/"
    address = f"/cases/{case.pk}/people/new/?card={row.pk}&member=1"
    assert "After consent" in client.get(people, headers={"Accept-Language": "en"}).content.decode()
    assert client.get(address).context["form"].initial == {}
    record_consent(
        case=case,
        person=case.members.get().person,
        given=True,
        signed_on=clock.today(),
        data=["identity"],
        by=place.by(Role.CASEWORKER, at=clock.now()),
        now=clock.now(),
    )
    offered = client.get(people, headers={"Accept-Language": "en"})
    links = [each.url for each in offered.context["waiting"]]
    assert links == [address, address.replace("member=1", "member=2")]
    assert body["members"][1]["iin"] not in offered.content.decode()
    form = client.get(address).context["form"]
    assert (form["iin"].value(), form["relation"].value()) == (body["members"][1]["iin"], "spouse")
    for wrong in ("member=9", "member=-1", "member=x", "member=99999999999999999999"):
        assert client.get(address.replace("member=1", wrong)).context["form"].initial == {}


def test_the_intake_shows_its_card_to_its_readers(place: Place, system: Caller, client: Client) -> None:
    body = card()
    intake = sent(system.send(PATH, body, key=None)).intake
    sign_in(client, place.people[Role.DIRECTOR])
    page = client.get(f"/intakes/{intake.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "level D" in page
    assert "never a ground" in page
    assert body["members"][1]["iin"] not in page
    assert f"•••• •••• {body['members'][1]['iin'][-4:]}" in page
