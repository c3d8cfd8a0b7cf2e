"""Tasks in every state, made through the real actions; a body with an officer, and an actor of any role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cases.actions import add_to_team
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.deadlines.models import Deadline
from family_support.directory.models import Agency
from interagency import actions
from interagency.models import Handoff, Review, Task, TaskReport
from ipr.actions import approve_plan, freeze_version, mark_family_measure, put_measure
from ipr.models import PlanVersion
from tests.factories import NOON, Place, a_center, a_membership, actor_for, an_agency
from tests.lasting import lasting
from tests.plans import a_draft, an_approved, an_assessed_case, measure_data, sign

LATER = NOON + timedelta(days=2)
REPORT: dict[str, Any] = {
    "result": "done",
    "text": "Ребёнок принят в детский сад.",
    "provided_on": local_date(LATER),
}
REASON = "Отчёт без подтверждения, приложите приказ."
RETURN: dict[str, Any] = {
    "mark": Review.Mark.RETURNED,
    "ground": Review.ReturnGround.INCOMPLETE,
    "reason": REASON,
    "new_due_on": date(2026, 4, 10),
}


@dataclass
class Scene:
    """A Center, a body with an officer, an approved plan handed off: the body's task and the Center's own."""

    place: Place
    agency: Agency
    officer: Actor
    version: PlanVersion
    task: Task
    own: Task

    @property
    def worker(self) -> Actor:
        return self.place.by()

    @property
    def handoff(self) -> Handoff:
        assert self.task.handoff is not None
        return self.task.handoff


@lasting
def a_scene(*, bodies: int = 1) -> Scene:
    place = a_center()
    agency = an_agency(district=place.center.district)
    officer = actor_for(a_membership(Role.AGENCY_OFFICER, agency=agency))
    version = _approved(place, agency, bodies - 1)
    actions.create_handoffs(version=version, by=SYSTEM, now=NOON)
    task = anew(Task.objects.get(agency=agency))
    return Scene(
        place, agency, officer, version, task, anew(Task.objects.get(agency=None, case=task.case_id))
    )


def _approved(place: Place, agency: Agency, more: int) -> PlanVersion:
    """A plan in force with a measure of the body, and of so many other bodies."""
    case = an_assessed_case(place)
    if not more:
        return an_approved(place, case, agency=agency)
    by = place.by()
    version = a_draft(place, case, agency=agency)
    for _number in range(more):
        other = an_agency(district=place.center.district)
        put_measure(version=version, data=measure_data(case, agency=other), by=by, now=NOON)
    version.refresh_from_db()
    version = freeze_version(version=version, expected_version=version.version, by=by, now=NOON)
    version = sign(sign(version, place, "center"), place, "family")
    return approve_plan(
        version=version, expected_version=version.version, by=place.by(Role.DIRECTOR), now=NOON
    )


def with_team(scene: Scene) -> Scene:
    """All workers of the Center on the case."""
    for role in sorted(WORKERS - {Role.CASEWORKER}):
        add_to_team(case=scene.task.case, membership=scene.place.people[role], by=scene.worker, now=NOON)
    return scene


def actors(scene: Scene) -> dict[Role, Actor]:
    """Somebody in every role; of the Center and of the body where the role is of one."""
    found = {}
    for role in Role:
        if role in CENTER_ROLES:
            found[role] = scene.place.by(role)
        elif role == Role.AGENCY_OFFICER:
            found[role] = scene.officer
        else:
            agency = scene.agency if role in AGENCY_ROLES else None
            found[role] = actor_for(a_membership(role, agency=agency))
    return found


def anew(task: Task) -> Task:
    """The task as the database has it."""
    return Task.objects.select_related("case__center", "agency", "handoff", "measure__version").get(
        pk=task.pk
    )


def accept(scene: Scene, now: datetime = NOON) -> Task:
    task = anew(scene.task)
    return actions.accept_task(task=task, expected_version=task.version, by=scene.officer, now=now)


def report(scene: Scene, now: datetime = LATER, **changes: Any) -> TaskReport:
    task = anew(scene.task)
    given = {**REPORT, **changes}
    return actions.report_task(task=task, expected_version=task.version, by=scene.officer, now=now, **given)


def review(scene: Scene, mark: str = "done", now: datetime = LATER, **changes: Any) -> Review:
    task = anew(scene.task)
    given = dict(RETURN) if mark == Review.Mark.RETURNED else {"mark": mark}
    return actions.review_report(
        task=task, expected_version=task.version, by=scene.worker, now=now, **{**given, **changes}
    )


def bring(scene: Scene, state: str) -> Task:
    """Bring the scene's task into a state."""
    if state == Task.State.DECLINED:
        actions.decline_task(
            task=scene.task,
            reason="Не в нашей компетенции.",
            expected_version=scene.task.version,
            by=scene.officer,
            now=NOON,
        )
    elif state == Task.State.WITHDRAWN:
        actions.withdraw_task(
            task=scene.task, reason=REASON, expected_version=scene.task.version, by=scene.worker, now=NOON
        )
    elif state != Task.State.SENT:
        accept(scene)
        if state != Task.State.ACCEPTED:
            report(scene)
        if state not in (Task.State.ACCEPTED, Task.State.REPORTED):
            review(scene, state)
    scene.task = anew(scene.task)
    assert scene.task.state == state
    return scene.task


def own_done(scene: Scene, now: datetime = LATER) -> None:
    """The Center's own measure reported and marked, the family's marked: only the body's task is left."""
    task = anew(scene.own)
    actions.report_task(task=task, expected_version=task.version, by=scene.worker, now=now, **REPORT)
    task = anew(task)
    actions.review_report(task=task, mark="done", expected_version=task.version, by=scene.worker, now=now)
    family = scene.version.family_measures.get()
    mark_family_measure(
        measure=family,
        mark="done",
        evidence="Справка школы родителей.",
        expected_version=family.version,
        by=scene.worker,
        now=now,
    )


def fail(handoff: Handoff) -> Handoff:
    """Not delivered, as a gateway would say."""
    with acting(SYSTEM):
        handoff.fail()
        handoff.save()
    return handoff


def terms(task: Task, code: str) -> list[str]:
    """States of the terms of a code that run or ran on the task, the oldest first."""
    subjects = {("ipr.measure", task.measure_id), ("interagency.task", task.pk)}
    rows = Deadline.objects.filter(case_id=task.case_id, code=code).order_by("pk")
    return [row.state for row in rows if (row.subject_type, row.subject_id) in subjects]
