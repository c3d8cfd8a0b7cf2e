"""How much and how often: a form that is too large, a search too often, each with its exact answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from family_support.accounts.roles import Role
from tests.access.world import sign_in
from tests.documents import samples
from tests.factories import a_case, a_center
from tests.machines import in_one_window
from tests.places import make_center, make_membership

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def test_a_form_larger_than_all_its_files_may_be_is_not_read(client: Client, settings: Any) -> None:
    settings.FORM_MAX_SIZE = 1000
    sign_in(client, make_membership(Role.DIRECTOR, make_center()))
    for headers, told in (({}, "больше"), (JSON, "too_large")):
        content = {"file": samples.upload(b"x" * 2000, "a.pdf")}
        answer = client.post(reverse("case-search"), content, headers=headers)
        assert answer.status_code == 413
        assert told in answer.content.decode()


def test_a_body_without_files_has_a_limit_of_its_own(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    sign_in(client, make_membership(Role.DIRECTOR, make_center()))
    answer = client.post(reverse("case-search"), {"q": "x" * 2000}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_searching_too_often_is_slowed_down(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAGE_RATE_LIMITS = {"search": "2/m/key"}
    in_one_window(monkeypatch)
    center = make_center()
    sign_in(client, make_membership(Role.CASEWORKER, center))
    answers = [client.post(reverse("case-search"), {"q": "Сәрсенова"}) for _each in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"
    assert "Слишком много попыток" in answers[2].content.decode()
    told = client.post(reverse("case-search"), {"q": "Сәрсенова"}, headers={**JSON, "Accept-Language": "en"})
    assert (told.status_code, told["Retry-After"]) == (429, "60")
    assert told.json()["code"] == "too_many"
    assert "Сәрсенова" not in told.content.decode()
    # Another person is not slowed down by it.
    other = sign_in(Client(), make_membership(Role.CASEWORKER, center))
    assert other.post(reverse("case-search"), {"q": "Сәрсенова"}).status_code == 200


def test_duplicates_are_looked_for_no_faster_than_somebody_types(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker who goes through phones or IINs is stopped here as in the search."""
    settings.PAGE_RATE_LIMITS = {"duplicates": "2/m/key"}
    in_one_window(monkeypatch)
    place = a_center()
    case = a_case(place)
    sign_in(client, place.people[Role.INTAKE_CLERK])
    person = case.members.get().person
    asked = {"last_name": person.last_name, "first_name": person.first_name, "iin": "", "phone": ""}
    answers = [client.post(reverse("intake-duplicates"), asked).content.decode() for _each in range(3)]
    assert [case.number in answer for answer in answers] == [True, True, False]
    assert "Слишком много проверок" in answers[2]
    assert "Слишком много проверок" not in answers[1]
    typed = client.post(reverse("intake-new"), {**asked, "key": ""}).content.decode()
    assert case.number not in typed
