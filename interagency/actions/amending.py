"""What an amendment or the end of a plan does to its tasks: unchanged ones go on, the others are taken back."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.deadlines.actions import cancel, hand_over, move
from family_support.deadlines.models import Holder
from interagency.actions.tasks import SETTLEMENT, take_back
from interagency.models import Task
from ipr.changes import same_for_executor
from ipr.models import Measure, Plan, PlanVersion

WITH_THE_BODY = (Task.State.SENT, Task.State.ACCEPTED, Task.State.RETURNED)


def carry_tasks_over(version: PlanVersion, by: Actor, now: datetime) -> None:
    """Put the tasks of unchanged measures under the new version; take back those of changed and dropped ones.

    Inside the caller's transaction. Only the changed parts go to the bodies again (R256 17). The first version of a
    next plan takes the open tasks of the plan before over in the same way; what is closed there stays there.
    """
    plans = [version.plan_id, version.plan.previous_id] if version.plan.previous_id else [version.plan_id]
    older = (
        Task.objects.select_for_update(of=("self",))
        .filter(measure__version__plan__in=plans)
        .exclude(measure__version=version)
        .exclude(state=Task.State.WITHDRAWN)
        .select_related("measure__version", "agency", "case__center")
        .order_by("pk")
    )
    newer = {measure.key: measure for measure in version.measures.all()}
    for task in older:
        measure = newer.get(task.measure.key)
        of_this_plan = task.measure.version.plan_id == version.plan_id
        goes_on = of_this_plan or task.is_open
        if measure is not None and goes_on and same_for_executor(task.measure, measure):
            _carry_over(task, measure, by, now)
        elif task.is_open:
            take_back(task, Task.Closing.AMENDED, by, now)


def withdraw_tasks(*, plan: Plan, by: Actor, now: datetime) -> int:
    """Take every open task of an ended plan back; how many there were. Called by the handler of `plan.terminated`."""
    ground = Plan.Termination(plan.termination).label
    with acting(by, reason=str(_("The plan ended: {ground}").format(ground=ground))):
        tasks = (
            Task.objects.select_for_update(of=("self",))
            .filter(measure__version__plan=plan)
            .open()
            .select_related("agency", "case__center")
            .order_by("pk")
        )
        for task in tasks:
            cancel(terms=(SETTLEMENT,), subject=("interagency.task", task.pk), reason=ground, by=by, now=now)
            take_back(task, Task.Closing.PLAN_ENDED, by, now)
    return len(tasks)


def _carry_over(task: Task, measure: Measure, by: Actor, now: datetime) -> None:
    """The approval has just started the report's term for the new measure: it runs only while a report is awaited."""
    task.measure = measure
    task.bump()
    task.save()
    subject = ("ipr.measure", measure.pk)
    if task.state == Task.State.DECLINED:
        reason = _("The body declined the task.")
        cancel(terms=("task_report",), subject=subject, reason=reason, by=by, now=now)
    elif not task.is_open or task.state == Task.State.REPORTED:
        reason = _("The report is there already.")
        cancel(terms=("task_report",), subject=subject, reason=reason, by=by, now=now)
    elif task.due_on != measure.due_on:
        note = str(_("The date given to the body before stays."))
        move(term="task_report", subject=subject, due_on=task.due_on, note=note, by=by, now=now)
    if task.agency_id and task.state in WITH_THE_BODY:
        hand_over(to=Holder.AGENCY, terms="task_report", subjects=[subject], by=by, now=now)
