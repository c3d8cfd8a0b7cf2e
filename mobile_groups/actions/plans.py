"""Response plans: measures of comprehensive support, each with the body that answers for it (R256 22)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, invalid_field
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.directory.models import Agency
from family_support.outbox.events import emit
from mobile_groups.actions.alarms import check_alarm_open, locked_alarm, meet_response_term
from mobile_groups.loading import with_case_access
from mobile_groups.models import Alarm, ResponseMeasure, ResponsePlan
from mobile_groups.permissions import check_can_draft, check_can_mark, check_commands

State, Mark = ResponsePlan.State, ResponseMeasure.Mark


def start_plan(*, alarm: Alarm, goal: str, by: Actor, now: datetime) -> ResponsePlan:
    """Begin the draft of a response plan. Errors: Missing, Forbidden, Conflict (closed, an open plan), Invalid."""
    goal = goal.strip()
    if not goal:
        raise Invalid("goal_missing", fields={"goal": _("Write what the response has to reach.")})
    with invalid_field("goal"):
        validators.check_text(goal)
    with acting(by):
        alarm = locked_alarm(alarm, by)
        check_can_draft(by, alarm)
        check_alarm_open(alarm)
        if alarm.plans.open().exists():
            raise Conflict("response_plan_open", _("This alarm has an open response plan already."))
        plan = ResponsePlan.objects.create(
            alarm=alarm, case_id=alarm.case_id, goal=goal, created_at=now, created_by_id=by.membership_id
        )
    return plan


def put_measure(
    *,
    plan: ResponsePlan,
    text: str,
    agency: Agency | None,
    due_on: date | None,
    measure: ResponseMeasure | None = None,
    expected_version: int | str | None = None,
    by: Actor,
    now: datetime,
) -> ResponseMeasure:
    """Add a measure, or change one of a draft. A plan in force may gain measures: danger does not wait for a new plan;
    only who leads the response adds them then, and only the new measure's body is told.

    Errors: Missing (also for one taken out meanwhile), Forbidden, Conflict (stale, ended, in force), Invalid by field.
    """
    text = text.strip()
    _check_measure(text, agency, due_on, now)
    with acting(by):
        plan = locked_plan(plan, by)
        check_can_draft(by, plan.alarm)
        if plan.state == State.IN_FORCE and measure is None:
            check_commands(by, plan.alarm)
        else:
            _check_state(plan, State.DRAFT)
        if measure is None:
            measure = ResponseMeasure(plan=plan)
        else:
            measure = _locked_measure(plan, measure, expected_version)
            measure.bump()
        measure.text, measure.agency, measure.due_on = text, agency, due_on
        measure.save()
        _save(plan)
        if plan.state == State.IN_FORCE:
            emit("response_measure.added", case_id=plan.case_id, measure=measure.pk, by=by.membership_id)
    return measure


def _check_measure(text: str, agency: Agency | None, due_on: date | None, now: datetime) -> None:
    if not text:
        raise Invalid("text_missing", fields={"text": _("Write what is to be done.")})
    with invalid_field("text"):
        validators.check_text(text)
    if agency is None:
        raise Invalid(
            "agency_missing",
            fields={"agency": _("Name the body or organization that answers for the measure (R256 22).")},
        )
    if due_on is None or due_on < local_date(now):
        raise Invalid("due_on_past", fields={"due_on": _("The date must be today or later.")})


def remove_measure(*, measure: ResponseMeasure, by: Actor, now: datetime) -> None:
    """Take a measure out of a draft. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        plan = locked_plan(measure.plan, by)
        check_can_draft(by, plan.alarm)
        _check_state(plan, State.DRAFT)
        _locked_measure(plan, measure, None).delete()
        _save(plan)


def _locked_measure(
    plan: ResponsePlan, measure: ResponseMeasure, expected_version: int | str | None
) -> ResponseMeasure:
    """The plan's measure anew: what somebody took out is not written back. Errors: Missing, Conflict when stale."""
    found = one(plan.measures.select_for_update(of=("self",)), pk=measure.pk)
    if expected_version is not None:
        check_version(found, expected_version)
    return found


def put_plan_in_force(
    *, plan: ResponsePlan, expected_version: int | str | None, by: Actor, now: datetime
) -> ResponsePlan:
    """The coordinator or the director decides the plan; the bodies are told at once.

    Errors: Missing, Forbidden, Conflict (stale, no draft, no measure, alarm closed).
    """
    with acting(by):
        plan = locked_plan(plan, by, expected_version)
        check_commands(by, plan.alarm)
        check_alarm_open(plan.alarm)
        _check_state(plan, State.DRAFT)
        if not plan.measures.exists():
            raise Conflict(
                "response_plan_empty",
                _("Add at least one measure with the body that answers for it first (R256 22)."),
            )
        plan.put_in_force()
        plan.in_force_at, plan.in_force_by_id = now, by.membership_id
        _save(plan)
        meet_response_term(plan.alarm, by=by, now=now)
        record(plan.alarm.case, "response_plan.in_force", by=by, now=now, subject=subject_of(plan))
        emit("response_plan.in_force", case_id=plan.case_id, plan=plan.pk, by=by.membership_id)
    return plan


def mark_measure(
    *,
    measure: ResponseMeasure,
    mark: str,
    note: str = "",
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> ResponseMeasure:
    """Mark a measure of a plan in force; a later mark takes the place of an earlier one.

    Errors: Missing, Forbidden, Conflict (stale, not in force), Invalid: no mark, or no word on what was not done.
    """
    note = note.strip()
    if mark not in Mark.values:
        raise Invalid("mark_missing", fields={"mark": _("Choose how far the measure was carried out.")})
    if not note:
        raise Invalid("note_missing", fields={"note": _("Write what was done, or why not.")})
    with invalid_field("note"):
        validators.check_text(note)
    with acting(by):
        # The plan first, as in every other step of it: its end and this mark wait for each other.
        ResponsePlan.objects.select_for_update(of=("self",)).filter(measures=measure.pk).first()
        found = one(
            ResponseMeasure.objects.visible_to(by)
            .select_for_update(of=("self",))
            .select_related("plan__alarm__case__center", "agency"),
            pk=measure.pk,
        )
        check_can_mark(by, found)
        check_version(found, expected_version)
        _check_state(found.plan, State.IN_FORCE)
        found.mark, found.mark_note = mark, note
        found.marked_at, found.marked_by_id = now, by.membership_id
        found.bump()
        found.save()
        case = found.plan.alarm.case
        body = found.agency.names
        record(case, "response_measure.marked", by=by, now=now, subject=subject_of(found.plan), body=body)
        if not found.plan.measures.filter(mark="").exists():
            emit("response_plan.all_marked", case_id=case.pk, plan=found.plan_id, by=by.membership_id)
    return found


def complete_plan(
    *, plan: ResponsePlan, expected_version: int | str | None, by: Actor, now: datetime
) -> ResponsePlan:
    """The plan was carried out: each of its measures has a mark. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        plan = locked_plan(plan, by, expected_version)
        check_commands(by, plan.alarm)
        _check_state(plan, State.IN_FORCE)
        if plan.measures.filter(mark="").exists():
            raise Conflict("measures_unmarked", _("A measure has no mark yet: mark every one first."))
        plan.complete()
        plan.ended_at, plan.ended_by_id = now, by.membership_id
        _save(plan)
        record(plan.alarm.case, "response_plan.completed", by=by, now=now, subject=subject_of(plan))
    return plan


def cancel_plan(
    *, plan: ResponsePlan, reason: str, expected_version: int | str | None, by: Actor, now: datetime
) -> ResponsePlan:
    """The plan falls away, with its reason. Errors: Missing, Forbidden, Conflict, Invalid."""
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    with invalid_field("reason"):
        validators.check_text(reason)
    with acting(by, reason=reason):
        plan = locked_plan(plan, by, expected_version)
        check_commands(by, plan.alarm)
        _check_state(plan, State.DRAFT, State.IN_FORCE)
        plan.cancel()
        plan.ended_at, plan.ended_by_id, plan.ended_reason = now, by.membership_id, reason
        _save(plan)
        record(plan.alarm.case, "response_plan.cancelled", by=by, now=now, subject=subject_of(plan))
    return plan


def subject_of(plan: ResponsePlan) -> tuple[str, int]:
    return ("mobile_groups.responseplan", plan.pk)


def locked_plan(plan: ResponsePlan, by: Actor, expected_version: int | str | None = None) -> ResponsePlan:
    """The plan anew; its alarm is locked first. Errors: Missing, Conflict when stale."""
    alarm = locked_alarm(plan.alarm_id, by)
    found = one(ResponsePlan.objects.select_for_update(of=("self",)), pk=plan.pk, alarm=alarm)
    if expected_version is not None:
        check_version(found, expected_version)
    found.alarm = with_case_access(alarm, by)
    return found


def _check_state(plan: ResponsePlan, *states: str) -> None:
    if plan.state not in states:
        raise Conflict(
            "response_plan_state", _("The state of the response plan does not allow this any more.")
        )


def _save(plan: ResponsePlan) -> None:
    plan.bump()
    plan.save()
