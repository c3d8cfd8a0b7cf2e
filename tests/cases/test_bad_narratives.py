"""What people type into the registration's form that is meant for somebody else than a reader; names of one word."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from cases.models import Case, Intake
from family_support.accounts.roles import Role
from tests.access.world import sign_in
from tests.cases.test_pages import posted
from tests.factories import Place

STATEMENT = "Иван'); DROP TABLE cases_case; -- %s %(x)s {0} {{ 7|add:7 }}"
MARKUP = '<script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.fixture
def worker(place: Place, client: Client) -> Client:
    return sign_in(client, place.people[Role.CASEWORKER])


def refused(answer: Any) -> str:
    assert answer.status_code == 400
    assert not Intake.objects.exists()
    return str(answer.content.decode())


@pytest.mark.parametrize("text", [STATEMENT, MARKUP])
def test_it_is_kept_verbatim_and_inert(worker: Client, text: str) -> None:
    assert worker.post(reverse("intake-new"), posted(said=text)).status_code == 302
    intake = Intake.objects.get()
    assert intake.said == text
    page = worker.get(reverse("intake", args=(intake.pk,))).content.decode()
    assert escape(text) in page
    assert MARKUP not in page
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("до\0после", "Нулевые символы недопустимы.", id="null character"),
        pytest.param("до\u202eпосле", "направление письма", id="turned writing"),
        pytest.param("до\u2066после", "направление письма", id="isolated turned writing"),
    ],
)
def test_hidden_signs_are_refused_on_their_field(worker: Client, text: str, told: str) -> None:
    page = refused(worker.post(reverse("intake-new"), posted(said=text)))
    assert "#id_said" in page
    assert told in page
    assert "после" in page, "what was typed is still there"


def test_a_used_key_with_other_words_is_422(worker: Client) -> None:
    key = str(uuid4())
    first = posted(key=key)
    assert worker.post(reverse("intake-new"), first).status_code == 302
    answer = worker.post(
        reverse("intake-new"), {**first, "said": "Другие слова"}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert "Другие слова" not in answer.content.decode()
    assert Intake.objects.get().said == first["said"]


@pytest.mark.parametrize("name", ["Әлімжан", "Ғани", "Өмір", "Ұлпан", "Іңкәр", "Һамит"])
def test_a_name_of_one_word_is_kept_and_found(worker: Client, name: str) -> None:
    assert worker.post(reverse("intake-new"), posted(last_name="", first_name=name)).status_code == 302
    intake = Intake.objects.select_related("case").get()
    assert intake.case is not None
    assert intake.case.family_name == name
    plain = name.translate(str.maketrans("ӘәҒғӨөҰұІіҢңҺһ", "АаГгОоУуИиНнХх"))
    for query in (name, name.upper(), plain):
        found = worker.post(reverse("case-search"), {"q": query}).content.decode()
        assert intake.case.number in found, query
