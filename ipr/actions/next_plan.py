"""The next plan after the year: prepared while the one before is in force, so that no gap opens (R192 7(4))."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.queries import concluded_of
from cases.actions import to_planning
from cases.consent import check_consent
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict
from family_support.deadlines.actions import open_deadline
from ipr.actions.locking import locked_plan
from ipr.actions.versions import IN_WORK, SUBJECT, check_no_next_plan, copy_participants, new_version
from ipr.completion import unfinished, version_in_force
from ipr.models import FamilyMeasure, Measure, Plan, PlanVersion
from ipr.permissions import check_can_lead
from ipr.rules import NEXT_PLAN_DAYS

ONE_DAY = timedelta(days=1)


def start_next_plan(*, plan: Plan, carry_over: bool, by: Actor, now: datetime) -> PlanVersion:
    """Begin the plan of the next period; the case goes back to planning, the plan in force stays in force until the
    next one is approved. With `carry_over` what is not done yet is copied, its dates moved into the new period.

    Errors: Missing, Forbidden, Conflict (nothing in force, too early, an amendment or a next plan in work, no
    consent, no hard life situation any more).
    """
    with acting(by):
        plan = locked_plan(plan, by)
        case = plan.case
        check_can_lead(by, case)
        before = version_in_force(plan)
        if plan.state != Plan.State.IN_FORCE or before is None or before.ends_on is None:
            raise Conflict("not_in_force", _("Only a plan in force is followed by a next one."))
        check_no_next_plan(plan)
        if plan.versions.filter(state__in=IN_WORK).exists():
            raise Conflict(
                "version_in_work", _("An amendment of this plan is in work: finish or discard it first.")
            )
        today = local_date(now)
        _check_time(before.ends_on, today)
        _check_ground(case, now)
        case = to_planning(case=case, by=by, now=now)
        following = Plan.objects.create(case=case, created_at=now, previous=plan)
        version = new_version(following, by, now)
        version.starts_on = max(before.ends_on + ONE_DAY, today)
        version.ends_on = version.starts_on + (before.ends_on - (before.starts_on or before.ends_on))
        version.goal = before.goal
        version.save(update_fields=["starts_on", "ends_on", "goal"])
        if carry_over:
            _carry(plan, before, version)
        open_deadline(
            term="plan_preparation",
            started_at=now,
            by=by,
            now=now,
            center=case.center,
            case_id=case.pk,
            subject=("cases.case", case.pk),
            if_absent=True,
        )
        record(case, "plan.next_started", by=by, now=now, subject=(SUBJECT, version.pk))
    return version


def _check_time(ends_on: date, today: date) -> None:
    earliest = ends_on - timedelta(days=NEXT_PLAN_DAYS)
    if today < earliest:
        raise Conflict(
            "too_early",
            format_lazy(
                _(
                    "The plan runs until {end}: the next one can be begun from {day} on. Until then, amend this one."
                ),
                end=f"{ends_on:%d.%m.%Y}",
                day=f"{earliest:%d.%m.%Y}",
            ),
        )


def _check_ground(case: Case, now: datetime) -> None:
    concluded = concluded_of(case)
    if concluded is None or not concluded.hls_found:
        raise Conflict("no_hls", _("A plan is drawn up only for a family found in a hard life situation."))
    check_consent(case, on=local_date(now))


def _carry(plan: Plan, before: PlanVersion, version: PlanVersion) -> None:
    """Unfinished measures keep their keys: the bodies are told what changed, not sent a stranger's task."""
    left = unfinished(plan)
    for measure in before.measures.filter(pk__in=left):
        _move(measure, version)
        measure.pk, measure.version = None, version
        measure._state.adding = True
        measure.save(force_insert=True)
    for own in before.family_measures.exclude(state=FamilyMeasure.State.DONE):
        copy = FamilyMeasure(plan_version=version, key=own.key, text=own.text, person_id=own.person_id)
        copy.starts_on, copy.due_on = own.starts_on, own.due_on
        _move(copy, version)
        copy.save(force_insert=True)
    copy_participants(before, version)


def _move(row: Measure | FamilyMeasure, version: PlanVersion) -> None:
    """Its dates inside the new period: a due date ahead stays, a past one is set as far on as it was before."""
    first, last = version.starts_on, version.ends_on
    if first is None or last is None:
        raise ValueError("the new version has its period")
    length = row.due_on - row.starts_on
    row.due_on = row.due_on if row.due_on >= first else min(first + length, last)
    row.starts_on = max(row.starts_on, first)
