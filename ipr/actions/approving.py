"""The head's decision on a submitted version (R256 17; rules.md 6.13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.actions import to_support
from cases.models import Case
from cases.timeline import record
from family_support.accounts.models import ActingDirector
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.deadlines.actions import cancel, meet, move, open_deadline
from family_support.deadlines.models import Deadline, Holder
from family_support.outbox.events import emit
from ipr.actions.leaving import PLAN, end, leave_versions
from ipr.actions.locking import case_of, locked_version
from ipr.actions.signing import check_content
from ipr.actions.versions import SUBJECT
from ipr.models import Approval, Plan, PlanVersion
from ipr.permissions import check_can_decide, check_state
from ipr.queries import own_work_of
from ipr.rules import reason_gap


def approve_plan(
    *, version: PlanVersion, expected_version: int | None, by: Actor, now: datetime
) -> PlanVersion:
    """Put a version into force: the older one is superseded, the case goes on to support (R256 17).

    Meets `plan_approval`; starts `handoff` (2 working days, R192 9) where bodies are involved, and `task_report`
    for each measure with its own date (R192 11). Errors: Missing, Forbidden (another role; one's own work, acting
    or not), Conflict (state, stale, content changed, the period is over).
    """
    with acting(by):
        version = locked_version(version, by, expected_version)
        case = case_of(version)
        check_can_decide(by, version, own_work_of(version))
        check_state(version, PlanVersion.State.SUBMITTED)
        check_content(version)
        if version.ends_on is not None and version.ends_on < local_date(now):
            raise Conflict("period_over", _("The plan's period is over already: return it with that reason."))
        superseded = _supersede(version, by, now)
        _end_previous(version, by, now)
        version.approve()
        version.decided_at, version.reason = now, ""
        version.bump()
        version.save()
        _decide(version, Approval.Decision.APPROVED, "", by, now)
        plan = version.plan
        if plan.state == Plan.State.PREPARING:
            plan.enter_into_force()
            plan.bump()
            plan.save(update_fields=["state", "version"])
        meet(terms=("plan_approval",), subject=(SUBJECT, version.pk), by=by, now=now)
        _open_terms(version, case, by, now)
        if case.stage == Case.Stage.PLANNING:
            to_support(case=case, by=by, now=now)
        record(case, "plan.approved", by=by, now=now, subject=(SUBJECT, version.pk), number=version.number)
        emit(
            "plan.approved",
            case_id=case.pk,
            version_id=version.pk,
            superseded_id=superseded.pk if superseded else None,
            by=by.membership_id,
        )
    return version


def _supersede(version: PlanVersion, by: Actor, now: datetime) -> PlanVersion | None:
    """The version in force ends; its measures' terms go with it, those of the new one start."""
    older = version.plan.versions.select_for_update().filter(state=PlanVersion.State.APPROVED).first()
    if older is None:
        return None
    older.supersede()
    older.bump()
    older.save(update_fields=["state", "version"])
    reason = _("A newer version of the plan was approved.")
    cancel(terms=("handoff",), subject=(SUBJECT, older.pk), reason=reason, by=by, now=now)
    for pk in older.measures.values_list("pk", flat=True):
        cancel(terms=("task_report",), subject=("ipr.measure", pk), reason=reason, by=by, now=now)
    return older


def _end_previous(version: PlanVersion, by: Actor, now: datetime) -> None:
    """The plan of the period before ends in the act that puts the next one into force: no gap between them."""
    plan = version.plan
    if plan.state != Plan.State.PREPARING or plan.previous_id is None:
        return
    before = Plan.objects.select_for_update().get(pk=plan.previous_id)
    if before.state != Plan.State.IN_FORCE:
        return
    reason = str(Plan.Termination.CONTINUED.label)
    leave_versions(before, reason, by, now)
    before.terminate()
    end(before, Plan.Termination.CONTINUED, "", local_date(now), by, now)
    meet(terms=("plan_end",), subject=(PLAN, before.pk), by=by, now=now)
    ground = Plan.Termination.CONTINUED.label
    cancel(terms=("completion_mark",), subject=(PLAN, before.pk), reason=ground, by=by, now=now)


def _open_terms(version: PlanVersion, case: Case, by: Actor, now: datetime) -> None:
    common: dict[str, Any] = {
        "started_at": now,
        "by": by,
        "now": now,
        "center": case.center,
        "case_id": case.pk,
    }
    _remind_of_end(version, common)
    measures = list(version.measures.select_related("agency"))
    if any(measure.agency_id for measure in measures):
        open_deadline(term="handoff", subject=(SUBJECT, version.pk), **common)
    for measure in measures:
        open_deadline(
            term="task_report",
            subject=("ipr.measure", measure.pk),
            due_on=measure.due_on,
            agency=measure.agency,
            # The Center's until the part is sent (R192 9).
            holder=Holder.CENTER,
            **common,
        )


def _remind_of_end(version: PlanVersion, common: dict[str, Any]) -> None:
    """The internal term that reminds of the plan's last day; an amendment moves it with the period."""
    subject = (PLAN, version.plan_id)
    if not Deadline.objects.open().of_subject(*subject).filter(code="plan_end").exists():
        open_deadline(term="plan_end", subject=subject, due_on=version.ends_on, **common)
    elif version.ends_on is not None:
        note = str(_("The amendment set another period."))
        by, now = common["by"], common["now"]
        move(term="plan_end", subject=subject, due_on=version.ends_on, note=note, by=by, now=now)


def acting_order(by: Actor, now: datetime) -> ActingDirector | None:
    """The order by which somebody decides who is not the director (rules.md 6.13)."""
    if by.role == Role.DIRECTOR:
        return None
    today = local_date(now)
    return ActingDirector.objects.filter(
        membership_id=by.membership_id, center_id=by.center_id, starts_on__lte=today, ends_on__gte=today
    ).first()


def _decide(
    version: PlanVersion, decision: Approval.Decision, reason: str, by: Actor, now: datetime
) -> Approval:
    return Approval.objects.create(
        version=version,
        round=version.round,
        decision=decision,
        reason=reason,
        by_id=by.membership_id,
        acting=acting_order(by, now),
        at=now,
    )


def return_plan(
    *, version: PlanVersion, reason: str, expected_version: int | None, by: Actor, now: datetime
) -> PlanVersion:
    """Give a version back with a reason; meets `plan_approval`, starts the internal term of rework.

    Errors: as `approve_plan`; Invalid without a reason.
    """
    with acting(by, reason=reason):
        version = locked_version(version, by, expected_version)
        case = case_of(version)
        check_can_decide(by, version, own_work_of(version))
        check_state(version, PlanVersion.State.SUBMITTED)
        gaps = reason_gap(reason)
        if gaps:
            raise Invalid("reason_missing", fields=gaps)
        version.send_back()
        version.decided_at, version.reason = now, reason.strip()
        version.bump()
        version.save()
        _decide(version, Approval.Decision.RETURNED, reason.strip(), by, now)
        meet(terms=("plan_approval",), subject=(SUBJECT, version.pk), by=by, now=now)
        open_deadline(
            term="plan_rework",
            started_at=now,
            by=by,
            now=now,
            center=case.center,
            case_id=case.pk,
            subject=(SUBJECT, version.pk),
        )
        record(case, "plan.returned", by=by, now=now, subject=(SUBJECT, version.pk), number=version.number)
        emit("plan.returned", case_id=case.pk, version_id=version.pk, by=by.membership_id)
    return version
