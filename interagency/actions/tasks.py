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
from interagency.actions.handoffs import acknowledge
from interagency.models import OPEN_TASK_STATES, Task
from interagency.permissions import check_can_review, check_can_work_on_task
from interagency.rules import check_reason, check_state


def lock_task(task: Task, by: Actor) -> Task:
    """The task locked for a change by an officer of its body or a worker on the case. Errors: Missing."""
    tasks = Task.objects.select_for_update(of=("self",)).select_related(
        "case__center", "agency", "handoff", "measure__version"
    )
    if by.agency_id:
        found = tasks.visible_to(by).filter(pk=task.pk).first()
    else:
        found = tasks.filter(pk=task.pk, case__in=Case.objects.writable_by(by).values("pk")).first()
    if found is None:
        raise Missing()
    return found


def accept_task(*, task: Task, expected_version: int | None, by: Actor, now: datetime) -> Task:
    """An officer takes the task on. Errors: Missing, Conflict."""
    with acting(by):
        task = lock_task(task, by)
        check_can_work_on_task(by, task)
        check_version(task, expected_version)
        check_state(task, Task.State.SENT)
        task.accept()
        task.accepted_at, task.accepted_by_id = now, by.membership_id
        task.bump()
        task.save()
        if task.handoff is not None:
            acknowledge(handoff=task.handoff, by=by, now=now)
        record(
            task.case,
            "task.accepted",
            by=by,
            now=now,
            subject=("interagency.task", task.pk),
            body=executor_names(task),
        )
        emit("task.accepted", case_id=task.case_id, task_id=task.pk)
    return task


def decline_task(*, task: Task, reason: str, expected_version: int | None, by: Actor, now: datetime) -> Task:
    """Not the body's competence: with a reason back to the Center, at once. Errors: Missing, Conflict, Invalid."""
    with acting(by, reason=reason):
        task = lock_task(task, by)
        check_can_work_on_task(by, task)
        check_version(task, expected_version)
        check_state(task, Task.State.SENT)
        task.declined_reason = check_reason(reason)
        task.decline()
        task.bump()
        task.save()
        if task.handoff is not None:
            acknowledge(handoff=task.handoff, by=by, now=now)
        record(
            task.case,
            "task.declined",
            by=by,
            now=now,
            subject=("interagency.task", task.pk),
            body=executor_names(task),
        )
        emit("task.declined", case_id=task.case_id, task_id=task.pk)
    return task


def withdraw_task(*, task: Task, reason: str, expected_version: int | None, by: Actor, now: datetime) -> Task:
    """Take the task back (amendment, termination, a settled decline): the body's access ends, its terms with it.

    Errors: Missing, Forbidden, Conflict, Invalid.
    """
    with acting(by, reason=reason):
        task = lock_task(task, by)
        check_can_review(by, task)
        check_version(task, expected_version)
        check_state(task, *OPEN_TASK_STATES)
        task.withdraw()
        task.closed_at, task.closed_reason = now, check_reason(reason)
        task.bump()
        task.save()
        for subject, terms in (
            (("ipr.measure", task.measure_id), ("task_report",)),
            (("interagency.task", task.pk), ("report_review",)),
        ):
            cancel(terms=terms, subject=subject, reason=task.closed_reason, by=by, now=now)
        record(
            task.case,
            "task.withdrawn",
            by=by,
            now=now,
            subject=("interagency.task", task.pk),
            body=executor_names(task),
        )
        emit("task.withdrawn", case_id=task.case_id, task_id=task.pk)
    return task


def executor_names(task: Task) -> dict[str, str]:
    """The executor's name in every language: the body, or the Center itself."""
    return (task.agency or task.case.center).names
