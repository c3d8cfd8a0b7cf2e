"""Information on execution, and the Center's mark on it within two working days (R192 11, 12)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile

from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.models import check_version
from family_support.deadlines.actions import meet, open_deadline
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from interagency.actions.tasks import SERVICE, executor_names, lock_task
from interagency.grants import sync_task_grants
from interagency.models import Review, ServiceNorm, Task, TaskReport
from interagency.permissions import (
    check_can_review,
    check_can_work_on_task,
    check_coordinates,
    check_executes,
)
from interagency.rules import check_mark, check_report, check_return, check_state
from ipr.completion import open_completion_mark


def report_task(
    *,
    task: Task,
    result: str,
    text: str,
    provided_on: date | None,
    lowered_risks: str = "",
    service_refused: bool = False,
    files: Sequence[UploadedFile] = (),
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> TaskReport:
    """Report on a task, with files: meets `task_report`, starts `report_review` (R192 11).

    The result is recorded by it: `state_service` is met (R192 10), and a return for rework does not open it again.

    Errors: Forbidden, Missing (another body's task), Conflict (state, version), Invalid (result, text, dates, files).
    """
    with acting(by):
        check_executes(by)
        task = lock_task(task, by)
        check_can_work_on_task(by, task)
        check_version(task, expected_version)
        check_state(task, Task.State.ACCEPTED, Task.State.RETURNED)
        check_report(
            result=result,
            text=text,
            provided_on=provided_on,
            today=local_date(now),
            sent_on=local_date(task.sent_at),
        )
        report = TaskReport.objects.create(
            task=task,
            number=task.reports.count() + 1,
            result=result,
            text=text,
            provided_on=provided_on,
            lowered_risks=lowered_risks,
            service_refused=service_refused,
            reported_by_id=by.membership_id,
            received_at=now,
        )
        for upload in files:
            attach(
                case_id=task.case_id,
                subject=("interagency.taskreport", report.pk),
                kind=Attachment.Kind.REPORT,
                upload=upload,
                by=by,
                now=now,
                field="files",
            )
        task.report()
        task.bump()
        task.save()
        meet(terms=("task_report",), subject=("ipr.measure", task.measure_id), by=by, now=now)
        meet(terms=(SERVICE,), subject=("interagency.task", task.pk), by=by, now=now)
        open_deadline(
            term="report_review",
            started_at=now,
            by=by,
            now=now,
            center=task.case.center,
            case_id=task.case_id,
            subject=("interagency.task", task.pk),
        )
        record(
            task.case,
            "task.reported",
            by=by,
            now=now,
            subject=("interagency.task", task.pk),
            body=executor_names(task),
        )
        emit("task.reported", case_id=task.case_id, task_id=task.pk)
    return report


def review_report(
    *,
    task: Task,
    mark: str,
    reason: str = "",
    ground: str = "",
    service_norm: ServiceNorm | None = None,
    norm: str = "",
    new_due_on: date | None = None,
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> Review:
    """Mark the status of the last report, or return it for rework: both meet `report_review` (R192 11).

    A return opens `task_report` again with the new date. When the last task is done, `completion_mark` starts
    (R192 12). Errors: Forbidden, Missing, Conflict, Invalid.
    """
    with acting(by, reason=reason):
        check_coordinates(by)
        task = lock_task(task, by)
        check_can_review(by, task)
        check_version(task, expected_version)
        check_state(task, Task.State.REPORTED)
        check_mark(mark)
        returned = mark == Review.Mark.RETURNED
        breach = returned and ground == Review.ReturnGround.BREACH
        if returned:
            check_return(
                ground=ground,
                service_norm=service_norm,
                reason=reason,
                new_due_on=new_due_on,
                today=local_date(now),
                plan_ends_on=task.measure.version.ends_on,
            )
        review = Review.objects.create(
            report=task.reports.latest("number"),
            mark=Review.Mark(mark),
            ground=ground if returned else "",
            service_norm=service_norm if breach else None,
            norm=norm.strip() if breach else "",
            reason=reason.strip(),
            new_due_on=new_due_on if returned else None,
            by_id=by.membership_id,
            at=now,
        )
        _move(task, review, now)
        meet(terms=("report_review",), subject=("interagency.task", task.pk), by=by, now=now)
        if returned:
            open_deadline(
                term="task_report",
                started_at=now,
                by=by,
                now=now,
                center=task.case.center,
                case_id=task.case_id,
                subject=("ipr.measure", task.measure_id),
                due_on=new_due_on,
                agency=task.agency,
            )
        kind = "task.returned" if returned else f"task.marked_{mark}"
        record(
            task.case, kind, by=by, now=now, subject=("interagency.task", task.pk), body=executor_names(task)
        )
        emit("task.reviewed", case_id=task.case_id, task_id=task.pk)
        open_completion_mark(plan=task.measure.version.plan, by=by, now=now)
    return review


def _move(task: Task, review: Review, now: datetime) -> None:
    step = {
        Review.Mark.DONE: task.mark_done,
        Review.Mark.PARTLY: task.mark_partly,
        Review.Mark.NOT_DONE: task.mark_not_done,
        Review.Mark.RETURNED: task.send_back,
    }[Review.Mark(review.mark)]
    step()
    if review.mark == Review.Mark.RETURNED and review.new_due_on is not None:
        task.due_on = review.new_due_on
    else:
        task.closed_at = now
    task.bump()
    task.save()
    sync_task_grants(task, now=now)
