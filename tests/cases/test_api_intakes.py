"""The endpoint of contact center 111."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions import close_case, record_consultation, take_case
from cases.api.status import status_of
from cases.models import Case, Intake, Submission, Threat
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.models import Deadline
from tests.factories import Place, a_center, a_district, an_iin, an_intake, person_data
from tests.machines import Caller, Door, a_machine

pytestmark = pytest.mark.django_db
PATH = "/api/v1/intakes"


@pytest.fixture
def place() -> Place:
    return a_center()


@pytest.fixture
def caller() -> Caller:
    return Caller(a_machine().machine)


def call(place: Place, **changes: Any) -> dict[str, Any]:
    """A complete call; None leaves a member out."""
    body = {
        "center_code": place.center.code,
        "received_at": (clock.now() - timedelta(minutes=3)).isoformat(),
        "said": "Звонила мать троих детей: муж потерял работу, нечем платить за жильё.",
        "threat": False,
        "violence": False,
        "minor_at_risk": False,
        "person": {
            "last_name": "Сәрсенова",
            "first_name": "Айгүл",
            "iin": an_iin(),
            "phone": "8 701 123 45 67",
            "safe_contact": "phone",
            "safe_contact_note": "после 18:00",
        },
        "reference": "111-2026-000017",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def test_a_call_is_registered_at_its_center(place: Place, caller: Caller) -> None:
    answer = caller.send(PATH, call(place, reported_by="соседка"))
    assert answer.status_code == 201, answer.content
    submission = Submission.objects.get(public_id=answer.json()["id"])
    assert answer.json() == {"id": str(submission.public_id), "url": f"{PATH}/{submission.public_id}"}
    assert answer["Location"] == answer.json()["url"]
    assert answer["Cache-Control"] == "no-store"
    intake = submission.intake
    assert (intake.center, intake.channel, intake.form) == (place.center, "contact_center", "system")
    assert intake.state == Intake.State.REGISTERED
    assert intake.number
    assert intake.sender_name == f"{caller.machine.name} · соседка"
    assert intake.registered_by_id == caller.machine.membership_id
    assert intake.contact.startswith("+77011234567")
    assert submission.reference == "111-2026-000017"
    assert intake.case.lead_id is None
    assert set(Deadline.objects.filter(case_id=intake.case_id).values_list("code", flat=True)) == {
        "consultation",
        "assessment",
    }


def test_the_answer_holds_nothing_of_the_case(place: Place, caller: Caller) -> None:
    answer = caller.send(PATH, call(place))
    intake = Submission.objects.get(public_id=answer.json()["id"]).intake
    status = caller.get(answer.json()["url"])
    for text in (answer.content.decode(), status.content.decode()):
        assert intake.number not in text
        assert intake.case.number not in text
        assert "Сәрсенова" not in json.dumps(json.loads(text), ensure_ascii=False)


def test_a_threat_raises_the_alarm_at_once(place: Place, caller: Caller) -> None:
    answer = caller.send(PATH, call(place, threat=True, violence=True))
    intake = Submission.objects.get(public_id=answer.json()["id"]).intake
    assert intake.registered_at == intake.received_at
    assert intake.case.restricted
    assert Threat.objects.open().filter(case=intake.case).exists()
    codes = set(Deadline.objects.filter(case_id=intake.case_id).values_list("code", flat=True))
    assert {"assessment_urgent", "response_plan", "violence_redirection"} <= codes


def test_the_center_is_found_by_kato(caller: Caller) -> None:
    district = a_district()
    district.kato = "719910000"
    district.save()
    place = a_center(district=district)
    answer = caller.send(PATH, call(place, center_code=None, kato="719910123", person=None))
    assert answer.status_code == 201, answer.content
    intake = Submission.objects.get(public_id=answer.json()["id"]).intake
    assert intake.center == place.center
    assert intake.applicant is None


def test_the_same_call_twice_makes_one_intake(place: Place, caller: Caller) -> None:
    body, key = call(place), str(uuid.uuid4())
    first, again = caller.send(PATH, body, key=key), caller.send(PATH, body, key=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Intake.objects.filter(center=place.center).count() == 1
    other = caller.send(PATH, {**body, "said": "Другое."}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Intake.objects.filter(center=place.center).count() == 1


def test_a_key_is_the_senders_own(place: Place, caller: Caller) -> None:
    body, key = call(place), str(uuid.uuid4())
    other = Caller(a_machine().machine)
    assert caller.send(PATH, body, key=key).json()["id"] != other.send(PATH, body, key=key).json()["id"]


def test_the_answer_stays_when_the_center_closes(place: Place, caller: Caller) -> None:
    body, key = call(place), str(uuid.uuid4())
    first = caller.send(PATH, body, key=key)
    place.center.is_active = False
    place.center.save()
    again = caller.send(PATH, body, key=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)


def test_a_repeat_about_a_known_family_joins_and_tells_nothing(place: Place, caller: Caller) -> None:
    iin = an_iin()
    known = an_intake(place, person=person_data(iin=iin))
    body = call(place)
    body["person"]["iin"] = iin
    fresh, joined = caller.send(PATH, call(place)), caller.send(PATH, body)
    intake = Submission.objects.get(public_id=joined.json()["id"]).intake
    assert intake.case_id == known.case_id
    assert Case.objects.filter(center=place.center).count() == 2
    assert fresh.status_code == joined.status_code == 201
    assert set(fresh.json()) == set(joined.json())
    told = [caller.get(each.json()["url"]).json() for each in (fresh, joined)]
    assert [each["state"] for each in told] == ["registered", "registered"]
    assert [each["in_work_at"] for each in told] == [None, None]


def test_foreign_and_absent_submissions_answer_the_same(place: Place, caller: Caller) -> None:
    foreign = Caller(a_machine().machine).send(PATH, call(place)).json()["url"]
    answers = [caller.get(path) for path in (foreign, f"{PATH}/{uuid.uuid4()}", f"{PATH}/nothing")]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, b'{"code":"missing","detail":"Not found.","fields":{}}')
    }


def test_states_of_a_submission(place: Place, caller: Caller) -> None:
    url = caller.send(PATH, call(place)).json()["url"]
    submission = Submission.objects.get()
    first = caller.get(url).json()
    assert set(first) == {"id", "state", "received_at", "registered_at", "in_work_at", "finished_at"}
    assert first["state"] == "registered"
    by = place.by(Role.CASEWORKER, at=clock.now())
    case = take_case(case=submission.intake.case, by=by, now=clock.now())
    record_consultation(
        case=case,
        kind="consultation",
        topic="social",
        summary="Разъяснены виды поддержки.",
        held_at=clock.now(),
        by=by,
        now=clock.now(),
    )
    working = caller.get(url).json()
    assert working["state"] == "in_work"
    assert working["in_work_at"].endswith("Z")
    case.refresh_from_db()
    close_case(case=case, closing=Case.Closing.CONSULTED, note="Помощь оказана.", by=by, now=clock.now())
    assert caller.get(url).json()["state"] == "in_work", "the end is told at a moment of the submission's own"
    with clock.at(clock.now() + timedelta(days=8)):
        fresh_caller = Caller(submission.machine)
        ended = fresh_caller.get(url).json()
    assert ended["state"] == "finished"
    assert ended["finished_at"] > working["in_work_at"]


def test_two_submissions_about_one_family_do_not_end_in_one_second(place: Place, caller: Caller) -> None:
    """Joined to one case, nothing that the sender is told says so, whenever it asks (states.md)."""
    iin, body = an_iin(), call(place)
    body["person"]["iin"] = iin
    for _number in range(2):
        caller.send(PATH, body)
    first, second = Submission.objects.order_by("pk")
    assert first.intake.case_id == second.intake.case_id
    case, now = first.intake.case, clock.now()
    close_case(case=case, closing=Case.Closing.UNFOUNDED, note="Не подтвердилось.", by=SYSTEM, now=now)
    rows = list(Submission.objects.with_status().order_by("pk"))
    told = [status_of(row, now + timedelta(days=8))["finished_at"] for row in rows]
    assert None not in told
    assert told[0] != told[1]
    assert [status_of(row, now + timedelta(days=8))["finished_at"] for row in rows] == told, "it stays"
    assert [status_of(row, now)["state"] for row in rows] == ["registered", "registered"]
    middle = now + timedelta(days=3)
    for row in rows:
        answer = status_of(row, middle)
        assert (answer["state"] == "finished") == (answer["finished_at"] is not None)


def test_pages_of_own_submissions(place: Place, caller: Caller) -> None:
    ids = [caller.send(PATH, call(place)).json()["id"] for _number in range(3)]
    foreign = Caller(a_machine().machine).send(PATH, call(place)).json()["id"]
    first = caller.get(f"{PATH}?limit=2").json()
    assert [item["id"] for item in first["items"]] == [ids[2], ids[1]]
    rest = caller.get(f"{PATH}?limit=2&after={first['next']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([ids[0]], None)
    wrong = [caller.get(f"{PATH}?after={each}") for each in (foreign, uuid.uuid4(), "x")]
    assert {(answer.status_code, answer.content) for answer in wrong} == {
        (
            400,
            b'{"code":"after","detail":"Check the marked fields.",'
            b'"fields":{"after":["The id of a submission of your own is needed."]}}',
        )
    }


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=1e3", "limit=-1", "limit=９", "limit=99999"]
)
def test_page_sizes_are_bounded(caller: Caller, query: str) -> None:
    answer = caller.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "limit")
    assert list(answer.json()["fields"]) == ["limit"]


@pytest.mark.parametrize("query", ["ordering=iin", "iin=850615300129", "state=registered"])
def test_no_orders_and_filters(caller: Caller, query: str) -> None:
    answer = caller.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")


def test_a_list_costs_the_same_at_any_size(place: Place, caller: Caller) -> None:
    counts = []
    for number in (2, 6):
        for _each in range(number):
            caller.send(PATH, call(place))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert caller.get(PATH).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4, counts


def test_a_program_of_another_door_is_refused(place: Place) -> None:
    answer = Caller(a_machine(Door.STATE_SYSTEM).machine).send(PATH, call(place))
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_scope"
    assert not Intake.objects.filter(center=place.center).exists()
