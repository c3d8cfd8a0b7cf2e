"""What every end of a plan does to its versions and their terms; inside the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime

from family_support.base.actor import Actor
from family_support.deadlines.actions import cancel
from ipr.actions.versions import IN_WORK, SUBJECT
from ipr.models import Plan, PlanVersion

PLAN = "ipr.plan"
PROPOSAL = "ipr.endproposal"
FAMILY_MEASURE = "ipr.familymeasure"


def end(plan: Plan, ground: Plan.Termination, note: str, day: date, by: Actor, now: datetime) -> None:
    """Write the end of a plan whose state has just been moved."""
    plan.termination, plan.termination_note = ground, note
    plan.ended_on, plan.ended_at, plan.ended_by_id = day, now, by.membership_id
    plan.bump()
    plan.save()


def leave_versions(plan: Plan, reason: str, by: Actor, now: datetime) -> None:
    """The version in force ends, one in work is discarded; the terms of both are cancelled with the reason."""
    for version in plan.versions.select_for_update().filter(state__in=(*IN_WORK, PlanVersion.State.APPROVED)):
        _leave(version, reason, by, now)


def _leave(version: PlanVersion, reason: str, by: Actor, now: datetime) -> None:
    """A version in work goes step by step."""
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
