"""Registering intakes: terms, numbers, attaching, protection, and every wrong input with its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from cases.actions import (
    PersonData,
    close_case,
    receive_intake,
    record_consultation,
    refuse_intake,
    register_intake,
    register_received,
)
from cases.models import Case, Intake, NumberCounter, Person, Threat, TimelineEntry
from cases.permissions import REGISTERING
from family_support.accounts.roles import CENTER_ROLES, Role
from family_support.audit.models import Change
from family_support.base.errors import Conflict, Forbidden, Invalid, KeyReused, Missing
from family_support.deadlines.models import Deadline
from family_support.outbox.models import Event
from tests.cases.undoing import undone
from tests.factories import (
    NOON,
    Place,
    a_case,
    a_membership,
    a_publication,
    an_iin,
    an_intake,
    intake_data,
    person_data,
)

ALMATY = ZoneInfo("Asia/Almaty")


def at(text: str) -> datetime:
    """A moment of the Almaty clock in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY).astimezone(UTC)


def due(case: Case, code: str) -> str:
    """The running term's end on the Almaty clock."""
    row = Deadline.objects.open().get(case_id=case.pk, code=code)
    assert row.due_at is not None
    return row.due_at.astimezone(ALMATY).strftime("%Y-%m-%d %H:%M")


def codes(case: Case) -> set[str]:
    return set(Deadline.objects.open().filter(case_id=case.pk).values_list("code", flat=True))


def test_ordinary_intake_opens_case_with_both_terms(place: Place) -> None:
    intake = an_intake(place)
    case = intake.case
    assert case is not None
    assert intake.state == Intake.State.REGISTERED
    assert intake.number == f"ЦПС-{place.center.code}-2026-О-00001"
    assert case.number == f"ЦПС-{place.center.code}-2026-00001"
    assert len(intake.slip_code) == 8
    assert codes(case) == {"consultation", "assessment"}
    assert due(case, "consultation") == "2026-03-11 18:30"
    assert due(case, "assessment") == "2026-03-13 18:30"
    assert case.family_name == "Сәрсенова"
    assert case.lead_id == place.people[Role.CASEWORKER].pk
    assert (case.risk, case.restricted) == ("low", False)
    assert TimelineEntry.objects.filter(case=case, kind="intake.registered").count() == 1
    assert Event.objects.filter(type="intake.registered", case_id=case.pk).count() == 1
    assert Change.objects.filter(case_id=case.pk, role__isnull=True).count() == 0


def test_numbers_have_no_gaps_and_begin_anew_each_year_and_center(place: Place, other: Place) -> None:
    first, second = an_intake(place), an_intake(place)
    assert [first.number[-5:], second.number[-5:]] == ["00001", "00002"]
    assert an_intake(other).number.endswith("-00001")
    next_year = at("2027-02-10 11:00")
    assert an_intake(place, now=next_year).number.endswith("2027-О-00001")
    assert NumberCounter.objects.get(center=place.center, year=2026, kind="intake").last == 2


@pytest.mark.parametrize(
    ("received", "registered", "consultation"),
    [
        ("2026-03-10 18:30", "2026-03-10 18:30", "2026-03-11 18:30"),
        ("2026-03-10 18:31", "2026-03-11 09:00", "2026-03-12 18:30"),
        ("2026-03-13 20:00", "2026-03-16 09:00", "2026-03-17 18:30"),
        ("2026-03-14 12:00", "2026-03-16 09:00", "2026-03-17 18:30"),
        # Nauryz: 21-23 March, and 24 and 25 March are days off for those that fall on the weekend.
        ("2026-03-20 19:00", "2026-03-26 09:00", "2026-03-27 18:30"),
    ],
)
def test_after_hours_is_registered_the_next_working_day(
    place: Place, received: str, registered: str, consultation: str
) -> None:
    intake = an_intake(place, now=at(received))
    assert intake.received_at == at(received)
    assert intake.registered_at == at(registered)
    assert due(intake.case, "consultation") == consultation  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", ["threat", "violence"])
def test_threat_and_violence_count_from_their_arrival(place: Place, sign: str) -> None:
    evening = at("2026-03-13 23:50")
    intake = an_intake(place, now=evening, **{sign: True})
    assert intake.registered_at == evening
    assert due(intake.case, "consultation") == "2026-03-16 18:30"  # type: ignore[arg-type]


def test_threat_shortens_and_opens_the_response(place: Place) -> None:
    intake = an_intake(place, threat=True)
    case = intake.case
    assert case is not None
    assert codes(case) == {"consultation", "assessment_urgent", "response_plan"}
    assert due(case, "assessment_urgent") == "2026-03-11 18:30"
    case.refresh_from_db()
    assert case.risk == Case.Risk.CRITICAL
    assert Threat.objects.open().filter(case=case).count() == 1
    assert Event.objects.filter(type="threat.flagged", case_id=case.pk).count() == 1


@pytest.mark.parametrize(
    ("given", "restriction"),
    [({"violence": True}, "violence"), ({"minor_at_risk": True}, "minor_at_risk"), ({"threat": True}, "")],
)
def test_restricted_at_once(place: Place, given: dict[str, Any], restriction: str) -> None:
    case = a_case(place, **given)
    assert (case.restricted, case.restriction) == (bool(restriction), restriction)


def test_restricted_when_the_person_works_at_the_center(place: Place) -> None:
    iin = an_iin()
    a_membership(Role.METHODOLOGIST, center=place.center, iin=iin)
    case = a_case(place, person=person_data(iin=iin))
    assert case.restriction == Case.Restriction.STAFF


def test_violence_opens_the_redirection(place: Place) -> None:
    case = a_case(place, violence=True)
    assert codes(case) == {"consultation", "assessment", "violence_redirection"}
    assert due(case, "violence_redirection") == "2026-03-12 18:30"


def test_repeat_joins_the_open_case_and_overwrites_nothing(place: Place) -> None:
    person = person_data()
    first = an_intake(place, person=person)
    later = NOON + timedelta(days=1)
    clerk = place.by(Role.INTAKE_CLERK, at=later)
    again = replace(person, last_name="Другая", phone="+7 702 999 88 77")
    second = an_intake(place, by=clerk, now=later, person=again)
    assert second.case_id == first.case_id
    assert second.applicant_id == first.applicant_id
    assert "+77029998877" in second.contact
    kept = Person.objects.get(pk=first.applicant_id)
    assert (kept.last_name, kept.phone) == ("Сәрсенова", "+77011234567")
    assert Person.objects.filter(iin_index=kept.iin_index).count() == 1
    running = Deadline.objects.open().filter(case_id=first.case_id)
    assert running.filter(code="consultation").count() == 2
    assert running.filter(code="assessment").count() == 1


def test_repeat_joins_a_case_the_clerk_cannot_see(place: Place) -> None:
    person = person_data()
    case = a_case(place, person=person, violence=True)
    clerk = place.by(Role.INTAKE_CLERK)
    assert not Case.objects.listed_to(clerk).filter(pk=case.pk).exists()
    second = an_intake(place, by=clerk, person=person)
    assert second.case_id == case.pk
    assert not Intake.objects.visible_to(clerk).filter(pk=second.pk).exists()
    assert Intake.objects.slip_for(clerk).filter(pk=second.pk).exists()


def test_repeat_at_another_center_opens_its_own_case(place: Place, other: Place) -> None:
    person = person_data()
    assert an_intake(place, person=person).case_id != an_intake(other, person=person).case_id


def test_return_after_closing_opens_a_linked_case(place: Place) -> None:
    """To the last closed one, and to nobody else's."""
    person, by = person_data(), place.by()
    unfounded = {"closing": "unfounded", "note": "Сведения не подтвердились"}
    first = a_case(place, person=person)
    close_case(case=first, by=by, now=NOON + timedelta(days=1), **unfounded)
    second = a_case(place, person=person)
    close_case(case=second, by=by, now=NOON, **unfounded)
    stranger = a_case(place, person=person_data())
    close_case(case=stranger, by=by, now=NOON + timedelta(days=2), **unfounded)
    assert (second.previous_id, stranger.previous_id) == (first.pk, None)
    assert a_case(place, person=person).previous_id == first.pk, "closed after the second"


def test_threat_in_a_repeat_shortens_the_running_assessment(place: Place) -> None:
    person = person_data()
    case = a_case(place, person=person)
    later = NOON + timedelta(days=1)
    an_intake(place, person=person, now=later, threat=True)
    assert codes(case) == {"consultation", "assessment_urgent", "response_plan"}
    assert due(case, "assessment_urgent") == "2026-03-12 18:30"


def test_case_without_a_known_family(place: Place) -> None:
    intake = an_intake(
        place,
        channel="media",
        form="link",
        sender_name="Сообщение в сети",
        source=a_publication(),
        person=None,
    )
    assert intake.case is not None
    assert intake.case.family_name == ""
    assert intake.case.members.count() == 0


def test_double_click_gives_the_same_intake(place: Place) -> None:
    key = uuid4()
    person = person_data()
    first = an_intake(place, person=person, key=key)
    again = an_intake(place, person=person, key=key)
    assert again.pk == first.pk
    assert Intake.objects.filter(center=place.center).count() == 1
    with pytest.raises(KeyReused):
        an_intake(place, person=person, key=key, said="Другое")


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("no words", {"said": "   "}, "said"),
    ("nobody", {"person": None}, "last_name"),
    ("unknown channel", {"channel": "telepathy"}, "channel"),
    ("form of another channel", {"form": "system"}, "form"),
    ("future", {"received_at": NOON + timedelta(minutes=1)}, "received_at"),
    ("body without a name", {"channel": "body", "form": "phone"}, "sender_name"),
    ("direction override", {"said": "текст \u202e наоборот"}, "said"),
    ("null", {"said": "a\0b"}, "said"),
]
WRONG_PEOPLE: list[tuple[str, dict[str, Any], str]] = [
    ("11 digits", {"iin": "85061530012"}, "iin"),
    ("checksum", {"iin": "850615300128"}, "iin"),
    ("Arabic-Indic digits", {"iin": "٨٥٠٦١٥٣٠٠١٢٩"}, "iin"),
    ("against the birth date", {"iin": "850615300129", "birth_date": date(1985, 6, 16)}, "iin"),
    ("against the sex", {"iin": "850615300129", "sex": "f"}, "iin"),
    ("neither IIN nor reason", {"iin": ""}, "iin"),
    ("IIN and a reason", {"iin": "850615300129", "no_iin_reason": "refused"}, "no_iin_reason"),
    ("birth in 1850", {"iin": "", "no_iin_reason": "unknown", "birth_date": date(1850, 1, 1)}, "birth_date"),
    ("birth in 2090", {"iin": "", "no_iin_reason": "unknown", "birth_date": date(2090, 1, 1)}, "birth_date"),
    ("digits in the name", {"last_name": "Иванов2"}, "last_name"),
    ("mixed alphabets", {"last_name": "Ивaнов"}, "last_name"),
    ("phone", {"phone": "12"}, "phone"),
    ("call without a phone", {"phone": "", "safe_contact": "phone"}, "phone"),
    ("no name at all", {"last_name": "", "first_name": ""}, "last_name"),
]


@pytest.mark.parametrize(("changes", "field"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_intake_names_its_field_and_leaves_nothing(
    place: Place, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        an_intake(place, **changes)
    assert list(caught.value.fields) == [field]
    _nothing_left(place)


@pytest.mark.parametrize(
    ("changes", "field"), [row[1:] for row in WRONG_PEOPLE], ids=[row[0] for row in WRONG_PEOPLE]
)
def test_wrong_person_names_its_field_and_echoes_nothing(
    place: Place, changes: dict[str, Any], field: str
) -> None:
    person = replace(person_data(iin="900228400778"), **changes)
    with pytest.raises(Invalid) as caught:
        an_intake(place, person=person)
    assert list(caught.value.fields) == [field]
    for value in changes.values():
        assert len(str(value)) < 6 or str(value) not in str(caught.value.as_dict())
    _nothing_left(place)


def _nothing_left(place: Place) -> None:
    assert not Intake.objects.filter(center=place.center).exists()
    assert not Case.objects.filter(center=place.center).exists()
    assert not Deadline.objects.filter(center=place.center).exists()
    assert not NumberCounter.objects.filter(center=place.center).exists()


def test_several_mistakes_are_told_together(place: Place) -> None:
    with pytest.raises(Invalid) as caught:
        an_intake(place, said="", person=person_data(iin="1", phone="2"))
    assert set(caught.value.fields) == {"said", "iin", "phone"}


@pytest.mark.parametrize("name", ["Әбдірахманқызы", "Салтыков-Щедрин", "Ақ"])
def test_names_people_really_have(place: Place, name: str) -> None:
    assert a_case(place, person=person_data(last_name=name, first_name="")).family_name == name


def test_iin_fills_birth_date_and_sex(place: Place) -> None:
    intake = an_intake(place, person=person_data(iin="850615300129"))
    assert intake.applicant is not None
    assert (intake.applicant.birth_date, intake.applicant.sex) == (date(1985, 6, 15), "m")


def test_profile_is_not_taken_from_a_signal(place: Place) -> None:
    with pytest.raises(Invalid):
        an_intake(place, person=person_data(address="ул. Абая, 1"))
    _nothing_left(place)


@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_who_registers(place: Place, role: Role) -> None:
    by = place.by(role)
    if role in {Role.INTAKE_CLERK, Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, Role.SOCIAL_WORKER}:
        case = an_intake(place, by=by).case
        assert case is not None
        assert case.lead_id == (None if role == Role.INTAKE_CLERK else by.membership_id)
    else:
        with pytest.raises(Forbidden):
            an_intake(place, by=by)


def test_nobody_registers_for_another_center(place: Place, other: Place) -> None:
    with pytest.raises(Missing):
        register_intake(
            center=other.center,
            by=place.by(),
            now=NOON,
            received_at=NOON,
            person=person_data(),
            **intake_data(),
        )


# --- The machine: every state × transition × role ------------------------------------------------------------
STATES = [Intake.State.RECEIVED, Intake.State.REGISTERED, Intake.State.REFUSED, Intake.State.ANSWERED]
ACTS = {
    "register": lambda intake, by: register_received(intake=intake, by=by, now=NOON),
    "refuse": lambda intake, by: refuse_intake(intake=intake, reason="Спам", by=by, now=NOON),
}
TARGET = {"register": Intake.State.REGISTERED, "refuse": Intake.State.REFUSED}


def intake_in(state: str, place: Place) -> Intake:
    """An intake brought into a state by the real actions."""
    data = intake_data(received_at=NOON, person=person_data())
    intake = receive_intake(center=place.center, by=place.by(), now=NOON, **data)
    if state == Intake.State.REFUSED:
        return refuse_intake(intake=intake, reason="Спам", by=place.by(), now=NOON)
    if state != Intake.State.RECEIVED:
        intake = register_received(intake=intake, by=place.by(), now=NOON)
    if state == Intake.State.ANSWERED:
        case = intake.case
        assert case is not None
        record_consultation(
            case=case, kind="not_needed", reason="Всё разъяснено", held_at=NOON, by=place.by(), now=NOON
        )
        intake.refresh_from_db()
    return intake


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("state", STATES)
def test_every_state_and_transition_for_every_role(place: Place, state: str, act: str) -> None:
    intake = intake_in(state, place)
    for role in sorted(CENTER_ROLES):
        by = place.by(role)
        with undone():
            if role not in REGISTERING:
                with pytest.raises(Forbidden):
                    ACTS[act](intake, by)
            elif state == Intake.State.RECEIVED:
                assert ACTS[act](intake, by).state == TARGET[act]
            else:
                with pytest.raises(Conflict):
                    ACTS[act](intake, by)


def test_received_threat_is_registered_by_itself(place: Place) -> None:
    data = intake_data(received_at=NOON, person=person_data(), threat=True)
    assert (
        receive_intake(center=place.center, by=place.by(), now=NOON, **data).state == Intake.State.REGISTERED
    )


def test_registering_what_was_received_joins_the_known_person(place: Place) -> None:
    person = person_data()
    first = an_intake(place, person=person)
    data = intake_data(received_at=NOON, person=person)
    waiting = receive_intake(center=place.center, by=place.by(), now=NOON, **data)
    done = register_received(intake=waiting, by=place.by(), now=NOON)
    assert done.applicant_id == first.applicant_id
    assert Person.objects.filter(iin_index=first.applicant.iin_index).count() == 1  # type: ignore[union-attr]


def test_refusal_needs_a_reason(place: Place) -> None:
    with pytest.raises(Invalid) as caught:
        refuse_intake(intake=intake_in("received", place), reason=" ", by=place.by(), now=NOON)
    assert list(caught.value.fields) == ["reason"]


def test_an_empty_person_is_nobody() -> None:
    assert PersonData(no_iin_reason="unknown").is_empty
