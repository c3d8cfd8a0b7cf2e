"""The schema that programs are written by: open, without data, and true to what the endpoints do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema

from cases.api.schema import CLOSED, openapi
from cases.models import CaseMember, FamilyCard, Person
from family_support.accounts.machine_actions import SCOPES
from tests.access.test_matrix import walk


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return openapi()


def test_it_is_open_and_in_english() -> None:
    answer = Client().get("/api/v1/schema", headers={"Accept-Language": "kk"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    assert told["openapi"].startswith("3.")
    assert told["info"]["version"] == "1"
    text = json.dumps(told, ensure_ascii=False)
    assert not [letter for letter in text if "Ѐ" <= letter <= "ӿ"], "a text of the schema is translated"


def test_it_is_valid_and_nothing_in_it_was_guessed(capfd: pytest.CaptureFixture[str]) -> None:
    openapi.cache_clear()
    validate_schema(openapi())
    assert "Warning" not in "".join(capfd.readouterr())


def test_it_names_every_address(schema: dict[str, Any]) -> None:
    patterns = {f"/{pattern.pattern}" for pattern in walk(get_resolver().url_patterns)}
    ours = {path.replace("<str:", "{").replace(">", "}") for path in patterns if path.startswith("/api/")}
    assert set(schema["paths"]) == ours - {"/api/v1/schema"}


def test_every_operation_names_its_refusals(schema: dict[str, Any]) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            codes = set(operation["responses"])
            assert {"400", "401", "405", "429"} <= codes, (path, method)
            assert ("413" in codes) == (method == "post"), (path, method)
            assert ("404" in codes) == ("{" in path), (path, method)
            assert operation["summary"], (path, method)


def test_bodies_are_closed_lists_of_codes(schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]
    call, card = shapes["CallShape"], shapes["CardShape"]
    assert set(call["required"]) == {"received_at", "said", "threat", "violence", "minor_at_risk"}
    assert set(card["required"]) == {"family_id", "level", "kato", "date", "members"}
    text = json.dumps(schema)
    for codes in (FamilyCard.Level.values, Person.NoIin.values, Person.Channel.values):
        assert json.dumps(codes) in text
    assert set(shapes["RoleEnum"]["enum"]) == {"head", *CaseMember.Relation.values} - {"self"}
    assert [shapes[name]["additionalProperties"] for name in CLOSED] == [False] * 4
    assert call["properties"]["threat"]["type"] == "boolean"
    assert call["properties"]["received_at"]["format"] == "date-time"
    assert (card["properties"]["date"]["format"], card["properties"]["kato"]["pattern"]) == (
        "date",
        "^[0-9]{9}$",
    )


def test_scopes_are_those_given_out(schema: dict[str, Any]) -> None:
    flow = schema["components"]["securitySchemes"]["clientCredentials"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == {scope for scopes in SCOPES.values() for scope in scopes}
    assert flow["tokenUrl"] in schema["paths"]
    needed = schema["paths"]["/api/v1/signals"]["post"]["security"]
    assert needed == [{"clientCredentials": ["signals"]}]


def test_the_key_is_obligatory_for_calls_only(schema: dict[str, Any]) -> None:
    def headers(path: str) -> list[tuple[str, bool]]:
        given = schema["paths"][path]["post"].get("parameters", ())
        return [(each["name"], each["required"]) for each in given if each["in"] == "header"]

    assert headers("/api/v1/intakes") == [("Idempotency-Key", True)]
    assert headers("/api/v1/signals") == []
