"""What R192 9–12 ask of a hand-off, a report and a review; pure functions."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Conflict, Invalid, Text
from interagency.models import Review, ServiceNorm, Task, TaskReport
from ipr.models import PlanVersion

MIN_TEXT = 10


def check_version_in_force(version: PlanVersion) -> None:
    """Only an approved version is handed off (R192 9). Errors: Conflict."""
    if version.state != PlanVersion.State.APPROVED:
        raise Conflict(
            "plan_not_approved", _("The plan is not approved: only an approved plan goes to the bodies.")
        )


def check_state(task: Task, *allowed: str) -> None:
    """Errors: Conflict telling the state the task is in."""
    if task.state not in allowed:
        raise Conflict(
            "task_state",
            _("The task is already in the state “{state}”. Open it again.").format(
                state=task.get_state_display()
            ),
        )


def check_reason(reason: str, field: str = "reason") -> str:
    """A reason somebody else can understand. Errors: Invalid on the field."""
    text = reason.strip()
    if len(text) < MIN_TEXT:
        raise Invalid(fields={field: _("Give the reason in at least 10 characters.")})
    return text


def check_report(*, result: str, text: str, provided_on: date | None, today: date, sent_on: date) -> None:
    """A report says what was done and when; a date ahead of today or before the hand-off is a mistake (R192 11)."""
    fields = {}
    if result not in TaskReport.Result.values:
        fields["result"] = _("Choose the result.")
    if len(text.strip()) < MIN_TEXT:
        fields["text"] = _("Say what was done, in at least 10 characters.")
    if provided_on is None and result == TaskReport.Result.DONE:
        fields["provided_on"] = _("Give the date on which the support was provided.")
    if provided_on is not None and provided_on > today:
        fields["provided_on"] = _("The date lies in the future.")
    elif provided_on is not None and provided_on < sent_on:
        fields["provided_on"] = _("The date lies before the task was sent.")
    if fields:
        raise Invalid(fields=fields)


def check_mark(mark: str) -> None:
    """One of the four marks. Errors: Invalid."""
    if mark not in Review.Mark.values:
        raise Invalid(fields={"mark": _("Choose the mark.")})


def check_new_due(
    due_on: date | None, *, today: date, plan_ends_on: date | None, field: str = "new_due_on"
) -> date:
    """A date that a body is given anew: ahead, and inside the plan. Errors: Invalid on the field."""
    found = _new_due_gap(due_on, today, plan_ends_on)
    if found or due_on is None:
        raise Invalid(fields={field: found})
    return due_on


def _new_due_gap(due_on: date | None, today: date, plan_ends_on: date | None) -> Text:
    if due_on is None:
        return _("Give the new date.")
    if due_on <= today:
        return _("The new date must be later than today.")
    if plan_ends_on is not None and due_on > plan_ends_on:
        return _("The new date lies outside the plan's period.")
    return ""


def check_return(
    *,
    ground: str,
    service_norm: ServiceNorm | None,
    reason: str,
    new_due_on: date | None,
    today: date,
    plan_ends_on: date,
) -> None:
    """A return names its ground, the norm for a breach, a reason, and a new date inside the plan (R192 11)."""
    fields: dict[str, Text] = {}
    if ground not in Review.ReturnGround.values:
        fields["ground"] = _("Choose the ground of the return.")
    if ground == Review.ReturnGround.BREACH and service_norm is None:
        fields["service_norm"] = _("Choose the norm of state-service law that was breached.")
    elif (
        ground == Review.ReturnGround.BREACH
        and service_norm is not None
        and not service_norm.is_in_force(today)
    ):
        fields["service_norm"] = _("This norm is not in force today.")
    if len(reason.strip()) < MIN_TEXT:
        fields["reason"] = _("Give the reason in at least 10 characters.")
    gap = _new_due_gap(new_due_on, today, plan_ends_on)
    if gap:
        fields["new_due_on"] = gap
    if fields:
        raise Invalid(fields=fields)
