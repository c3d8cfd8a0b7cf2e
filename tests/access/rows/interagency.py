"""Pages of hand-off and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.accounts.roles import UNIT_HEADS, WORKERS
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from interagency import actions
from interagency.models import Handoff, Task
from tests.access.matrix import ALL, Made, Role, kind, page
from tests.plans import an_approved, an_assessed_case

if TYPE_CHECKING:
    from tests.access.world import World

OFFICER = {Role.AGENCY_OFFICER}
CASE_ROLES = WORKERS | UNIT_HEADS | {Role.DIRECTOR}


def _handed_off(world: World, restricted: bool) -> Task:
    case = an_assessed_case(world.place, now=world.now)
    version = an_approved(world.place, case, agency=world.agency, now=world.now)
    actions.create_handoffs(version=version, by=SYSTEM, now=world.now)
    world.team_up(case, restricted)
    return Task.objects.get(case=case, agency=world.agency)


def _made(task: Task) -> Made:
    return Made(task, {"pk": task.pk}, task.case_id)


@kind("task", of_case=True)
def task(world: World, *, restricted: bool) -> Made:
    return _made(_handed_off(world, restricted))


@kind("reported-task", of_case=True)
def reported_task(world: World, *, restricted: bool) -> Made:
    found, by = _handed_off(world, restricted), world.by(Role.AGENCY_OFFICER)
    found = actions.accept_task(task=found, expected_version=found.version, by=by, now=world.now)
    actions.report_task(
        task=found,
        result="done",
        text="Ребёнок принят в детский сад.",
        provided_on=local_date(world.now),
        expected_version=found.version,
        by=by,
        now=world.now,
    )
    return _made(Task.objects.get(pk=found.pk))


@kind("declined-task", of_case=True)
def declined_task(world: World, *, restricted: bool) -> Made:
    found = _handed_off(world, restricted)
    actions.decline_task(
        task=found,
        reason="Не в нашей компетенции.",
        expected_version=found.version,
        by=world.by(Role.AGENCY_OFFICER),
        now=world.now,
    )
    return _made(Task.objects.get(pk=found.pk))


@kind("handoff", of_case=True)
def handoff(world: World, *, restricted: bool) -> Made:
    found = world.obj("task", restricted)
    row = Handoff.objects.get(pk=found.handoff_id)
    return Made(row, {"pk": row.pk}, found.case_id)


ROWS = (
    page("task-inbox", roles=OFFICER),
    page("task", "task", roles=OFFICER, colleague=ALL, restricted=ALL),
    page("task-accept", "task", roles=OFFICER, colleague=ALL, restricted=ALL, methods="POST"),
    page("task-decline", "task", roles=OFFICER, colleague=ALL, restricted=ALL, methods="GET POST"),
    page(
        "task-report",
        "task",
        roles=OFFICER | WORKERS,
        own=OFFICER,
        colleague=OFFICER,
        restricted=OFFICER,
        methods="GET POST",
    ),
    page("report-review", "reported-task", roles=WORKERS, methods="GET POST"),
    page("task-withdraw", "task", roles=WORKERS, methods="GET POST"),
    page("task-settle", "declined-task", roles=WORKERS, methods="GET POST"),
    page("body-tasks", roles={Role.BODY_ADMIN}, methods="GET POST"),
    page("district-figures", roles={Role.COORDINATOR}),
    page("handoff-undelivered", "handoff", roles=WORKERS, methods="GET POST"),
    page("handoff-send", "handoff", roles=WORKERS, methods="POST"),
    page("handoff-hold", "handoff", roles=WORKERS, methods="GET POST"),
    page("case-agencies", "case", roles=CASE_ROLES, own=WORKERS),
)
