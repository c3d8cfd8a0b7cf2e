"""Letters, publications, a body's inbox: what each needs, who sees what, and every wrong input with its answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.actions import (
    PersonData,
    Source,
    receive_intake,
    refuse_intake,
    register_intake,
    register_received,
    restrict,
    send_to_center,
)
from cases.models import Case, Intake
from cases.queries import counts_from
from cases.slips import find, told
from family_support.accounts.roles import AGENCY_ROLES, Role
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.deadlines.models import Deadline
from family_support.demo.papers import scan, screenshot
from family_support.documents.models import Attachment
from family_support.outbox.models import Event
from family_support.workdays.queries import load_calendar
from tests.access.world import sign_in
from tests.cases.undoing import undone
from tests.factories import (
    NOON,
    Place,
    a_case,
    a_center,
    a_district,
    a_letter,
    a_membership,
    a_publication,
    actor_for,
    an_agency,
    an_intake,
    intake_data,
    person_data,
)

ALMATY = ZoneInfo("Asia/Almaty")
PROGRAM = b"MZ" + b"\x90\x00\x03" * 200


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY).astimezone(UTC)


def officer_of(place: Place, role: Role = Role.AGENCY_OFFICER) -> Actor:
    """An officer of a body in the Center's district."""
    agency = an_agency(district=place.center.district)
    return actor_for(a_membership(role, agency=agency))


def sent(by: Actor, **changes: Any) -> Intake:
    given: dict[str, Any] = {
        "person": PersonData(last_name="Ахметова", no_iin_reason="unknown"),
        "said": "Ребёнок две недели не посещает школу.",
        **changes,
    }
    return send_to_center(by=by, now=NOON, **given)


def body_letter(source: Source, place: Place) -> Intake:
    return an_intake(
        place,
        channel="body",
        form="letter",
        sender_agency=an_agency(district=place.center.district),
        source=source,
    )


def test_letter_keeps_its_scan_number_and_date(place: Place) -> None:
    intake = body_letter(a_letter(), place)
    assert (intake.letter_number, intake.letter_date) == ("12-34/567", date(2026, 3, 9))
    file = Attachment.objects.of_subject("cases.intake", intake.pk).get()
    assert (file.kind, file.case_id) == ("letter", intake.case_id)


FUTURE = date(2026, 3, 11)
WRONG_LETTERS = [
    ({"upload": None}, "upload", "Приложите скан письма."),
    ({"letter_date": None}, "letter_date", "Укажите дату письма."),
    ({"letter_date": FUTURE}, "letter_date", "Дата письма — в будущем."),
    ({"letter_number": " "}, "letter_number", "Укажите исходящий номер письма органа."),
    (
        {"upload": SimpleUploadedFile("letter.pdf", PROGRAM)},
        "upload",
        "Принимаются только файлы PDF, PNG, JPEG, DOCX и XLSX.",
    ),
]
WRONG_LINKS = [
    ({"link": ""}, "link", "Укажите адрес публикации."),
    (
        {"link": "javascript:alert(1)"},
        "link",
        "Принимаются только адреса, которые начинаются с http:// или https://.",
    ),
    (
        {"link": "JAVASCRIPT:alert(1)"},
        "link",
        "Принимаются только адреса, которые начинаются с http:// или https://.",
    ),
    (
        {"link": "data:text/html,x"},
        "link",
        "Принимаются только адреса, которые начинаются с http:// или https://.",
    ),
    (
        {"link": "https://user:pass@kz"},
        "link",
        "Принимаются только адреса, которые начинаются с http:// или https://.",
    ),
    ({"link": "https://"}, "link", "Принимаются только адреса, которые начинаются с http:// или https://."),
    (
        {"link": "https://a.kz/\u202egpj"},
        "link",
        "Принимаются только адреса, которые начинаются с http:// или https://.",
    ),
    ({"link": "https://a.kz/" + "я" * 1000}, "link", "Адрес слишком длинный: не более 1000 знаков."),
    ({"seen_on": None}, "seen_on", "Укажите день, когда это увидели."),
    ({"seen_on": FUTURE}, "seen_on", "День, когда это увидели, — в будущем."),
    ({"upload": scan("post")}, "upload", "Приложите снимок экрана картинкой: PNG или JPEG."),
    (
        {"upload": SimpleUploadedFile("post.png", PROGRAM)},
        "upload",
        "Принимаются только файлы PDF, PNG, JPEG, DOCX и XLSX.",
    ),
]


@pytest.mark.parametrize(("changes", "field", "text"), WRONG_LETTERS)
def test_wrong_letter_names_its_field_and_leaves_nothing(
    place: Place, changes: dict[str, Any], field: str, text: str
) -> None:
    with undone(), pytest.raises(Invalid) as refused:
        body_letter(a_letter(**changes), place)
    assert [str(each) for each in refused.value.fields[field]] == [text]
    assert not Intake.objects.exists()


@pytest.mark.parametrize(("changes", "field", "text"), WRONG_LINKS)
def test_wrong_publication_names_its_field(
    place: Place, changes: dict[str, Any], field: str, text: str
) -> None:
    with undone(), pytest.raises(Invalid) as refused:
        an_intake(place, channel="media", form="link", person=None, source=a_publication(**changes))
    assert [str(each) for each in refused.value.fields[field]] == [text]
    assert not Intake.objects.exists()


def test_publication_needs_no_consent_and_no_person(place: Place) -> None:
    source = a_publication(upload=screenshot("post"))
    intake = an_intake(place, channel="media", form="link", person=None, source=source)
    assert (intake.link, intake.seen_on, intake.applicant) == (
        "https://example.kz/post/1",
        date(2026, 3, 9),
        None,
    )
    assert Attachment.objects.of_subject("cases.intake", intake.pk).get().kind == "evidence"


def test_letter_of_a_person_needs_no_number(place: Place) -> None:
    intake = an_intake(place, channel="self", form="letter", source=a_letter(letter_number=""))
    assert intake.letter_number == ""


def test_only_officers_send_from_the_inbox(place: Place) -> None:
    for role in sorted(AGENCY_ROLES - {Role.AGENCY_OFFICER}):
        with pytest.raises(Forbidden):
            sent(officer_of(place, role))
    with pytest.raises(Forbidden):
        sent(place.by())


def test_officer_sends_to_the_center_of_the_own_district(place: Place) -> None:
    officer = officer_of(place)
    intake = sent(officer, source=Source(upload=scan("note")))
    assert (intake.center_id, intake.channel, intake.form) == (place.center.pk, "body", "inbox")
    assert (intake.state, intake.number) == ("received", "")
    assert intake.submitted_by_id == officer.membership_id
    assert len(intake.reference) == 8
    assert intake.reference.isdecimal()
    assert Event.objects.filter(type="intake.received").count() == 1
    term = Deadline.objects.open().get(code="intake_registration")
    assert term.subject == ("cases.intake", intake.pk)
    assert term.case_id is None


def test_officer_of_a_district_without_a_center_and_family_of_another_district(place: Place) -> None:
    nowhere = actor_for(a_membership(Role.AGENCY_OFFICER, agency=an_agency()))
    with pytest.raises(Missing):
        sent(nowhere)
    foreign = PersonData(last_name="Ахметова", no_iin_reason="unknown", district=a_district())
    with pytest.raises(Invalid) as refused:
        sent(officer_of(place), person=foreign)
    assert str(refused.value.fields["district"][0]).startswith(
        "Ваш орган направляет обращения в Центр своего района."
    )


@pytest.mark.parametrize("sign", ["threat", "violence"])
def test_threat_from_the_inbox_is_registered_at_once(place: Place, sign: str) -> None:
    intake = sent(officer_of(place), **{sign: True})
    assert intake.state == "registered"
    assert intake.registered_at == NOON
    assert intake.registered_by_id is None
    assert not Deadline.objects.open().filter(code="intake_registration").exists()


def test_same_form_twice_is_one_intake(place: Place) -> None:
    officer, key = officer_of(place), uuid4()
    assert sent(officer, key=key).pk == sent(officer, key=key).pk


def test_sender_hears_a_neutral_state_whatever_happens(place: Place) -> None:
    officer = officer_of(place)
    known = a_case(place)
    iin = known.members.get().person.iin
    repeat = sent(officer, person=person_data(iin=iin))
    fresh = sent(officer, person=person_data())
    spam = sent(officer)
    assert {told(row).code for row in (repeat, fresh, spam)} == {"received"}
    repeat = register_received(intake=repeat, by=place.by(Role.INTAKE_CLERK), now=NOON)
    fresh = register_received(intake=fresh, by=place.by(Role.INTAKE_CLERK), now=NOON)
    spam = refuse_intake(
        intake=spam, kind="spam", reason="Реклама.", by=place.by(Role.INTAKE_CLERK), now=NOON
    )
    assert repeat.case_id == known.pk
    assert told(repeat) == told(fresh)
    assert (told(repeat).code, told(spam).code) == ("in_work", "closed")
    assert {row.slip_code for row in (repeat, fresh)} == {
        Intake.objects.get(pk=row.pk).slip_code for row in (repeat, fresh)
    }


def test_slip_is_found_by_number_or_reference_with_its_code_only(place: Place) -> None:
    intake = sent(officer_of(place))
    other = an_intake(place)
    reference = f"{intake.reference[:4]} {intake.reference[4:]}"
    assert find(reference, intake.slip_code.lower()) == intake
    assert find(intake.reference, other.slip_code) is None
    assert (
        find(other.number.lower().replace("о", "o"), f" {other.slip_code[:4]}-{other.slip_code[4:]}") == other
    )
    assert find("", "00000000") is None
    assert find("ЦПС-НЕТ-2026-О-00001", "00000000") is None


def test_refusal_needs_its_kind_and_keeps_both(place: Place) -> None:
    intake = sent(officer_of(place))
    clerk = place.by(Role.INTAKE_CLERK)
    with pytest.raises(Invalid) as refused:
        refuse_intake(intake=intake, kind="boring", reason="Нет.", by=clerk, now=NOON)
    assert list(refused.value.fields) == ["kind"]
    done = refuse_intake(intake=intake, kind="spam", reason="Реклама кредитов.", by=clerk, now=NOON)
    assert (done.refusal_kind, done.refusal_reason) == ("spam", "Реклама кредитов.")
    assert Deadline.objects.get(code="intake_registration").state == "met"


def test_worker_joins_the_case_in_which_they_recognize_the_family(place: Place) -> None:
    known = a_case(place)
    terms = Deadline.objects.open().filter(case_id=known.pk, code="assessment").count()
    person = PersonData(
        last_name="Сәрсенова", first_name="Айгүл", no_iin_reason="unknown", phone="+77011234567"
    )
    clerk = place.by(Role.INTAKE_CLERK)
    intake = register_intake(
        center=place.center,
        received_at=NOON,
        by=clerk,
        now=NOON,
        attach_to=known,
        **intake_data(person=person),
    )
    assert intake.case_id == known.pk
    assert intake.applicant is None
    assert intake.contact.startswith("Сәрсенова Айгүл; +77011234567")
    assert Deadline.objects.open().filter(case_id=known.pk, code="assessment").count() == terms == 1


def test_only_seen_and_open_cases_are_joined_by_hand(place: Place) -> None:
    clerk = place.by(Role.INTAKE_CLERK)
    hidden = a_case(place, violence=True)
    foreign = a_case(a_center())
    data = intake_data(person=PersonData(last_name="Иванова", no_iin_reason="unknown"))
    for case in (hidden, foreign):
        with pytest.raises(Missing):
            register_intake(center=place.center, received_at=NOON, by=clerk, now=NOON, attach_to=case, **data)
    received = receive_intake(center=place.center, received_at=NOON, by=clerk, now=NOON, **data)
    closed = a_case(place)
    Case.objects.filter(pk=closed.pk).update(stage="closed", closing="unfounded", closed_at=NOON)
    with pytest.raises(Conflict):
        register_received(intake=received, by=clerk, now=NOON, attach_to=closed)


MOMENTS = [
    # (received, signs, registered, reason told)
    ("2026-03-10 11:00", {}, "2026-03-10 11:00", ""),
    ("2026-03-10 07:30", {}, "2026-03-10 07:30", ""),
    ("2026-03-10 18:30", {}, "2026-03-10 18:30", ""),
    ("2026-03-10 19:15", {}, "2026-03-11 09:00", "после окончания рабочего дня"),
    ("2026-03-14 12:00", {}, "2026-03-16 09:00", "в нерабочий день"),
    ("2026-03-08 12:00", {}, "2026-03-10 09:00", "в нерабочий день"),
    # 5 January 2025 was a Sunday made a working day by an order.
    ("2025-01-05 12:00", {}, "2025-01-05 12:00", ""),
    ("2025-01-05 20:00", {}, "2025-01-06 09:00", "после окончания рабочего дня"),
    ("2026-03-11 02:40", {"threat": True}, "2026-03-11 02:40", ""),
    ("2026-03-10 23:50", {"threat": True}, "2026-03-10 23:50", "с момента поступления"),
    ("2026-03-22 03:00", {"violence": True}, "2026-03-22 03:00", "с момента поступления"),
]


@pytest.mark.parametrize(("received", "signs", "registered", "why"), MOMENTS)
def test_after_hours_and_threats(
    place: Place, received: str, signs: dict[str, bool], registered: str, why: str
) -> None:
    """rules.md 6.1, 6.2: after closing and on days off the next working day, threats and violence at once."""
    intake = register_intake(
        center=place.center,
        received_at=at(received),
        by=SYSTEM,
        now=at(received),
        **intake_data(),
        **signs,
        person=person_data(),
    )
    assert intake.received_at == at(received)
    assert intake.registered_at is not None
    assert intake.registered_at.astimezone(ALMATY).strftime("%Y-%m-%d %H:%M") == registered
    told_why = counts_from(intake, load_calendar(center=place.center))
    assert (why in told_why) if why else told_why == ""


def test_who_opens_the_scan_of_what_waits(place: Place) -> None:
    intake = sent(officer_of(place), source=Source(upload=scan("note")))
    file = Attachment.objects.of_subject("cases.intake", intake.pk).get()

    def opens(role: Role, other: Place | None = None) -> bool:
        return Attachment.objects.visible_to((other or place).by(role)).filter(pk=file.pk).exists()

    assert {role for role in place.people if opens(role)} == {
        Role.INTAKE_CLERK,
        Role.DIRECTOR,
        Role.CASEWORKER,
        Role.PSYCHOLOGIST,
        Role.LAWYER,
        Role.SOCIAL_WORKER,
    }
    stranger = a_center()
    assert not any(opens(role, stranger) for role in stranger.people)
    case = register_received(intake=intake, by=place.by(), now=NOON).case
    file.refresh_from_db()
    assert case is not None
    assert file.case_id == case.pk
    assert {role for role in place.people if opens(role)} == {Role.CASEWORKER}
    restrict(case=case, restriction="violence", by=place.by(), now=NOON)
    assert {role for role in place.people if opens(role)} == {Role.CASEWORKER}


def test_sent_list_asks_the_same_whatever_its_size(
    place: Place, client: Client, django_assert_max_num_queries: Any
) -> None:
    agency = an_agency(district=place.center.district)
    membership = a_membership(Role.AGENCY_OFFICER, agency=agency)
    officer = actor_for(membership)
    signed = sign_in(client, membership)
    for _each in range(3):
        sent(officer)
    signed.get(reverse("sent-list"))
    with django_assert_max_num_queries(14) as few:
        signed.get(reverse("sent-list"))
    for _each in range(6):
        sent(officer)
    with django_assert_max_num_queries(len(few)):
        page = signed.get(reverse("sent-list"))
    assert page.content.decode().count("Поступило") >= 9
    assert "Ахметова" not in page.content.decode()
    assert "не посещает школу" not in signed.get(reverse("sent", args=(sent(officer).pk,))).content.decode()


@pytest.mark.parametrize("tab", ["received", "registered"])
def test_journal_asks_the_same_whatever_its_size(
    place: Place, client: Client, tab: str, django_assert_max_num_queries: Any
) -> None:
    signed = sign_in(client, place.people[Role.INTAKE_CLERK])
    url = f"{reverse('intake-list')}?tab={tab}"

    def fill(number: int) -> None:
        for _each in range(number):
            an_intake(place)
            receive_intake(
                center=place.center,
                received_at=NOON,
                by=place.by(),
                now=NOON,
                **intake_data(person=PersonData(last_name="Безиин", no_iin_reason="unknown")),
            )

    fill(2)
    signed.get(url)
    with django_assert_max_num_queries(22) as few:
        signed.get(url)
    fill(5)
    with django_assert_max_num_queries(len(few)):
        page = signed.get(url).content.decode()
    assert ("без ИИН: пока неизвестен" in page) == (tab == "received")
    bare = signed.get(f"{url}&bare=on").content.decode()
    assert ("ИИН указан" in bare) is False
