"""Accepting, declining and withdrawing a task."""

from datetime import datetime

from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Missing
from family_support.base.models import check_version
from family_support.deadlines.actions import cancel
from family_support.outbox.events import emit
from interagency.actions.opening import acknowledge
from interagency.grants import sync_task_grants
from interagency.models import OPEN_TASK_STATES, Handoff, Task
from interagency.permissions import (
    check_can_review,
    check_can_work_on_task,
    check_coordinates,
    check_executes,
)
from interagency.rules import check_reason, check_state


def lock_task(task: Task, by: Actor) -> Task:
    """The task locked for a change by an officer of its body or a worker on the case. Errors: Missing."""
    tasks = Task.objects.select_for_update(of=("self",)).select_related(
        "case__center", "agency", "handoff", "measure__version__plan__case__center"
    )
    if by.agency_id:
        found = tasks.visible_to(by).filter(pk=task.pk).first()
    else:
        found = tasks.filter(pk=task.pk, case__in=Case.objects.writable_by(by).values("pk")).first()
    if found is None:
        raise Missing()
    return found


def accept_task(*, task: Task, expected_version: int | str | None, by: Actor, now: datetime) -> Task:
    """An officer takes the task on. Errors: Forbidden, Missing, Conflict."""
    with acting(by):
        task = _lock_for_executor(task, expected_version, by)
        check_state(task, Task.State.SENT)
        task.accept()
        task.accepted_at, task.accepted_by_id = now, by.membership_id
        task.bump()
        task.save()
        sync_task_grants(task)
        _answered(task, "task.accepted", by, now)
    return task


def decline_task(
    *, task: Task, reason: str, expected_version: int | str | None, by: Actor, now: datetime
) -> Task:
    """Not the body's competence: with a reason back to the Center, at once.

    Errors: Forbidden, Missing, Conflict, Invalid.
    """
    with acting(by, reason=reason):
        task = _lock_for_executor(task, expected_version, by)
        check_state(task, Task.State.SENT)
        task.declined_reason = check_reason(reason)
        task.decline()
        task.bump()
        task.save()
        _answered(task, "task.declined", by, now)
    return task


def withdraw_task(
    *, task: Task, reason: str, expected_version: int | str | None, by: Actor, now: datetime
) -> Task:
    """Take the task back (a settled decline, a mistake): the body's access ends, its terms with it.

    Errors: Forbidden, Missing, Conflict, Invalid.
    """
    with acting(by, reason=reason):
        check_coordinates(by)
        task = lock_task(task, by)
        check_can_review(by, task)
        check_version(task, expected_version)
        check_state(task, *OPEN_TASK_STATES)
        take_back(task, check_reason(reason), by, now)
    return task


def take_back(task: Task, reason: str, by: Actor, now: datetime) -> None:
    """Withdraw an open, locked task inside the caller's transaction; the body is told by the event."""
    task.withdraw()
    task.closed_at, task.closed_reason = now, reason
    task.bump()
    task.save()
    sync_task_grants(task)
    for subject, terms in (
        (("ipr.measure", task.measure_id), ("task_report",)),
        (("interagency.task", task.pk), ("report_review",)),
    ):
        cancel(terms=terms, subject=subject, reason=reason, by=by, now=now)
    _tell(task, "task.withdrawn", by, now)


def executor_names(task: Task) -> dict[str, str]:
    """The executor's name in every language: the body, or the Center itself."""
    return (task.agency or task.case.center).names


def _lock_for_executor(task: Task, expected_version: int | str | None, by: Actor) -> Task:
    check_executes(by)
    task = lock_task(task, by)
    check_can_work_on_task(by, task)
    check_version(task, expected_version)
    return task


def _answered(task: Task, kind: str, by: Actor, now: datetime) -> None:
    """An answer shows that the part was opened, and the Center is told."""
    if task.handoff is not None and task.handoff.state == Handoff.State.SENT:
        acknowledge(handoff=task.handoff, by=by, now=now)
    _tell(task, kind, by, now)


def _tell(task: Task, kind: str, by: Actor, now: datetime) -> None:
    record(task.case, kind, by=by, now=now, subject=("interagency.task", task.pk), body=executor_names(task))
    emit(kind, case_id=task.case_id, task_id=task.pk)
