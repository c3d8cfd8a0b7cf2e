"""The family's measures, the completion mark (R192 12) and the other ends of a plan (R256 19)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from cases.actions import close_case
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Missing
from family_support.base.models import check_version
from family_support.deadlines.actions import cancel, meet
from family_support.outbox.events import emit
from ipr.actions.locking import case_of, locked_plan, locked_version
from ipr.actions.versions import IN_WORK, SUBJECT
from ipr.completion import last_done, open_completion_mark, pending, version_in_force
from ipr.models import FamilyMeasure, Plan, PlanVersion
from ipr.permissions import check_can_draw_up, check_can_lead, check_can_terminate, check_state
from ipr.rules import completion_gaps, reason_gap

PLAN = "ipr.plan"


def mark_family_measure(
    *,
    measure: FamilyMeasure,
    mark: str,
    evidence: str,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> FamilyMeasure:
    """Mark a measure of the family as done, partly or not done, with what confirms it; the last one done starts
    `completion_mark`.

    Errors: Missing, Forbidden, Conflict (plan not in force, marked already, stale), Invalid without evidence or mark.
    """
    with acting(by):
        version = locked_version(measure.plan_version, by)
        check_can_draw_up(by, case_of(version))
        check_state(version, PlanVersion.State.APPROVED)
        row = version.family_measures.select_for_update(of=("self",)).filter(pk=measure.pk).first()
        if row is None:
            raise Missing()
        check_version(row, expected_version)
        if row.state != FamilyMeasure.State.PLANNED:
            raise Conflict("marked_already", _("This measure is marked already."))
        gaps = reason_gap(evidence, "evidence")
        steps = {
            FamilyMeasure.State.DONE: row.mark_done,
            FamilyMeasure.State.PARTLY: row.mark_partly,
            FamilyMeasure.State.NOT_DONE: row.mark_not_done,
        }
        if mark not in steps:
            gaps["mark"] = _("Choose how it went.")
        if gaps:
            raise Invalid("mark_invalid", fields=gaps)
        steps[FamilyMeasure.State(mark)]()
        row.evidence, row.marked_at, row.marked_by_id = evidence.strip(), now, by.membership_id
        row.bump()
        row.save()
        record(
            case_of(version), f"family_measure.{mark}", by=by, now=now, subject=("ipr.familymeasure", row.pk)
        )
        open_completion_mark(plan=version.plan, by=by, now=now)
    return row


def complete_plan(
    *,
    plan: Plan,
    completed_on: date | None,
    note: str = "",
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Plan:
    """Set the completion mark with its date (R192 12): the plan ends on R256 19(1), and the case is closed, in one act.

    Meets `completion_mark`. Errors: Missing, Forbidden, Conflict (not in force, stale, something still open, an
    amendment in work), Invalid for a date ahead or before the last measure was done.
    """
    with acting(by):
        plan = locked_plan(plan, by, expected_version)
        case = plan.case
        check_can_lead(by, case)
        version = version_in_force(plan)
        if plan.state != Plan.State.IN_FORCE or version is None:
            raise Conflict("not_in_force", _("Only a plan in force can be completed."))
        if plan.versions.filter(state__in=IN_WORK).exists():
            raise Conflict(
                "version_in_work", _("An amendment of this plan is in work: finish or discard it first.")
            )
        open_ones = pending(plan)
        if open_ones:
            raise Conflict("plan_not_done", " ".join([str(_("Not everything is done yet.")), *open_ones]))
        gaps = completion_gaps(
            completed_on=completed_on,
            today=local_date(now),
            last_done=last_done(plan),
            starts_on=version.starts_on,
        )
        if gaps or completed_on is None:
            raise Invalid("completion_date", fields=gaps)
        plan.complete()
        _end(plan, Plan.Termination.COMPLETED, "", completed_on, by, now)
        version.end()
        version.bump()
        version.save(update_fields=["state", "version"])
        meet(terms=("completion_mark",), subject=(PLAN, plan.pk), by=by, now=now)
        record(
            case, "plan.completed", by=by, now=now, subject=(PLAN, plan.pk), day=f"{completed_on:%d.%m.%Y}"
        )
        emit("plan.completed", case_id=case.pk, plan_id=plan.pk)
        close_case(case=case, closing=Case.Closing.COMPLETED, note=note, by=by, now=now)
    return plan


def terminate_plan(
    *,
    plan: Plan,
    ground: str,
    evidence: str,
    ended_on: date | None,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Plan:
    """End a plan by the head's decision on R256 19(2)–(4), with evidence; its running terms are cancelled.

    Errors: Missing, Forbidden, Conflict, Invalid for another ground, a date ahead, or no evidence.
    """
    with acting(by, reason=evidence):
        plan = locked_plan(plan, by, expected_version)
        check_can_terminate(by, plan)
        gaps = reason_gap(evidence, "evidence")
        if ground not in Plan.Termination.values or ground == Plan.Termination.COMPLETED:
            gaps["ground"] = _("Choose the ground (R256 19).")
        if ended_on is None:
            gaps["ended_on"] = _("Give the day on which the plan ends.")
        elif ended_on > local_date(now):
            gaps["ended_on"] = _("The date is in the future.")
        if gaps or ended_on is None:
            raise Invalid("termination_invalid", fields=gaps)
        reason = str(Plan.Termination(ground).label)
        for version in plan.versions.select_for_update().filter(
            state__in=(*IN_WORK, PlanVersion.State.APPROVED)
        ):
            _leave(version, reason, by, now)
        plan.terminate()
        _end(plan, Plan.Termination(ground), evidence.strip(), ended_on, by, now)
        cancel(
            terms=("plan_preparation", "completion_mark"), case_id=plan.case_id, reason=reason, by=by, now=now
        )
        record(
            plan.case, "plan.terminated", by=by, now=now, subject=(PLAN, plan.pk), day=f"{ended_on:%d.%m.%Y}"
        )
        emit("plan.terminated", case_id=plan.case_id, plan_id=plan.pk)
    return plan


def _leave(version: PlanVersion, reason: str, by: Actor, now: datetime) -> None:
    """A version of a terminated plan: the one in force ends, one in work goes step by step."""
    if version.state == PlanVersion.State.APPROVED:
        version.end()
    else:
        if version.state == PlanVersion.State.SIGNING:
            version.thaw()
            version.save(update_fields=["state"])
        elif version.state == PlanVersion.State.SUBMITTED:
            version.send_back()
            version.save(update_fields=["state"])
        version.discard()
        version.signatures.filter(void_at__isnull=True).update(void_at=now)
        version.reason, version.decided_at = reason, now
    version.bump()
    version.save()
    cancel(
        terms=("plan_approval", "plan_rework", "handoff"),
        subject=(SUBJECT, version.pk),
        reason=reason,
        by=by,
        now=now,
    )
    for pk in version.measures.values_list("pk", flat=True):
        cancel(terms=("task_report",), subject=("ipr.measure", pk), reason=reason, by=by, now=now)


def _end(plan: Plan, ground: Plan.Termination, note: str, day: date, by: Actor, now: datetime) -> None:
    plan.termination, plan.termination_note = ground, note
    plan.ended_on, plan.ended_at, plan.ended_by_id = day, now, by.membership_id
    plan.bump()
    plan.save()
