"""Reactions to what happens in the plan, and who is told of what happens to the tasks."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from cases.consent import has_consent
from cases.models import Case
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.notifications.registry import register_kind
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from interagency.actions import create_handoffs, stop_sharing, withdraw_tasks
from interagency.chasers import officers_of
from interagency.grants import tidy_task_grants
from interagency.models import Handoff, Task
from interagency.subjects import HANDOFF, PARTS, TASK
from ipr.models import Plan, PlanVersion

register_kind("handoff.sent", _("A Center has handed your body its part of a plan"), "inbox")
register_kind("task.accepted", _("A body accepted its task"), "check")
register_kind(
    "task.declined",
    _("A body declined its task: decide who carries the measure out"),
    "alert-triangle",
    tone="red",
)
register_kind(
    "task.reported", _("A body reported: mark the status within two working days"), "file-text", tone="orange"
)
register_kind(
    "task.returned", _("The Center returned your report for rework"), "arrow-back-up", tone="orange"
)
register_kind(
    "task.changed",
    _("A Center has changed a task of your body: see what is different"),
    "edit",
    tone="orange",
)
register_kind(
    "task.resent", _("A Center answers your decline and sends the task again"), "send", tone="orange"
)
register_kind("task.assigned", _("Your body has given you a task"), "user-check")
register_kind("task.withdrawn", _("A Center has taken a task back from your body"), "x", tone="grey")


@handles("plan.approved")
def hand_off(event: Event) -> None:
    """Each body gets its part at once (R192 9)."""
    version = PlanVersion.objects.get(pk=event["version_id"])
    if version.state == PlanVersion.State.APPROVED:
        create_handoffs(version=version, by=SYSTEM, now=clock.now())


@handles("plan.terminated")
def take_tasks_back(event: Event) -> None:
    """The plan ended by the head's decision: the bodies' access ends with it (R256 19)."""
    plan = Plan.objects.get(pk=event["plan_id"])
    withdraw_tasks(plan=plan, by=SYSTEM, now=clock.now())


@handles("consent.settled")
def stop_at_bodies(event: Event) -> None:
    """Processing stops: bodies lose access to the person's parts, unless another consent of the family lets them."""
    case = Case.objects.get(pk=event.case_id)
    today = clock.local_date(clock.now())
    if event["stopped"] and not has_consent(case, third_parties=True, on=today):
        stop_sharing(case=case, by=SYSTEM, now=clock.now())


@handles("handoff.sent")
def tell_body(event: Event) -> None:
    """Officers of the body that got a part; of changed tasks they are told one by one."""
    handoff = Handoff.objects.get(pk=event["handoff_id"])
    if handoff.tasks.filter(replaces__isnull=True).exists() or not handoff.tasks.exists():
        recipients = of_role(Role.AGENCY_OFFICER, on=_today(), agency_id=handoff.agency_id)
        _tell(recipients, event, "handoff.sent", (HANDOFF, handoff.pk))


@handles("task.accepted", "task.declined", "task.reported")
def tell_lead(event: Event) -> None:
    """The lead of the case."""
    lead = Case.objects.values_list("lead_id", flat=True).get(pk=event.case_id)
    _tell([lead] if lead else [], event, event.type, (PARTS, event.case_id or 0))


@handles("task.changed", "task.resent")
def tell_changed(event: Event) -> None:
    """Officers whose task has another in its place."""
    _tell_officers(event, event.type)


@handles("task.assigned")
def tell_assigned(event: Event) -> None:
    """Whom the body gave the task to."""
    _tell([event["membership"]], event, event.type, (TASK, event["task_id"]))


@handles("task.reviewed")
def tell_returned(event: Event) -> None:
    """Officers whose report was returned."""
    if Task.objects.get(pk=event["task_id"]).state == Task.State.RETURNED:
        _tell_officers(event, "task.returned")


@handles("task.withdrawn")
def tell_withdrawn(event: Event) -> None:
    """Officers whose task was taken back; it has no page for them any more. Where another took its place, that is
    what they are told."""
    task = Task.objects.get(pk=event["task_id"])
    if task.agency_id and task.handoff_id and not Task.objects.filter(replaces=task).exists():
        _tell(officers_of(task), event, "task.withdrawn", (HANDOFF, task.handoff_id))


def _tell_officers(event: Event, kind: str) -> None:
    task = Task.objects.get(pk=event["task_id"])
    if task.agency_id:
        _tell(officers_of(task), event, kind, (TASK, task.pk))


def _today() -> date:
    return clock.local_date(clock.now())


def _tell(recipients: list[int], event: Event, kind: str, subject: tuple[str, int]) -> None:
    with acting(SYSTEM):
        notify(recipients, kind, subject=subject, case_id=event.case_id, event_id=event.pk, now=clock.now())


@handles("accounts.membership_ended", "accounts.user_deactivated")
def take_grants_back(event: Event) -> None:
    """Access to a task ends with the officer's membership."""
    tidy_task_grants(now=clock.now(), user_id=event["user_id"])
