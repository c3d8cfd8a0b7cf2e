"""Every state × transition × role of tasks and hand-offs, computed over the enums (states.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from family_support.accounts.roles import WORKERS, Role
from family_support.base.errors import Conflict, Forbidden, Missing
from interagency import actions
from interagency.models import OPEN_TASK_STATES, Handoff, Task
from tests.factories import NOON
from tests.interagency.samples import (
    LATER,
    REASON,
    REPORT,
    RETURN,
    Scene,
    a_scene,
    actors,
    anew,
    bring,
    fail,
    with_team,
)

pytestmark = [pytest.mark.usefixtures("scene"), pytest.mark.django_db]
State, OFFICER = Task.State, frozenset({Role.AGENCY_OFFICER})
# name: (action, arguments, from, to, who does it, who has the function but not for a body's task)
TASK_STEPS: dict[str, tuple[Callable[..., Any], dict[str, Any], set[str], str, frozenset, frozenset]] = {
    "accept": (actions.accept_task, {}, {State.SENT}, State.ACCEPTED, OFFICER, WORKERS),
    "decline": (actions.decline_task, {"reason": REASON}, {State.SENT}, State.DECLINED, OFFICER, WORKERS),
    "report": (actions.report_task, REPORT, {State.ACCEPTED, State.RETURNED}, State.REPORTED, OFFICER, WORKERS),
    "done": (actions.review_report, {"mark": "done"}, {State.REPORTED}, State.DONE, WORKERS, frozenset()),
    "partly": (actions.review_report, {"mark": "partly"}, {State.REPORTED}, State.PARTLY, WORKERS, frozenset()),
    "not_done": (actions.review_report, {"mark": "not_done"}, {State.REPORTED}, State.NOT_DONE, WORKERS, frozenset()),
    "return": (actions.review_report, RETURN, {State.REPORTED}, State.RETURNED, WORKERS, frozenset()),
    "withdraw": (
        actions.withdraw_task,
        {"reason": REASON},
        set(OPEN_TASK_STATES),
        State.WITHDRAWN,
        WORKERS,
        frozenset(),
    ),
}  # fmt: skip


class Undo(Exception):
    """Takes a try back."""


def outcome(call: Callable[..., Any], **arguments: Any) -> str:
    """The name of the error, or "ok"; whatever was changed is taken back."""
    try:
        with transaction.atomic():
            call(**arguments)
            raise Undo
    except Undo:
        return "ok"
    except (Conflict, Forbidden, Missing) as error:
        return type(error).__name__


@pytest.mark.parametrize("state", State.values)
def test_tasks(state: str) -> None:
    scene = with_team(a_scene())
    task, everybody = bring(scene, state), actors(scene)
    found, expected = {}, {}
    for name, (action, arguments, sources, _target, doers, elsewhere) in TASK_STEPS.items():
        for role, by in everybody.items():
            given = {"task": task, "expected_version": task.version, "by": by, "now": LATER, **arguments}
            found[name, role.value] = outcome(action, **given)
            expected[name, role.value] = (
                "Missing"
                if role in elsewhere or (role in OFFICER & doers and state not in OPEN_TASK_STATES)
                else "Forbidden"
                if role not in doers
                else "ok"
                if state in sources
                else "Conflict"
            )
    assert found == expected


@pytest.mark.parametrize("name", TASK_STEPS)
def test_steps_lead_where_they_should(name: str) -> None:
    action, arguments, sources, target, doers, _elsewhere = TASK_STEPS[name]
    scene = a_scene()
    task = bring(scene, min(sources - {State.RETURNED} or sources))
    by = scene.officer if doers == OFFICER else scene.worker
    action(task=task, expected_version=task.version, by=by, now=LATER, **arguments)
    assert anew(task).state == target


def test_the_code_knows_no_other_steps() -> None:
    declared = {
        (step.source, step.target) for step in Task._meta.get_field("state").get_all_transitions(Task)
    }
    assert declared == {
        (source, target) for _a, _b, sources, target, _c, _d in TASK_STEPS.values() for source in sources
    }


def the_part(scene: Scene, state: str) -> Handoff:
    handoff = scene.handoff
    if state == Handoff.State.PENDING:
        other = scene.version.measures.exclude(agency=None).get().agency
        assert other is not None
        with transaction.atomic():
            scene.task.delete()
            handoff.delete()
        return Handoff.objects.create(
            case=scene.task.case, plan_version=scene.version, agency=other, created_at=NOON
        )
    if state == Handoff.State.FAILED:
        return fail(handoff)
    if state == Handoff.State.ACKNOWLEDGED:
        return actions.acknowledge(handoff=handoff, by=scene.officer, now=LATER)
    return handoff


@pytest.mark.parametrize("state", Handoff.State.values)
def test_handoffs(state: str) -> None:
    scene = with_team(a_scene())
    handoff = the_part(scene, state)
    assert handoff.state == state
    sendable = state in (Handoff.State.PENDING, Handoff.State.FAILED)
    found, expected = {}, {}
    for role, by in actors(scene).items():
        given = {"handoff": handoff, "by": by, "now": LATER}
        found["send", role.value] = outcome(actions.send_handoff, **given)
        found["hold", role.value] = outcome(actions.hold_handoff, reason=REASON, **given)
        found["acknowledge", role.value] = outcome(actions.acknowledge, **given)
        works = role in WORKERS
        expected["send", role.value] = ("ok" if sendable else "Conflict") if works else "Forbidden"
        expected["hold", role.value] = (
            ("ok" if state == Handoff.State.PENDING else "Conflict") if works else "Forbidden"
        )
        expected["acknowledge", role.value] = "ok" if by.agency_id == scene.agency.pk else "Missing"
    assert found == expected


def test_acknowledging_changes_only_what_was_sent() -> None:
    scene = a_scene()
    handoff = actions.acknowledge(handoff=scene.handoff, by=scene.officer, now=NOON)
    again = actions.acknowledge(handoff=handoff, by=scene.officer, now=LATER)
    assert (again.state, again.acknowledged_at) == (Handoff.State.ACKNOWLEDGED, NOON)
