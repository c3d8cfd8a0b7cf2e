"""The register of personal data: every field of every own model is classified, and the sealed ones are sealed."""

import pytest
from django.db import models

from cases.models import Case, Person
from family_support.base.checks import check_register
from family_support.base.fields import EncryptedTextField
from family_support.base.personal_data import (
    Kind,
    classify,
    fields,
    own_models,
    personal_fields,
    problems,
    register_of,
)
from family_support.ui.masking import masked


class Planted(models.Model):
    """One field of each sort that has to be classified, and technical ones."""

    text = models.TextField()
    name = models.CharField(max_length=9)
    day = models.DateField()
    scan = models.FileField()
    data = models.JSONField()
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    mail = models.EmailField()
    secret = EncryptedTextField()
    moment = models.DateTimeField()
    flag = models.BooleanField()
    choice = models.CharField(max_length=1, choices=(("a", "A"),))
    number = models.IntegerField()

    class Meta:
        app_label = "tests"
        managed = False

    def __str__(self) -> str:
        return "planted"


def test_every_field_of_every_own_model_is_classified() -> None:
    assert problems() == []
    assert check_register(None) == []
    assert len(own_models()) > 80


def test_an_unclassified_field_fails() -> None:
    _known, wrong = classify(Planted, {})
    missed = {"text", "name", "day", "scan", "data", "amount", "mail", "secret"}
    assert wrong == [f"tests.Planted.{name} is not classified" for name in Planted_order(missed)]
    known, wrong = classify(
        Planted, fields(text="text name:full_name scan data secret", none="day amount mail")
    )
    assert wrong == []
    assert (known["scan"].what, known["data"].what, known["text"].what) == ("file", "json", "text")
    assert (known["flag"].kind, known["choice"].kind) == (Kind.NONE, Kind.NONE)


def Planted_order(names: set[str]) -> list[str]:  # noqa: N802 - the order of the model
    return [field.name for field in Planted._meta.concrete_fields if field.name in names]


def test_a_phone_in_plain_text_and_a_field_that_is_gone_fail() -> None:
    said = fields(contact="name:phone gone", none="text day scan data amount mail secret")
    _known, wrong = classify(Planted, said)
    assert wrong == [
        "tests.Planted.name is not encrypted",
        "tests.Planted.gone is classified and does not exist",
    ]


@pytest.mark.parametrize("said", [{"identity": "a a"}, {"identity": "a:shoe"}, {"staff": "a"}])
def test_a_declaration_that_says_nonsense_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - three different sentences
        fields(**said)


def test_named_fields_are_encrypted_wherever_they_stand() -> None:
    found = [
        (model._meta.label, field.name)
        for model in own_models()
        for field, entry in personal_fields(model)
        if entry.what in {"iin", "phone", "address"}
    ]
    assert {("cases.Person", "iin"), ("shelter.Shelter", "address"), ("access.Barred", "iin")} <= set(found)
    assert len(found) >= 10


def test_masking_follows_the_register() -> None:
    person = Person(last_name="Ахметова", iin="850615300129", phone="+77011234567", health_note="x", work="y")
    assert masked(person, "last_name") == "А."
    assert masked(person, "iin") == "•••• •••• 0129"
    assert masked(person, "phone") == "••• 67"
    assert [masked(person, name) for name in ("health_note", "work", "birth_date", "name_key")] == [""] * 4
    assert masked(Case(number="TSA-1", family_name="Ахметовы"), "number") == "TSA-1"
    assert masked(Case(family_name="Ахметовы"), "family_name") == "А."
    assert register_of(Case)["risk_reason"].kind == Kind.TEXT
