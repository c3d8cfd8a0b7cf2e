"""Files that a sender adds after the request was sent: by the slip, and by the program that sent it."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import handlers
from cases.actions import accept_transfer, propose_transfer, refuse_intake, register_received
from cases.actions.files import MOST_FILES
from cases.models import Intake, Submission, TimelineEntry
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from tests.cases.test_api_intakes import PATH, call
from tests.cases.test_ask import asked
from tests.factories import Place, a_center
from tests.machines import Caller, Door, a_machine
from tests.plans import PDF

pytestmark = pytest.mark.django_db
NO_SLIP = "Талона с такими номером и кодом нет."


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """People type for longer than a test does."""
    monkeypatch.setattr("cases.forms.ask.FASTEST", 0)


@pytest.fixture
def place() -> Place:
    return a_center()


def a_file(name: str = "Справка Айгуль.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def kept() -> Any:
    return Attachment.objects.filter(subject_type="cases.intake")


# --- By the slip ---------------------------------------------------------------------------------------------------
@pytest.fixture
def intake(place: Place) -> Intake:
    asked(Client(), place.center)
    return Intake.objects.get()


def add(intake: Intake, file: Any = None, **changes: str) -> Any:
    client = Client()
    client.cookies["django_language"] = "ru"
    data = {"number": intake.reference, "code": intake.slip_code, "file": file or a_file(), **changes}
    return client.post(reverse("ask-file"), data)


def test_a_file_is_received_and_nothing_of_it_is_shown_back(place: Place, intake: Intake) -> None:
    answer = add(intake)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Получено. Центр извещён." in page
    for hidden in (intake.reference, intake.slip_code, "Справка", place.center.name):
        assert hidden not in page, hidden
    row = kept().get()
    assert (row.subject_id, row.added_by, row.name, row.case_id) == (
        intake.pk,
        None,
        "Справка Айгуль.pdf",
        None,
    )
    handlers.tell_file(Event.objects.get(type="intake.file_added"))
    told = Notice.objects.get(kind="intake.file_added")
    assert told.recipient == place.people[Role.INTAKE_CLERK]


def test_the_lead_is_told_once_and_the_same_file_is_one(place: Place, intake: Intake) -> None:
    by = place.by()
    register_received(intake=intake, by=by, now=clock.now())
    for _twice in range(2):
        assert add(intake).status_code == 200
    intake.refresh_from_db()
    assert kept().get().case_id == intake.case_id
    assert TimelineEntry.objects.filter(kind="intake.file_added").count() == 1
    handlers.tell_file(Event.objects.get(type="intake.file_added"))
    assert Notice.objects.get(kind="intake.file_added").recipient_id == intake.case.lead_id
    assert Attachment.objects.visible_to(by).filter(pk=kept().get().pk).exists()
    assert not Attachment.objects.visible_to(a_center().by()).exists()


def test_a_wrong_code_and_no_such_slip_get_the_same_answer(intake: Intake) -> None:
    texts = set()
    for changes in ({"code": "AAAAAAAA"}, {"number": "00000000"}, {"number": "' OR 1=1 --"}):
        answer = add(intake, **changes)
        assert answer.status_code == 400
        page = answer.content.decode()
        assert NO_SLIP in page
        texts.add(page[page.index(NO_SLIP) - 200 : page.index(NO_SLIP) + 50])
    assert len(texts) == 1
    assert not kept().exists()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (("письмо.pdf", b"MZ\x90\x00program"), "Принимаются только файлы PDF, PNG, JPEG, DOCX и XLSX."),
        (("пусто.pdf", b""), "пуст"),
        (("снимок.png", PDF), "Тип в имени файла не соответствует"),
    ],
)
def test_files_that_are_not_taken(intake: Intake, file: tuple[str, bytes], message: str) -> None:
    answer = add(intake, a_file(*file))
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert not kept().exists()


def test_too_large_too_many_and_closed(place: Place, intake: Intake, settings: Any) -> None:
    settings.ATTACHMENT_MAX_SIZE = len(PDF) - 1
    assert "больше" in add(intake).content.decode()
    settings.ATTACHMENT_MAX_SIZE = len(PDF) + 1000
    settings.PUBLIC_RATE_LIMITS = {"ask_file": "99/m/ip", "ask_status": "99/m/ip"}
    for number in range(MOST_FILES):
        assert add(intake, a_file(content=PDF + b"%%EOF\n" * (number + 1))).status_code == 200
    assert add(intake).status_code == 400
    assert kept().count() == MOST_FILES
    refuse_intake(
        intake=intake,
        kind=Intake.Refusal.SPAM,
        reason="Реклама",
        by=place.by(Role.INTAKE_CLERK),
        now=clock.now(),
    )
    answer = add(intake)
    assert answer.status_code == 400
    assert "Это обращение закрыто. Обратитесь за помощью заново." in answer.content.decode()


def test_codes_are_not_guessed_here(intake: Intake, settings: Any) -> None:
    settings.PUBLIC_RATE_LIMITS = {"ask_file": "9/m/ip", "ask_status": "2/m/ip"}
    codes = [add(intake, code="AAAAAAAA").status_code for _each in range(3)]
    assert codes == [400, 400, 429]


def test_the_file_follows_the_request_to_the_center_that_took_it_over(place: Place, intake: Intake) -> None:
    other, now = a_center(), clock.now()
    register_received(intake=intake, by=place.by(), now=now)
    intake.refresh_from_db()
    transfer = propose_transfer(
        intake=intake,
        to_center=other.center,
        ground="moved",
        reason="Семья переехала.",
        by=place.by(),
        now=now,
    )
    transfer = accept_transfer(transfer=transfer, by=other.by(Role.DIRECTOR), now=now)
    assert add(intake).status_code == 200
    assert kept().get().subject_id == transfer.new_intake_id


# --- By the program ------------------------------------------------------------------------------------------------
@pytest.fixture
def caller() -> Caller:
    return Caller(a_machine().machine)


@pytest.fixture
def url(place: Place, caller: Caller) -> str:
    return str(caller.send(PATH, call(place)).json()["url"]) + "/attachments"


def send(caller: Caller, url: str, file: Any = None, *, key: str | None = "", **data: Any) -> Any:
    headers = dict(caller.headers)
    if key is not None:
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
    given = {"file": file or a_file(), **data}
    return caller.client.post(
        url, {name: value for name, value in given.items() if value != "-"}, headers=headers
    )


def test_a_program_adds_a_file_to_its_own_call_once(place: Place, caller: Caller, url: str) -> None:
    key = str(uuid.uuid4())
    answers = [send(caller, url, key=key) for _twice in range(2)]
    told = {"sha256": hashlib.sha256(PDF).hexdigest(), "size": len(PDF)}
    assert [(each.status_code, each.json()) for each in answers] == [(201, told)] * 2
    row = kept().get()
    assert (row.added_by_id, row.case_id) == (
        caller.machine.membership_id,
        Submission.objects.get().intake.case_id,
    )
    other = send(caller, url, a_file(content=PDF + b"%%EOF\n"), key=key)
    assert (other.status_code, kept().count()) == (422, 1)
    handlers.tell_file(Event.objects.get(type="intake.file_added"))
    assert Notice.objects.get(kind="intake.file_added").recipient == place.people[Role.DIRECTOR]


def test_a_foreign_and_an_absent_call_answer_the_same(place: Place, caller: Caller, url: str) -> None:
    stranger = Caller(a_machine().machine)
    absent = f"{PATH}/{uuid.uuid4()}/attachments"
    answers = [send(stranger, url), send(stranger, absent), send(stranger, f"{PATH}/nonsense/attachments")]
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
    signals = Caller(a_machine(Door.STATE_SYSTEM).machine)
    assert send(signals, url).status_code == 403
    assert not kept().exists()


def test_exact_answers_to_bad_files(caller: Caller, url: str, settings: Any) -> None:
    def said(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["code"]

    assert said(send(caller, url, key=None)) == (400, "key_needed")
    assert said(send(caller, url, key="7")) == (400, "bad_key")
    assert said(send(caller, url, "-", other="x")) == (400, "unknown_field")
    assert said(send(caller, url, "text")) == (400, "unknown_field")
    assert said(send(caller, url, note="x")) == (400, "unknown_field")
    assert said(send(caller, url, a_file("a.pdf", b"%PDF-1.4 cut"))) == (400, "file_damaged")
    assert said(send(caller, url, a_file("a.exe", b"MZ\x90\x00program"))) == (415, "file_type")
    assert said(send(caller, url, a_file("a.png"))) == (415, "file_mismatch")
    assert said(caller.send(url, {"file": "x"})) == (415, "unsupported_media_type")
    broken = caller.send(url, b"--x\r\nnothing", kind="multipart/form-data; boundary=x")
    assert said(broken)[0] == 400
    settings.ATTACHMENT_MAX_SIZE = len(PDF) - 1
    assert said(send(caller, url)) == (413, "file_too_large")
    large = send(caller, url, a_file(content=PDF + b"0" * 20_000))
    assert said(large) == (413, "too_large")
    assert not kept().exists()
