"""The same call many times at once, over connections of their own."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

from cases.models import Case, Intake, Submission
from family_support.base.idempotency import once
from tests.factories import a_center, an_iin
from tests.machines import Caller, a_machine, actor_of

PATH = "/api/v1/intakes"
CALLS = 20


def body_of(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "center_code": code,
        "received_at": "2026-03-02T09:15:00+05:00",
        "said": "Нужна помощь.",
        "threat": False,
        "violence": False,
        "minor_at_risk": False,
        **changes,
    }


def at_once(calls: list[Any]) -> list[Any]:
    """Let all calls begin together, each in a thread and so with a connection of its own."""
    gate = threading.Barrier(len(calls))

    def run(call: Any) -> Any:
        try:
            gate.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_twenty_equal_calls_make_one_intake(own_database: str) -> None:
    place, caller, key = a_center(), Caller(a_machine().machine), str(uuid.uuid4())
    body = body_of(place.center.code)
    answers = at_once(
        [
            lambda: caller.send(
                PATH,
                body,
                key=key,
            )
        ]
        * CALLS
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"in_flight"}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert Intake.objects.filter(center=place.center).count() == 1
    assert Submission.objects.count() == 1
    again = caller.send(PATH, body, key=key)
    assert again.content == next(answer.content for answer in answers if answer.status_code == 201)


def test_twenty_calls_about_one_family_open_one_case(own_database: str) -> None:
    place, caller = a_center(), Caller(a_machine().machine)
    body = body_of(place.center.code, person={"last_name": "Ким", "iin": an_iin()})
    answers = at_once([lambda: caller.send(PATH, body)] * CALLS)
    assert [answer.status_code for answer in answers] == [201] * CALLS
    assert Case.objects.filter(center=place.center).count() == 1
    numbers = sorted(Intake.objects.filter(center=place.center).values_list("number", flat=True))
    assert len(set(numbers)) == CALLS
    assert int(numbers[-1][-5:]) - int(numbers[0][-5:]) == CALLS - 1, "numbers have a gap"


def test_the_same_key_in_flight_is_told(own_database: str) -> None:
    place, machine, key = a_center(), a_machine().machine, str(uuid.uuid4())
    caller = Caller(machine)
    body = body_of(place.center.code)
    with once(key, actor_of(machine), "cases.submit_intake", {"other": 1}, wait=False):
        waiting = at_once([lambda: caller.send(PATH, body, key=key)])[0]
        other = at_once([lambda: caller.send(PATH, body)])[0]
        connection.set_rollback(True)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "in_flight")
    assert (
        waiting.json()["detail"] == "A request with the same key is being carried out. Repeat it in a moment."
    )
    assert other.status_code == 201
    assert caller.send(PATH, body, key=key).status_code == 201
