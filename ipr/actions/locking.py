"""Loading what an action changes, locked: the case first, then the plan, then the version."""

from __future__ import annotations

from cases.actions.locking import locked_case
from cases.models import Case
from family_support.base.actor import Actor
from family_support.base.models import check_version
from family_support.base.rows import one
from ipr.models import Plan, PlanVersion


def locked_version(version: PlanVersion, by: Actor, expected_version: int | None = None) -> PlanVersion:
    """The version anew with its plan and annotated case, all locked.

    Errors: Missing when the case is out of the actor's list, Conflict when the row is not the one that was shown.
    """
    case = locked_case(version.plan.case_id, by)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=version.plan_id)
    found = one(PlanVersion.objects.select_for_update(of=("self",)), pk=version.pk, plan=plan)
    if expected_version is not None:
        check_version(found, expected_version)
    plan.case = case
    found.plan = plan
    return found


def locked_plan(plan: Plan, by: Actor, expected_version: int | None = None) -> Plan:
    """The plan anew with its annotated case, both locked. Errors: Missing, Conflict."""
    case = locked_case(plan.case_id, by)
    found = one(Plan.objects.select_for_update(of=("self",)), pk=plan.pk)
    if expected_version is not None:
        check_version(found, expected_version)
    found.case = case
    return found


def case_of(version: PlanVersion) -> Case:
    return version.plan.case


def touch(version: PlanVersion) -> None:
    """Count a change of what the version holds: everybody else's open form is stale from now on."""
    version.bump()
    version.save(update_fields=["version"])
