"""Passwords: length, all characters, no recipe; guessable, own and breached ones refused, each with its words."""

import hashlib
import logging
from typing import Any

import pytest
import requests
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from family_support.accounts.models import User

USER = User(
    email="gulnara.seitova@example.kz", last_name="Сейтова", first_name="Гүлнара", patronymic="Ермекқызы"
)
GOOD = "тау көлеңкесі жетінші аяз"


def refusals(password: str) -> list[str]:
    try:
        validate_password(password, USER)
    except ValidationError as error:
        return [str(each.code) for each in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct-stapler-lagoon-oboe",
        "vjqlrkwmzptx",
        "  spaces  at both ends kx  ",
        "🦊🌲🚲🎻🧭🫖🪁🦔🧶🪵🛶🪲",
        "ж4$Kq2!рЩw8Ы",
        "x7Qm!v" * 3 + "Ұзақ құпиясөз" * 8,
    ],
)
def test_good_ones(password: str) -> None:
    assert refusals(password) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("vjqlrkwmzpt", "password_too_short"),
        ("vjqlrkwmzptx" * 11, "password_too_long"),
        ("Gulnara.Seitova@example.kz", "password_too_similar"),
        ("Сейтова-Сейтова", "password_easy"),
        ("unbelievable", "password_easy"),
        ("startfinding", "password_too_common"),
        ("password123456", "password_easy"),
        ("Qwertyuiop123", "password_easy"),
        ("111111111111", "password_easy"),
        ("парольпароль", "password_easy"),
        ("Йцукенгшщзхъ", "password_easy"),
        ("otbasycenter2026", "password_easy"),
        ("ҚолдауОртасы1", "password_easy"),
    ],
)
def test_bad_ones(password: str, code: str) -> None:
    assert code in refusals(password)


def test_length_in_numbers() -> None:
    with pytest.raises(ValidationError) as error:
        validate_password("vjqlrkwmzpt", USER)
    assert error.value.error_list[0].message == "Не меньше 12 символов: сейчас 11."


class Answer:
    """What a list's server says of a hash's first five characters."""

    def __init__(self, text: str, status: int = 200) -> None:
        self.text, self.status = text, status

    def raise_for_status(self) -> None:
        if self.status != 200:
            raise requests.HTTPError(str(self.status))


ENDING = hashlib.sha1(GOOD.encode(), usedforsecurity=False).hexdigest().upper()[5:]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (f"{'0' * 35}:3\r\n{ENDING}:12\r\n", ["password_breached"]),
        (f"{ENDING.lower()}:1", ["password_breached"]),
        (f"{ENDING}:0\r\n", []),
        (f"{'0' * 35}:3", []),
        ("", []),
    ],
)
def test_a_list_on_a_server(text: str, codes: list[str], settings: Any, monkeypatch: Any) -> None:
    asked: list[str] = []
    settings.BREACHED_PASSWORDS_URL = "https://list.example/range"
    monkeypatch.setattr(requests, "get", lambda url, **more: (asked.append(url), Answer(text))[1])
    assert refusals(GOOD) == codes
    digest = hashlib.sha1(GOOD.encode(), usedforsecurity=False).hexdigest().upper()
    assert asked == [f"https://list.example/range/{digest[:5]}"], "five characters and nothing else"


@pytest.mark.parametrize("failure", [requests.ConnectionError(), requests.Timeout(), None])
def test_a_server_that_is_away_stops_nobody(
    failure: Any, settings: Any, monkeypatch: Any, caplog: Any
) -> None:
    def get(url: str, **more: Any) -> Answer:
        if failure:
            raise failure
        return Answer("", 503)

    settings.BREACHED_PASSWORDS_URL = "https://list.example/range"
    monkeypatch.setattr(requests, "get", get)
    with caplog.at_level(logging.WARNING):
        assert refusals(GOOD) == []
    assert "breached_passwords_unknown" in caplog.text
    assert GOOD not in caplog.text


def test_nobody_is_asked_unless_configured(monkeypatch: Any) -> None:
    monkeypatch.setattr(requests, "get", lambda *args, **more: pytest.fail("asked"))
    assert refusals(GOOD) == []
