"""Accepting, declining, settling a decline, and withdrawing a task."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from cases.consent import check_consent
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Text
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.deadlines.actions import cancel, meet, open_deadline
from family_support.directory.models import StateService
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
from interagency.rules import check_new_due, check_reason, check_state, check_version_in_force
from ipr.parts import part_for

# The internal term within which the Center settles a decline.
SETTLEMENT = "decline_settlement"
TASK = "interagency.task"
# The state service that a measure means, in the register's term for it (R192 10).
SERVICE = "state_service"


def lock_task(task: Task, by: Actor) -> Task:
    """The task locked for a change by an officer of its body or a worker on the case. Errors: Missing."""
    tasks = Task.objects.select_for_update(of=("self",)).select_related(
        "case__center", "agency", "handoff", "measure__service", "measure__version__plan"
    )
    if by.agency_id:
        found = one(tasks.visible_to(by), pk=task.pk)
    else:
        found = one(tasks, pk=task.pk, case__in=Case.objects.writable_by(by).values("pk"))
    found.measure.version.plan.case = found.case  # the same one
    return found


def accept_task(*, task: Task, expected_version: int | str | None, by: Actor, now: datetime) -> Task:
    """An officer takes the task on; one given to nobody is the officer's own from now on.

    Where the measure means a state service, it counts as requested by that (ours): the register's term starts.
    Errors: Forbidden, Missing, Conflict.
    """
    with acting(by):
        task = _lock_for_executor(task, expected_version, by)
        check_state(task, Task.State.SENT)
        task.accept()
        task.accepted_at, task.accepted_by_id = now, by.membership_id
        if task.agency_id and task.assigned_to_id is None:
            task.assigned_at, task.assigned_to_id = now, by.membership_id
        task.bump()
        task.save()
        sync_task_grants(task, now=now)
        _request_service(task, by, now)
        _answered(task, "task.accepted", by, now)
    return task


def decline_task(
    *, task: Task, reason: str, expected_version: int | str | None, by: Actor, now: datetime
) -> Task:
    """Not the body's competence: with a reason back to the Center, at once. No report is awaited any more; the
    internal term within which the Center settles it starts.

    Errors: Forbidden, Missing, Conflict, Invalid.
    """
    with acting(by, reason=reason):
        task = _lock_for_executor(task, expected_version, by)
        check_state(task, Task.State.SENT)
        task.declined_reason = check_reason(reason)
        task.decline()
        task.bump()
        task.save()
        told = _("The body declined the task.")
        subject = ("ipr.measure", task.measure_id)
        cancel(terms=("task_report",), subject=subject, reason=told, by=by, now=now)
        open_deadline(
            term=SETTLEMENT,
            started_at=now,
            by=by,
            now=now,
            center=task.case.center,
            case_id=task.case_id,
            subject=(TASK, task.pk),
        )
        _answered(task, "task.declined", by, now)
    return task


def resend_task(
    *,
    task: Task,
    note: str,
    due_on: date | None,
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> Task:
    """Settle a decline by sending the task to the same body again, with the Center's answer and a date.

    The declined task is withdrawn, a new one takes its place; `task_report` starts again, `decline_settlement` is met.
    Errors: Forbidden, Missing, Conflict (not declined, stale, plan not in force, no consent to transfer), Invalid.
    """
    with acting(by, reason=note):
        check_coordinates(by)
        task = lock_task(task, by)
        check_can_review(by, task)
        check_version(task, expected_version)
        check_state(task, Task.State.DECLINED)
        version = task.measure.version
        check_version_in_force(version)
        check_consent(task.case, third_parties=True, on=local_date(now))
        note = check_reason(note, "note")
        due = check_new_due(due_on, today=local_date(now), plan_ends_on=version.ends_on, field="due_on")
        take_back(task, Task.Closing.RESENT, by, now, tell=False)
        again = Task.objects.create(
            case=task.case,
            handoff=task.handoff,
            measure=task.measure,
            agency=task.agency,
            snapshot=part_for(task.agency, task.measure, task.case, on=local_date(now)),
            due_on=due,
            sent_at=now,
            replaces=task,
            center_note=note,
        )
        open_deadline(
            term="task_report",
            started_at=now,
            by=by,
            now=now,
            center=task.case.center,
            case_id=task.case_id,
            subject=("ipr.measure", task.measure_id),
            due_on=due,
            agency=task.agency,
        )
        _tell(again, "task.resent", by, now)
    return again


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


def take_back(task: Task, reason: Task.Closing | str, by: Actor, now: datetime, *, tell: bool = True) -> None:
    """Withdraw an open, locked task inside the caller's transaction; the body is told by the event. A decline that
    waited for its settlement is settled by it. A reason of the product is kept as its code: readers have languages."""
    task.withdraw()
    told: Text = reason
    if isinstance(reason, Task.Closing):
        task.closed_code, told = reason, reason.label
    else:
        task.closed_reason = reason
    task.closed_at = now
    task.bump()
    task.save()
    sync_task_grants(task, now=now)
    for subject, terms in (
        (("ipr.measure", task.measure_id), ("task_report",)),
        ((TASK, task.pk), ("report_review", SERVICE)),
    ):
        cancel(terms=terms, subject=subject, reason=told, by=by, now=now)
    meet(terms=(SETTLEMENT,), subject=(TASK, task.pk), by=by, now=now)
    if tell:
        _tell(task, "task.withdrawn", by, now)


def executor_names(task: Task) -> dict[str, str]:
    """The executor's name in every language: the body, or the Center itself."""
    return (task.agency or task.case.center).names


def _request_service(task: Task, by: Actor, now: datetime) -> None:
    """Open the term that the register in force gives the service that the body renders (R192 10)."""
    service = task.measure.service
    if task.agency is None or service is None:
        return
    wordings = StateService.objects.filter(code=service.code).in_force(local_date(now))
    open_deadline(
        term=SERVICE,
        started_at=now,
        by=by,
        now=now,
        center=task.case.center,
        case_id=task.case_id,
        subject=(TASK, task.pk),
        service_days=(wordings.first() or service).term_days,
        agency=task.agency,
    )


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
