"""The family's measures and the completion mark (R192 12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.actions import close_case
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.deadlines.actions import cancel, meet
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from ipr.actions.leaving import FAMILY_MEASURE, PLAN, end
from ipr.actions.locking import case_of, locked_plan, locked_version
from ipr.actions.versions import IN_WORK, check_no_next_plan
from ipr.completion import last_done, open_completion_mark, pending, version_in_force
from ipr.models import EndProposal, FamilyMeasure, Plan, PlanVersion
from ipr.permissions import check_can_draw_up, check_can_lead, check_state
from ipr.rules import completion_gaps, reason_gap


def mark_family_measure(
    *,
    measure: FamilyMeasure,
    mark: str,
    evidence: str,
    files: Sequence[UploadedFile] = (),
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> FamilyMeasure:
    """Mark a measure of the family as done, partly or not done, with what confirms it and its papers; the last one
    done starts `completion_mark`.

    Errors: Missing, Forbidden, Conflict (plan not in force, marked already, stale), Invalid without evidence or mark.
    """
    with acting(by):
        version = locked_version(measure.plan_version, by)
        check_can_draw_up(by, case_of(version))
        check_state(version, PlanVersion.State.APPROVED)
        row = one(version.family_measures.select_for_update(of=("self",)), pk=measure.pk)
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
        for upload in files:
            attach(
                case_id=case_of(version).pk,
                subject=(FAMILY_MEASURE, row.pk),
                kind=Attachment.Kind.EVIDENCE,
                upload=upload,
                by=by,
                now=now,
                field="file",
            )
        record(case_of(version), f"family_measure.{mark}", by=by, now=now, subject=(FAMILY_MEASURE, row.pk))
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
        check_no_next_plan(plan)
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
        end(plan, Plan.Termination.COMPLETED, "", completed_on, by, now)
        version.end()
        version.bump()
        version.save(update_fields=["state", "version"])
        _close_proposal(plan, by, now)
        meet(terms=("completion_mark", "plan_end"), subject=(PLAN, plan.pk), by=by, now=now)
        record(
            case, "plan.completed", by=by, now=now, subject=(PLAN, plan.pk), day=f"{completed_on:%d.%m.%Y}"
        )
        emit("plan.completed", case_id=case.pk, plan_id=plan.pk)
        close_case(case=case, closing=Case.Closing.COMPLETED, note=note, by=by, now=now)
    return plan


def _close_proposal(plan: Plan, by: Actor, now: datetime) -> None:
    """Everything is done after all: a proposal to end the plan that still waits falls away."""
    waiting = plan.proposals.open()
    if waiting.update(answer=EndProposal.Answer.RECALLED, answered_at=now, answered_by=by.membership_id):
        reason = Plan.Termination.COMPLETED.label
        cancel(terms=("termination_decision",), subject=(PLAN, plan.pk), reason=reason, by=by, now=now)
