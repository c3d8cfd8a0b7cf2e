"""Each bad input of both doors with its exact status, code and field, and nothing of it repeated or stored."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.models import FamilyCard, Intake
from family_support.base import clock
from family_support.base.api.parsers import LARGEST
from tests.factories import Place, a_center
from tests.machines import Caller, Door, a_machine, in_one_window

PATH, SIGNALS = "/api/v1/intakes", "/api/v1/signals"
GOOD_IIN = "900228400778"
PERSON = {"last_name": "Сәрсенова", "iin": GOOD_IIN}


def person(**changes: Any) -> dict[str, Any]:
    return {"person": {name: value for name, value in {**PERSON, **changes}.items() if value is not None}}


PERSON_FIELDS = {"phone"}
UNKNOWN = {"iin": None, "no_iin_reason": "unknown"}
HEAD = {"iin": GOOD_IIN, "role": "head"}
# (what is wrong with a good body, code, field)
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no center": ({"center_code": None}, "center_needed", "center_code"),
    "both centers": ({"kato": "711210000"}, "center_twice", "kato"),
    "unknown center": ({"center_code": "NONE9"}, "center_unknown", "center_code"),
    "unknown place": ({"center_code": None, "kato": "999999999"}, "kato_unknown", "kato"),
    "short kato": ({"center_code": None, "kato": "7112"}, "kato", "kato"),
    "arabic kato": ({"center_code": None, "kato": "٧١١٢١٠٠٠٠"}, "kato", "kato"),
    "center by its key": ({"center": 1}, "unknown_field", "center"),
    "status set": ({"status": "closed"}, "unknown_field", "status"),
    "a name that holds data": ({"Сәрсенова 8701": 1}, "unknown_field", "*"),
    "no moment": ({"received_at": None}, "required", "received_at"),
    "naive moment": ({"received_at": "2026-03-02T09:15:00"}, "moment_naive", "received_at"),
    "impossible moment": ({"received_at": "2026-02-30T09:15:00+05:00"}, "moment_impossible", "received_at"),
    "no moment at all": ({"received_at": "yesterday"}, "moment", "received_at"),
    "a number": ({"received_at": 1772424900}, "moment", "received_at"),
    "future": ({"received_at": (clock.now() + timedelta(hours=1)).isoformat()}, "moment_future", "received_at"),
    "year 1": ({"received_at": "0001-01-01T00:00:00+05:00"}, "moment_early", "received_at"),
    "year 9999": ({"received_at": "9999-12-31T23:59:59-12:00"}, "moment_future", "received_at"),
    "nothing said": ({"said": "   "}, "blank", "said"),
    "said is a number": ({"said": 5}, "invalid", "said"),
    "said too much": ({"said": "я" * 10001}, "max_length", "said"),
    "null character": ({"said": "a\0b"}, "text_nul", "said"),
    "lone surrogate": ({"said": "a\ud800b"}, "text_surrogate", "said"),
    "turned writing": ({"said": "a\u202eb"}, "text_bidi", "said"),
    "surrogate in a name": ({"\ud800": 1}, "text_surrogate", "*"),
    "flag is a word": ({"threat": "true"}, "invalid", "threat"),
    "flag is a number": ({"violence": 1}, "invalid", "violence"),
    "flag is missing": ({"minor_at_risk": None}, "required", "minor_at_risk"),
    "person is a text": ({"person": "Сәрсенова"}, "not_object", "person"),
    "person without a name": (person(last_name=None), "name_needed", "person.last_name"),
    "person of unknown fields": (person(address="ул. Абая, 1"), "unknown_field", "person.address"),
    "IIN of 11 digits": (person(iin="90022840077"), "iin_digits", "person.iin"),
    "IIN as a number": (person(iin=900228400778), "invalid", "person.iin"),
    "IIN with a wrong checksum": (person(iin="900228400779"), "iin_checksum", "person.iin"),
    "IIN in Arabic-Indic digits": (person(iin="٩٠٠٢٢٨٤٠٠٧٧٨"), "iin_digits", "person.iin"),
    "IIN with century 9": (person(iin="900228900778"), "iin_century", "person.iin"),
    "IIN of no date": (person(iin="901328400778"), "iin_date", "person.iin"),
    "IIN against birth date": (person(birth_date="1991-02-28"), "iin_birth_date", "person.iin"),
    "IIN against sex": (person(sex="m"), "iin_sex", "person.iin"),
    "neither IIN nor reason": (person(iin=None), "iin_needed", "person.iin"),
    "IIN and reason": (person(no_iin_reason="unknown"), "no_iin_reason_surplus", "person.no_iin_reason"),
    "an unknown reason": (person(iin=None, no_iin_reason="lost"), "invalid_choice", "person.no_iin_reason"),
    "born in 1850": (person(**UNKNOWN, birth_date="1850-01-01"), "birth_early", "person.birth_date"),
    "born in 2090": (person(**UNKNOWN, birth_date="2090-01-01"), "birth_future", "person.birth_date"),
    "born on no day": (person(birth_date="1990-02-30"), "day_impossible", "person.birth_date"),
    "mixed alphabets": (person(last_name="Cәрсенова"), "name_mixed", "person.last_name"),
    "digits in a name": (person(last_name="Сәрсенова2"), "name_digits", "person.last_name"),
    "a script of neither": (person(last_name="阿依古丽"), "name_letters", "person.last_name"),
    "no phone": (person(phone="123"), "phone", "person.phone"),
    "reached by phone without one": (person(safe_contact="phone"), "phone_needed", "person.phone"),
    "an unknown way": (person(safe_contact="pigeon"), "invalid_choice", "person.safe_contact"),
}  # fmt: skip
# (body as sent, status, code)
BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "body_empty"),
    "broken": (b'{"said": ', 400, "json_broken"),
    "two values": (b"{} {}", 400, "json_broken"),
    "byte order mark": (b"\xef\xbb\xbf{}", 400, "json_broken"),
    "raw null": (b'{"said": "a\0b"}', 400, "json_broken"),
    "duplicate keys": (b'{"said": "a", "said": "b"}', 400, "json_duplicate"),
    "NaN": (b'{"threat": NaN}', 400, "json_number"),
    "Infinity": (b'{"threat": -Infinity}', 400, "json_number"),
    "1e400": (b'{"threat": 1e400}', 400, "json_number"),
    "a number of 5000 digits": (b'{"threat": ' + b"9" * 5000 + b"}", 400, "json_number"),
    "1000 deep": (b"[" * 1000 + b"]" * 1000, 400, "json_deep"),
    "100 000 deep": (b'{"a":' * 40000, 400, "json_deep"),
    "a list": (b"[]", 400, "not_object"),
    "a text": (b'"said"', 400, "not_object"),
    "null": (b"null", 400, "not_object"),
    "another encoding": ('{"said": "Привет"}'.encode("cp1251"), 400, "charset"),
    "too large": (b'{"said": "' + b"a" * LARGEST + b'"}', 413, "too_large"),
}
KINDS = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
]


@pytest.fixture(scope="module")
def module_world(databases: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    from tests.conftest import pointed_at

    with databases.clone() as name, django_db_blocker.unblock(), pointed_at(name):
        place = a_center("BAD01")
        yield place, Caller(a_machine().machine), Caller(a_machine(Door.STATE_SYSTEM).machine)


@pytest.fixture
def place(module_world: Any) -> Place:
    return module_world[0]


@pytest.fixture
def caller(module_world: Any) -> Caller:
    return module_world[1]


@pytest.fixture
def system(module_world: Any) -> Caller:
    return module_world[2]


@pytest.fixture(autouse=True)
def _nothing_is_stored(module_world: Any) -> Any:
    yield
    assert not Intake.objects.exists()
    assert not FamilyCard.objects.exists()


def good(**changes: Any) -> dict[str, Any]:
    body = {
        "center_code": "BAD01",
        "received_at": "2026-03-02T09:15:00+05:00",
        "said": "Нужна помощь.",
        "threat": False,
        "violence": False,
        "minor_at_risk": False,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def values(body: Any) -> list[str]:
    """Every text of a body that an answer must not repeat."""
    if isinstance(body, dict):
        return [text for below in body.values() for text in values(below)]
    return [body] if isinstance(body, str) and len(body) > 3 and body not in PERSON_FIELDS else []


@pytest.mark.parametrize("what", sorted(WRONG))
def test_a_wrong_member(caller: Caller, what: str) -> None:
    changes, code, field = WRONG[what]
    answer = caller.send(PATH, good(**changes))
    told = answer.json()
    assert (answer.status_code, told["code"], list(told["fields"])) == (400, code, [field]), told
    assert set(told) == {"code", "detail", "fields"}
    assert not [text for text in values(changes) if text in json.dumps(told, ensure_ascii=False)]
    assert all(len(texts) == 1 and texts[0] for texts in told["fields"].values())


def test_several_wrong_members_are_told_together(caller: Caller) -> None:
    answer = caller.send(PATH, good(said="", threat="no", center=1, **person(iin="1")))
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "invalid")
    assert set(told["fields"]) == {"said", "threat", "center", "person.iin"}


@pytest.mark.parametrize("what", sorted(BODIES))
def test_a_body_that_cannot_be_read(caller: Caller, system: Caller, what: str) -> None:
    body, status, code = BODIES[what]
    for door, path in ((caller, PATH), (system, SIGNALS)):
        answer = door.send(path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


def test_broken_json_says_where(caller: Caller) -> None:
    answer = caller.send(PATH, '{"said": "Сәрсенова",\n "threat": maybe}')
    assert answer.json() == {
        "code": "json_broken",
        "detail": "The body is not valid JSON: line 2, column 12.",
        "fields": {},
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_not_read(caller: Caller, kind: str) -> None:
    answer = caller.send(PATH, "{}", kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_json_of_another_charset_is_not_read(caller: Caller) -> None:
    answer = caller.send(PATH, "{}", kind="application/json; charset=windows-1251")
    assert (answer.status_code, answer.json()["code"]) == (415, "charset")


@pytest.mark.parametrize(("key", "code"), [(None, "key_needed"), ("one", "bad_key"), ("\u0000", "bad_key")])
def test_the_key(caller: Caller, key: str | None, code: str) -> None:
    answer = caller.send(PATH, good(), key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert list(answer.json()["fields"]) == ["Idempotency-Key"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods(caller: Caller, method: str) -> None:
    answer = getattr(caller.client, method)(PATH, headers=caller.headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer x", "Bearer " + "x" * 5000, "Basic eDp5", "Bearer ә", "Token x"]
)
def test_without_a_token(caller: Caller, value: str) -> None:
    answer = caller.client.post(
        PATH, "{broken", content_type="application/json", headers={"Authorization": value}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("kk", "ЖСН-де қате бар"),
        ("ru", "В ИИН ошибка"),
        ("en", "The IIN has a mistake"),
        ("de", "В ИИН ошибка"),
    ],
)
def test_the_language_is_the_callers(caller: Caller, language: str, text: str) -> None:
    answer = caller.send(PATH, good(**person(iin="900228400779")), **{"Accept-Language": language})
    assert answer.json()["fields"]["person.iin"][0].startswith(text), answer.json()


def test_a_thousand_calls_a_minute_are_slowed_down(
    caller: Caller, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_one_window(monkeypatch)
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "call": "2/m/key"}
    answers = [caller.get(PATH) for _number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too_many"
    assert answers[2]["Retry-After"] == "60"


# --- Signals ---------------------------------------------------------------------------------------------------
CARD = {
    "family_id": "DFC-000417",
    "level": "D",
    "kato": "711210000",
    "date": "2026-03-01",
    "members": [HEAD],
}
CHILD = {"no_iin_reason": "newborn", "role": "child"}
WRONG_CARDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no family": ({"family_id": ""}, "blank", "family_id"),
    "level F": ({"level": "F"}, "invalid_choice", "level"),
    "level in Cyrillic": ({"level": "А"}, "invalid_choice", "level"),
    "place that no Center works for": ({"kato": "999999999"}, "kato_unknown", "kato"),
    "day to come": ({"date": "2090-01-01"}, "date_future", "date"),
    "a moment": ({"date": "2026-03-01T00:00:00Z"}, "day", "date"),
    "no day": ({"date": "2026-02-30"}, "day_impossible", "date"),
    "no members": ({"members": []}, "min_length", "members"),
    "members in words": ({"members": "four"}, "not_a_list", "members"),
    "too many members": ({"members": [CHILD] * 31}, "max_length", "members"),
    "wrong IIN of the second": ({"members": [CHILD, {**HEAD, "iin": "900228400779"}]}, "iin_checksum", "members.1.iin"),
    "unknown role": ({"members": [{**CHILD, "role": "neighbour"}]}, "invalid_choice", "members.0.role"),
    "no IIN without reason": ({"members": [{"role": "child"}]}, "iin_needed", "members.0.iin"),
    "a person twice": ({"members": [HEAD, {**HEAD, "role": "spouse"}]}, "member_twice", "members"),
    "two heads": ({"members": [HEAD, {**CHILD, "role": "head"}]}, "head_twice", "members"),
    "health of a member": ({"members": [{**CHILD, "diagnosis": "грипп"}]}, "unknown_field", "members.0.diagnosis"),
    "ground set by the sender": ({"ground": 8}, "unknown_field", "ground"),
}  # fmt: skip
XML = """<?xml version="1.0" encoding="UTF-8"?><signal><family_id>DFC-1</family_id>{}</signal>"""
WRONG_XML: dict[str, tuple[str | bytes, int, str]] = {
    "nothing": ("", 400, "body_empty"),
    "broken": ("<signal><level>D</signal>", 400, "xml_broken"),
    "another root": ("<card/>", 400, "xml_root"),
    "an entity": ('<!DOCTYPE s [<!ENTITY x "y">]><signal>&x;</signal>', 400, "xml_forbidden"),
    "a file": (
        '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><signal>&x;</signal>',
        400,
        "xml_forbidden",
    ),
    "a document type": ("<!DOCTYPE signal><signal/>", 400, "xml_forbidden"),
    "a billion laughs": (
        '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><signal>&b;</signal>',
        400,
        "xml_forbidden",
    ),
    "an element twice": (XML.format("<family_id>2</family_id>"), 400, "xml_duplicate"),
    "an attribute": (XML.format('<level of="x">D</level>'), 400, "xml_shape"),
    "text between": (XML.format("text"), 400, "xml_shape"),
    "another item": (XML.format("<members><person/></members>"), 400, "xml_shape"),
    "only a text": ("<signal>D</signal>", 400, "xml_shape"),
    "1000 deep": ("<signal>" + "<a>" * 1000 + "</a>" * 1000 + "</signal>", 400, "xml_deep"),
    "a control character": (XML.format("<level>&#0;</level>"), 400, "xml_broken"),
    "another encoding": ('<?xml version="1.0" encoding="windows-1251"?><signal/>', 400, "charset"),
    "bytes of another encoding": ("<signal><level>Д</level></signal>".encode("cp1251"), 400, "charset"),
    "too large": ("<signal>" + "a" * LARGEST + "</signal>", 413, "too_large"),
}


@pytest.mark.parametrize("what", sorted(WRONG_CARDS))
def test_a_wrong_card(system: Caller, what: str) -> None:
    changes, code, field = WRONG_CARDS[what]
    answer = system.send(SIGNALS, {**CARD, **changes}, key=None)
    told = answer.json()
    assert (answer.status_code, told["code"], list(told["fields"])) == (400, code, [field]), told


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8"])
@pytest.mark.parametrize("what", sorted(WRONG_XML))
def test_a_wrong_xml(system: Caller, what: str, kind: str) -> None:
    body, status, code = WRONG_XML[what]
    answer = system.send(SIGNALS, body, key=None, kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


def test_broken_xml_says_where(system: Caller) -> None:
    answer = system.send(SIGNALS, "<signal>\n<level>D</signal>", key=None, kind="application/xml")
    assert answer.json() == {
        "code": "xml_broken",
        "detail": "The body is not well-formed XML: line 2, column 11.",
        "fields": {},
    }


def test_a_member_of_the_xml_is_named_as_in_json(system: Caller) -> None:
    members = "<members><member><role>child</role></member></members>"
    rest = "<level>D</level><kato>711210000</kato><date>2026-03-01</date>"
    answer = system.send(SIGNALS, XML.format(rest + members), key=None, kind="application/xml")
    assert (answer.json()["code"], list(answer.json()["fields"])) == ("iin_needed", ["members.0.iin"])


def test_the_moment_of_the_table_is_no_longer_ahead() -> None:
    """The good moment of the table lies in the past of every run."""
    assert datetime(2026, 3, 2, 4, 15, tzinfo=UTC) < clock.now()
    assert uuid.UUID(int=0)
