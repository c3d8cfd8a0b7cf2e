"""Is everything done? Upper apps say which tasks are not (R192 12)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.deadlines.actions import open_deadline
from family_support.deadlines.models import Deadline
from ipr.models import FamilyMeasure, Plan, PlanVersion

Check = Callable[[Plan], list[str]]
LastDone = Callable[[Plan], date | None]
Unfinished = Callable[[Plan], Collection[int]]
_checks: list[Check] = []
_last_done: list[LastDone] = []
_unfinished: list[Unfinished] = []


def register_check(check: Check) -> Check:
    """`check(plan)` gives a sentence for each thing that is not done yet; called when the applications are ready."""
    _checks.append(check)
    return check


def register_last_done(last_done: LastDone) -> LastDone:
    """`last_done(plan)` gives the local date on which the last of its measures was done, if any."""
    _last_done.append(last_done)
    return last_done


def register_unfinished(keys: Unfinished) -> Unfinished:
    """`keys(plan)` gives the primary keys of the measures in force that are not done; the next plan may go on with
    them."""
    _unfinished.append(keys)
    return keys


def unfinished(plan: Plan) -> set[int]:
    """Measures of the version in force that are not done yet."""
    return {key for each in _unfinished for key in each(plan)}


def version_in_force(plan: Plan) -> PlanVersion | None:
    return plan.versions.filter(state=PlanVersion.State.APPROVED).first()


def pending(plan: Plan) -> list[str]:
    """Everything that keeps the plan from being completed, in the active language; empty when all is done."""
    found = [line for check in _checks for line in check(plan)]
    version = version_in_force(plan)
    if version is None:
        return [*found, _("No version of the plan is in force.")]
    open_ones = version.family_measures.exclude(state=FamilyMeasure.State.DONE).count()
    if open_ones:
        found.append(_("Measures of the family not marked as done: %(number)s") % {"number": open_ones})
    return found


def last_done(plan: Plan) -> date | None:
    """The local date on which the last measure was done, as far as records say."""
    days = [day for each in _last_done if (day := each(plan)) is not None]
    version = version_in_force(plan)
    if version is not None:
        marked = version.family_measures.filter(marked_at__isnull=False).values_list("marked_at", flat=True)
        days += [local_date(moment) for moment in marked]
    return max(days, default=None)


def open_completion_mark(*, plan: Plan, by: Actor, now: datetime) -> Deadline | None:
    """Start `completion_mark` when the last measure was accepted and nothing is open; None when something still is.

    Called by whoever closes a measure, inside its transaction; called again it gives the term that runs.
    """
    if plan.state != Plan.State.IN_FORCE or pending(plan):
        return None
    return open_deadline(
        term="completion_mark",
        started_at=now,
        by=by,
        now=now,
        center=plan.case.center,
        case_id=plan.case_id,
        subject=("ipr.plan", plan.pk),
        if_absent=True,
    )
