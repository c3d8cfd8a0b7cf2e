"""Beginning, changing and leaving versions of a plan (R256 15, 17)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assessments.queries import concluded_of
from cases.actions import to_planning
from cases.actions.locking import locked_case
from cases.consent import check_consent
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.deadlines.actions import cancel
from ipr.actions.locking import case_of, locked_plan, locked_version
from ipr.models import FamilyMeasure, Participant, Plan, PlanVersion
from ipr.permissions import check_can_edit, check_can_lead, check_state
from ipr.queries import period_months
from ipr.rules import period_gaps, reason_gap

SUBJECT = "ipr.planversion"
IN_WORK = (
    PlanVersion.State.DRAFT,
    PlanVersion.State.SIGNING,
    PlanVersion.State.SUBMITTED,
    PlanVersion.State.RETURNED,
)


def start_plan(*, case: Case, by: Actor, now: datetime) -> PlanVersion:
    """Begin the plan of a family found in a hard life situation: version 1, or the next after a discarded one.

    After a plan that has ended without closing the case, the case goes back to planning.

    Errors: Missing, Forbidden, Conflict in another stage than planning, without an assessment that found a hard life
    situation, with a version in work already, or without consent (R256 13).
    """
    with acting(by):
        case = locked_case(case, by)
        check_can_lead(by, case)
        plans = case.plans.select_for_update()
        plan = plans.filter(state=Plan.State.PREPARING).first()
        in_force = plans.filter(state=Plan.State.IN_FORCE).exists()
        if case.stage == Case.Stage.SUPPORT and plan is None and not in_force:
            case = to_planning(case=case, by=by, now=now)
        if case.stage != Case.Stage.PLANNING:
            raise Conflict(
                "stage_forbids", _("A plan is drawn up in the planning stage, after the assessment.")
            )
        concluded = concluded_of(case)
        if concluded is None or not concluded.hls_found:
            raise Conflict(
                "no_hls", _("A plan is drawn up only for a family found in a hard life situation.")
            )
        check_consent(case, on=local_date(now))
        if plan is None:
            plan = Plan.objects.create(case=case, created_at=now)
        version = new_version(plan, by, now)
        record(case, "plan.started", by=by, now=now, subject=(SUBJECT, version.pk), number=version.number)
    return version


def new_version(plan: Plan, by: Actor, now: datetime) -> PlanVersion:
    """The next empty draft of a plan. Errors: Conflict when a version is in work."""
    if plan.versions.filter(state__in=IN_WORK).exists():
        raise Conflict("version_in_work", _("A version of this plan is in work already."))
    last = plan.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return PlanVersion.objects.create(plan=plan, number=last + 1, author_id=by.membership_id, created_at=now)


def change_version(
    *,
    version: PlanVersion,
    starts_on: date | None,
    ends_on: date | None,
    goal: str,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> PlanVersion:
    """Set a draft's period and goal; either may still be empty. Errors: Missing, Forbidden, Conflict, Invalid for a
    period that is not in order or longer than a year (R256 15)."""
    with acting(by):
        version = locked_version(version, by, expected_version)
        check_can_edit(by, version)
        gaps = (
            period_gaps(starts_on, ends_on, months=period_months(local_date(now)))
            if starts_on and ends_on
            else {}
        )
        if gaps:
            raise Invalid("plan_period", fields=gaps)
        version.starts_on, version.ends_on, version.goal = starts_on, ends_on, goal.strip()
        version.bump()
        version.save(update_fields=["starts_on", "ends_on", "goal", "version"])
    return version


def amend_plan(*, plan: Plan, by: Actor, now: datetime) -> PlanVersion:
    """Begin a new version from the one in force, which stays in force until the new one is approved (R256 17).

    Measures keep their keys, and the family's measures their marks. Errors: Missing, Forbidden, Conflict when nothing
    is in force or a version is in work.
    """
    with acting(by):
        plan = locked_plan(plan, by)
        check_can_lead(by, plan.case)
        in_force = plan.versions.filter(state=PlanVersion.State.APPROVED).first()
        if plan.state != Plan.State.IN_FORCE or in_force is None:
            raise Conflict("not_in_force", _("Only a plan in force can be amended."))
        check_no_next_plan(plan)
        version = new_version(plan, by, now)
        version.starts_on, version.ends_on, version.goal = in_force.starts_on, in_force.ends_on, in_force.goal
        version.save(update_fields=["starts_on", "ends_on", "goal"])
        _copy(in_force, version)
        record(
            plan.case, "plan.amending", by=by, now=now, subject=(SUBJECT, version.pk), number=version.number
        )
    return version


def _copy(source: PlanVersion, target: PlanVersion) -> None:
    for measure in source.measures.all():
        measure.pk, measure.version = None, target
        measure._state.adding = True
        measure.save(force_insert=True)
    for own in source.family_measures.all():
        FamilyMeasure.objects.create(
            plan_version=target,
            key=own.key,
            text=own.text,
            person_id=own.person_id,
            starts_on=own.starts_on,
            due_on=own.due_on,
            state=own.state,
            evidence=own.evidence,
            marked_at=own.marked_at,
            marked_by_id=own.marked_by_id,
        )
    copy_participants(source, target)


def copy_participants(source: PlanVersion, target: PlanVersion) -> None:
    """The same team of specialists for the next version."""
    Participant.objects.bulk_create(
        Participant(
            version=target,
            name=each.name,
            specialty=each.specialty,
            organization=each.organization,
            took_part_on=each.took_part_on,
        )
        for each in source.participants.all()
    )


def check_no_next_plan(plan: Plan) -> None:
    """Errors: Conflict while the plan of the next period is being prepared: the work goes on by that one."""
    if Plan.objects.filter(previous=plan, state=Plan.State.PREPARING).exists():
        raise Conflict(
            "next_plan_in_work", _("The next plan is being prepared already: the work goes on by that one.")
        )


def rework_plan(
    *, version: PlanVersion, expected_version: int | None, by: Actor, now: datetime
) -> PlanVersion:
    """Take a returned version back into work: the next round of the same version, its signatures void.

    Errors: Missing, Forbidden, Conflict.
    """
    with acting(by):
        version = locked_version(version, by, expected_version)
        check_can_lead(by, case_of(version))
        check_state(version, PlanVersion.State.RETURNED)
        version.rework()
        next_round(version, now)
        record(
            case_of(version),
            "plan.rework",
            by=by,
            now=now,
            subject=(SUBJECT, version.pk),
            number=version.number,
        )
    return version


def next_round(version: PlanVersion, now: datetime) -> None:
    """Void the signatures of the round and open the next one; the caller has moved the state."""
    version.signatures.filter(round=version.round, void_at__isnull=True).update(void_at=now)
    version.round += 1
    version.content_hash, version.submitted_at = "", None
    version.bump()
    version.save()


def discard_version(
    *, version: PlanVersion, reason: str, expected_version: int | None, by: Actor, now: datetime
) -> PlanVersion:
    """Give a draft or a returned version up; the version in force is untouched. Errors: Missing, Forbidden, Conflict,
    Invalid without a reason."""
    with acting(by, reason=reason):
        version = locked_version(version, by, expected_version)
        check_can_lead(by, case_of(version))
        check_state(version, PlanVersion.State.DRAFT, PlanVersion.State.RETURNED)
        gaps = reason_gap(reason)
        if gaps:
            raise Invalid("reason_missing", fields=gaps)
        version.discard()
        version.reason, version.decided_at = reason.strip(), now
        version.bump()
        version.save()
        cancel(terms=("plan_rework",), subject=(SUBJECT, version.pk), reason=reason, by=by, now=now)
        record(
            case_of(version),
            "plan.discarded",
            by=by,
            now=now,
            subject=(SUBJECT, version.pk),
            number=version.number,
        )
    return version
