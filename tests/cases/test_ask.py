"""The public form: three steps, nothing kept, the same answer for all, limits, danger, and the state by a slip."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.asking import Answers, begin, seal, unseal
from cases.models import Case, Intake, Threat
from family_support.access.models import ReadEntry
from family_support.base import clock
from family_support.directory.models import Center
from family_support.outbox.models import Event
from tests.factories import Place, a_case, person_data

CONTACT = {
    "step": "contact",
    "safe_contact": "phone",
    "phone": "8 701 123 45 67",
    "safe_contact_note": "до 12",
}
STORY = {
    "step": "story",
    "about": "myself",
    "first_name": "Айгуль",
    "said": "Муж потерял работу, нечем платить за жильё.",
    "violence": "no",
    "threat": "no",
}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """People type for longer than a test does."""
    monkeypatch.setattr("cases.forms.ask.FASTEST", 0)


def state_of(response: Any) -> str:
    found = re.search(r'name="state" value="([^"]+)"', response.content.decode())
    assert found is not None, response.content.decode()[:500]
    return found.group(1)


def step_of(response: Any) -> str:
    found = re.search(r'name="step" value="([a-z]+)"', response.content.decode())
    return found.group(1) if found else ""


def asked(client: Client, center: Center, *, contact: Any = (), story: Any = (), place: Any = ()) -> Any:
    """All three steps; the answer of the last."""
    page = client.get(reverse("ask"))
    page = client.post(reverse("ask"), {**CONTACT, **dict(contact), "state": state_of(page)})
    page = client.post(reverse("ask"), {**STORY, **dict(story), "state": state_of(page)})
    data = {"step": "place", "center": center.pk, "state": state_of(page), **dict(place)}
    return client.post(reverse("ask"), data)


def test_three_steps_to_a_received_intake(place: Place, client: Client) -> None:
    page = asked(client, place.center)
    intake = Intake.objects.get()
    assert page.status_code == 200
    assert (intake.state, intake.channel, intake.form, intake.about) == (
        "received",
        "self",
        "public",
        "myself",
    )
    assert intake.center_id == place.center.pk
    assert intake.applicant is not None
    assert intake.applicant.first_name == "Айгуль"
    assert intake.applicant.phone == "+77011234567"
    assert intake.applicant.no_iin_reason == "unknown"
    text = page.content.decode()
    assert f"{intake.reference[:4]} {intake.reference[4:]}" in text
    assert intake.slip_code in text
    assert Event.objects.filter(type="intake.received").count() == 1


def test_nothing_of_it_stays_in_browser_address_or_log(
    place: Place, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    page = asked(client, place.center)
    for response in (client.get(reverse("ask")), page):
        assert response.headers["Cache-Control"] == "no-store"
        assert 'autocomplete="off"' in response.content.decode() or response is page
    assert page.request["PATH_INFO"] == reverse("ask")
    assert page.request["QUERY_STRING"] == ""
    assert set(client.cookies) == {"csrftoken"}
    assert client.cookies["csrftoken"]["max-age"] == ""
    assert "Айгуль" not in caplog.text
    assert "Айгуль" not in seal(Answers(0, "key", {"story": {"first_name": "Айгуль"}}))


def without_what_differs(page: Any) -> str:
    text = page.content.decode()
    text = re.sub(r'value="[^"]{30,}"|"X-CSRFToken": "[^"]+"', "", text)
    return re.sub(r"\d{4} \d{4}|[2-9A-HJ-NP-Z]{8}|<time.*?</time>", "", text)


def test_known_and_unknown_people_get_the_same_answer(place: Place, client: Client) -> None:
    known = a_case(place, person=person_data(phone="+77011234567", first_name="Айгуль"))
    first = asked(client, place.center)
    second = asked(client, place.center, contact={"phone": "+7 777 000 11 22"}, story={"first_name": "Никто"})
    assert without_what_differs(first) == without_what_differs(second)
    assert known.intakes.count() == 1


@pytest.mark.parametrize("sign", ["threat", "violence"])
def test_danger_is_registered_at_once_and_shows_the_numbers(place: Place, client: Client, sign: str) -> None:
    page = asked(client, place.center, story={sign: "yes"})
    intake = Intake.objects.get()
    assert intake.state == "registered"
    assert intake.registered_at == intake.received_at
    assert intake.registered_by_id is None
    assert intake.case is not None
    assert intake.case.lead_id is None
    text = page.content.decode()
    assert "tel:102" in text
    assert "tel:112" in text
    assert intake.number not in text
    assert Threat.objects.open().filter(case=intake.case).exists() == (sign == "threat")
    assert Case.objects.get().restricted == (sign == "violence")


def test_last_look_shows_the_numbers_when_there_is_danger(place: Place, client: Client) -> None:
    page = client.get(reverse("ask"))
    page = client.post(reverse("ask"), {**CONTACT, "state": state_of(page)})
    page = client.post(reverse("ask"), {**STORY, "threat": "yes", "state": state_of(page)})
    assert "Вы ответили, что опасность есть прямо сейчас." in page.content.decode()


@pytest.mark.parametrize(
    ("about", "at_risk"), [("myself", False), ("minor", True), ("child", True), ("other", False)]
)
def test_minors_may_ask_and_are_protected(place: Place, client: Client, about: str, at_risk: bool) -> None:
    asked(client, place.center, story={"about": about})
    assert Intake.objects.get().minor_at_risk == at_risk


WRONG = [
    ("contact", {"safe_contact": ""}, "Обязательное поле."),
    ("contact", {"phone": ""}, "Для этого способа связи нужен номер телефона."),
    ("contact", {"phone": "12"}, ""),
    (
        "contact",
        {"safe_contact": "trusted", "phone": "", "safe_contact_note": ""},
        "Напишите, кто это и как с ним связаться.",
    ),
    ("story", {"about": "everybody"}, ""),
    ("story", {"first_name": "<script>"}, ""),
    ("story", {"said": "  "}, "Обязательное поле."),
    ("story", {"said": "a\x00b"}, ""),
    ("story", {"threat": ""}, "Обязательное поле."),
    ("place", {"center": ""}, "Обязательное поле."),
    ("place", {"center": "999999999"}, ""),
    ("place", {"website": "http://spam"}, "Просмотрите ответы ещё раз и отправьте."),
]


@pytest.mark.parametrize(("step", "changes", "text"), WRONG)
def test_wrong_answers_are_told_and_nothing_is_lost_or_stored(
    place: Place, client: Client, step: str, changes: dict[str, str], text: str
) -> None:
    page = client.get(reverse("ask"))
    for name, data in (
        ("contact", CONTACT),
        ("story", STORY),
        ("place", {"step": "place", "center": place.center.pk}),
    ):
        given = {**data, **(changes if name == step else {}), "state": state_of(page)}
        page = client.post(reverse("ask"), given)
        if name == step:
            break
    assert page.status_code == 400
    assert step_of(page) == step
    assert text in page.content.decode()
    assert not Intake.objects.exists()


def test_program_that_types_too_fast_is_asked_to_look_again(
    place: Place, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.forms.ask.FASTEST", 60)
    assert asked(client, place.center).status_code == 400
    assert not Intake.objects.exists()


def test_steps_cannot_be_jumped_over(place: Place, client: Client) -> None:
    page = client.get(reverse("ask"))
    page = client.post(reverse("ask"), {"step": "place", "center": place.center.pk, "state": state_of(page)})
    assert (page.status_code, step_of(page)) == (400, "contact")


@pytest.mark.parametrize("state", ["", "forged", "a.b.c:1:2"])
def test_a_state_that_is_not_ours_begins_anew(client: Client, db: None, state: str) -> None:
    page = client.post(reverse("ask"), {**CONTACT, "state": state})
    assert (page.status_code, step_of(page)) == (400, "contact")
    assert "Форма была открыта слишком долго" in page.content.decode()


def test_an_old_state_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    token = seal(begin(clock.now()))
    assert unseal(token) is not None
    real = time.time
    monkeypatch.setattr("django.core.signing.time.time", lambda: real() + 3601)
    assert unseal(token) is None


def test_back_and_language_keep_what_was_typed(place: Place, client: Client) -> None:
    page = client.get(reverse("ask"))
    page = client.post(reverse("ask"), {**CONTACT, "state": state_of(page)})
    half = {"step": "story", "said": "Начала писать", "state": state_of(page)}
    page = client.post(reverse("ask"), {**half, "language": "kk"})
    assert "Не болды және қандай көмек керек?" in page.content.decode()
    assert "Начала писать" in page.content.decode()
    assert page.headers["Content-Language"] == "kk"
    page = client.post(reverse("ask"), {**half, "back": "1", "state": state_of(page)})
    assert step_of(page) == "contact"
    assert "8 701 123 45 67" in page.content.decode()
    page = client.post(reverse("ask"), {**CONTACT, "state": state_of(page)})
    assert "Начала писать" in page.content.decode()


def test_pressed_twice_is_one_request(place: Place, client: Client) -> None:
    page = client.get(reverse("ask"))
    page = client.post(reverse("ask"), {**CONTACT, "state": state_of(page)})
    page = client.post(reverse("ask"), {**STORY, "state": state_of(page)})
    data = {"step": "place", "center": place.center.pk, "state": state_of(page)}
    first, second = client.post(reverse("ask"), data), client.post(reverse("ask"), data)
    assert without_what_differs(first) == without_what_differs(second)
    assert Intake.objects.count() == 1


def test_over_the_limit_the_page_names_the_numbers(place: Place, client: Client, settings: Any) -> None:
    settings.PUBLIC_RATE_LIMITS = {"ask": "2/m/ip", "ask_status": "2/m/ip"}
    assert [asked(client, place.center).status_code for _each in range(3)] == [200, 200, 429]
    page = asked(client, place.center)
    text = page.content.decode()
    assert "Слишком много обращений" in text
    assert "tel:112" in text
    assert Intake.objects.count() == 2
    other = Client(REMOTE_ADDR="203.0.113.7")
    assert asked(other, place.center).status_code == 200
    settings.PUBLIC_RATE_LIMITS = {"ask": "1/m/key", "ask_status": "2/m/ip"}
    assert asked(client, place.center).status_code == 200
    assert asked(Client(REMOTE_ADDR="203.0.113.8"), place.center).status_code == 429


def test_without_the_cache_nobody_is_turned_away(
    place: Place, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("family_support.accounts.limits.consume", broken)
    assert asked(client, place.center).status_code == 200


def test_state_by_slip_is_the_same_for_wrong_and_absent(place: Place, client: Client, settings: Any) -> None:
    settings.PUBLIC_RATE_LIMITS = {"ask": "9/m/ip", "ask_status": "4/m/ip"}
    asked(client, place.center)
    intake = Intake.objects.get()
    url = reverse("ask-status")
    right = client.post(url, {"number": intake.reference, "code": intake.slip_code})
    assert right.status_code == 200
    assert "Поступило" in right.content.decode()
    assert "Айгуль" not in right.content.decode()
    wrong = client.post(url, {"number": intake.reference, "code": "AAAA2222"})
    absent = client.post(url, {"number": intake.reference[::-1], "code": "AAAA2222"})
    answers = [
        (page.status_code, without_what_differs(page).replace(number, ""))
        for page, number in ((wrong, intake.reference), (absent, intake.reference[::-1]))
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 400
    assert "Талона с такими номером и кодом нет." in wrong.content.decode()
    client.post(url, {"number": "1", "code": "2"})
    assert client.post(url, {"number": "1", "code": "2"}).status_code == 429
    assert not ReadEntry.objects.exists()
