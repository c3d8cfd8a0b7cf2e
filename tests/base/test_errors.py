"""Errors of actions, and the database's own that become them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from family_support.base.actor import ANONYMOUS, SYSTEM, Actor
from family_support.base.errors import (
    AppError,
    Conflict,
    Forbidden,
    Invalid,
    KeyReused,
    Missing,
    invalid_field,
)
from family_support.base.models import Versioned, check_version


class Row(Versioned):
    class Meta:
        app_label = "tests"
        managed = False

    def __str__(self) -> str:
        return f"row {self.pk}"


def test_each_error_has_its_status_code_and_sentence() -> None:
    found = {each.status: each for each in (Invalid, Forbidden, Missing, Conflict, KeyReused)}
    assert sorted(found) == [400, 403, 404, 409, 422]
    with translation.override("en"):
        for each in found.values():
            body = each().as_dict()
            assert body["code"]
            assert body["detail"].endswith(".")
            assert body["fields"] == {}


def test_fields_and_lazy_sentences() -> None:
    error = Invalid(fields={"iin": _("Not found."), "name": ["a", "b"]})
    with translation.override("en"):
        assert error.as_dict()["fields"] == {"iin": ["Not found."], "name": ["a", "b"]}
    assert isinstance(error, AppError)


def test_validation_errors_become_invalid() -> None:
    with pytest.raises(Invalid) as caught, invalid_field("iin"):
        raise ValidationError("Wrong.", code="iin_digits")
    assert (caught.value.code, caught.value.fields) == ("iin_digits", {"iin": ["Wrong."]})
    both = Invalid.from_validation(ValidationError({"a": ["x"], "b": [ValidationError("y", code="c")]}))
    assert both.fields == {"a": ["x"], "b": ["y"]}
    assert Invalid.from_validation(ValidationError("Plain.")).detail == "Plain."


def test_stale_versions_conflict() -> None:
    row = Row(version=3)
    check_version(row, 3)
    check_version(row, "3")
    for seen in (2, "2", None, "", "x", "٣x"):
        with pytest.raises(Conflict) as caught:
            check_version(row, seen)
        assert caught.value.code == "stale_version"
    row.bump()
    assert row.version == 4


def test_actors() -> None:
    worker = Actor(user_id=1, role="caseworker")
    assert worker.has_role("director", "caseworker")
    assert not worker.has_role("director")
    assert not Actor(user_id=1).has_role("")
    assert (SYSTEM.is_system, SYSTEM.is_anonymous) == (True, False)
    assert (ANONYMOUS.is_system, ANONYMOUS.is_anonymous) == (False, True)
    assert worker.for_request("r").request_id == "r"
