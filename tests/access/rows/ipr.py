"""Pages of the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from family_support.accounts.roles import UNIT_HEADS, WORKERS
from ipr import actions
from ipr.models import PlanVersion
from tests.access.matrix import ALL, Made, Role, kind, page
from tests.plans import (
    a_draft,
    a_returned,
    a_scan,
    a_signing,
    a_submitted,
    an_approved,
    an_assessed_case,
    an_ended,
    sign,
)

if TYPE_CHECKING:
    from tests.access.world import World

DIRECTOR = {Role.DIRECTOR}
CASE_ROLES = WORKERS | UNIT_HEADS | DIRECTOR
PAPERS = WORKERS | DIRECTOR
OTHERS = WORKERS - {Role.CASEWORKER}
# The pending approval is the director's logged reason to read the plan, restricted case or not.
PENDING: dict[str, Any] = {"own": PAPERS, "colleague": DIRECTOR, "restricted": DIRECTOR}


def _version(make: Callable[..., PlanVersion], world: World, restricted: bool) -> PlanVersion:
    case = an_assessed_case(world.place, now=world.now)
    version = make(world.place, case, agency=world.agency, now=world.now)
    world.team_up(version.plan.case, restricted)
    return version


def _made(version: PlanVersion) -> Made:
    return Made(version, {"pk": version.pk}, version.plan.case_id)


@kind("draft-plan", of_case=True)
def draft_plan(world: World, *, restricted: bool) -> Made:
    return _made(_version(a_draft, world, restricted))


@kind("signing-plan", of_case=True)
def signing_plan(world: World, *, restricted: bool) -> Made:
    return _made(_version(a_signing, world, restricted))


@kind("submitted-plan", of_case=True)
def submitted_plan(world: World, *, restricted: bool) -> Made:
    return _made(_version(a_submitted, world, restricted))


@kind("returned-plan", of_case=True)
def returned_plan(world: World, *, restricted: bool) -> Made:
    return _made(_version(a_returned, world, restricted))


@kind("approved-plan", of_case=True)
def approved_plan(world: World, *, restricted: bool) -> Made:
    return _made(_version(an_approved, world, restricted))


@kind("amended-plan", of_case=True)
def amended_plan(world: World, *, restricted: bool) -> Made:
    """A next version that waits for approval beside the one in force."""
    older, by = _version(an_approved, world, restricted), world.by(Role.CASEWORKER)
    version = actions.amend_plan(plan=older.plan, by=by, now=world.now)
    version = actions.freeze_version(version=version, expected_version=version.version, by=by, now=world.now)
    for party in ("center", "family"):
        version = sign(version, world.place, party, now=world.now)
    return _made(version)


@kind("plan", of_case=True)
def plan(world: World, *, restricted: bool) -> Made:
    version = world.obj("approved-plan", restricted)
    return Made(version.plan, {"pk": version.plan_id}, version.plan.case_id)


@kind("end-proposal", of_case=True)
def end_proposal(world: World, *, restricted: bool) -> Made:
    """The end of a plan, proposed and not decided on."""
    version = _version(an_approved, world, restricted)
    proposal = actions.propose_end(
        plan=version.plan,
        ground="did_not_act",
        evidence="Семья не посещает занятия третий месяц.",
        files=[a_scan()],
        expected_version=None,
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(proposal, {"pk": proposal.pk}, version.plan.case_id)


@kind("ended-plan", of_case=True)
def ended_plan(world: World, *, restricted: bool) -> Made:
    """Ended by the director's decision."""
    version = _version(an_ended, world, restricted)
    return Made(version.plan, {"pk": version.plan_id}, version.plan.case_id)


def _row_of(name: str) -> Callable[..., Made]:
    def make(world: World, *, restricted: bool) -> Made:
        version = world.obj("draft-plan", restricted)
        row = getattr(version, name).first()
        return Made(row, {"pk": row.pk}, version.plan.case_id)

    return make


kind("measure", of_case=True)(_row_of("measures"))
kind("family-measure", of_case=True)(_row_of("family_measures"))
kind("participant", of_case=True)(_row_of("participants"))


@kind("family-measure-in-force", of_case=True)
def family_measure_in_force(world: World, *, restricted: bool) -> Made:
    version = world.obj("approved-plan", restricted)
    row = version.family_measures.first()
    return Made(row, {"pk": row.pk}, version.plan.case_id)


ROWS = (
    page("plan", "planning-case", roles=CASE_ROLES, own=WORKERS),
    page("plan-start", "planning-case", roles=WORKERS, methods="POST", refused=OTHERS),
    page("plan-amend", "plan", roles=WORKERS, methods="POST", refused=OTHERS),
    page("plan-complete", "plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-terminate", "plan", roles=DIRECTOR, colleague=ALL, restricted=ALL, methods="GET POST"),
    page("plan-next", "plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-end-propose", "plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-end-recall", "end-proposal", roles=WORKERS, methods="POST", refused=OTHERS),
    page(
        "plan-end-refuse", "end-proposal", roles=DIRECTOR, colleague=ALL, restricted=ALL, methods="GET POST"
    ),
    page("plan-decision-print", "ended-plan", roles=PAPERS, colleague=DIRECTOR, restricted=DIRECTOR),
    page("plan-version", "submitted-plan", roles=CASE_ROLES, **PENDING),
    page("plan-preview", "submitted-plan", roles=PAPERS, **PENDING),
    page("plan-compare", "amended-plan", roles=PAPERS, **PENDING),
    page("plan-print", "submitted-plan", roles=PAPERS, **PENDING),
    page("plan-edit", "draft-plan", roles=WORKERS, methods="GET POST"),
    page("plan-day", "draft-plan", roles=WORKERS),
    page("plan-measure-new", "draft-plan", roles=WORKERS, methods="GET POST"),
    page("plan-family-new", "draft-plan", roles=WORKERS, methods="GET POST"),
    page("plan-participant-new", "draft-plan", roles=WORKERS, methods="GET POST"),
    page("plan-freeze", "draft-plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-sign", "signing-plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-thaw", "signing-plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-rework", "returned-plan", roles=WORKERS, methods="POST", refused=OTHERS),
    page("plan-discard", "draft-plan", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("plan-approve", "submitted-plan", roles=DIRECTOR, colleague=ALL, restricted=ALL, methods="GET POST"),
    page("plan-return", "submitted-plan", roles=DIRECTOR, colleague=ALL, restricted=ALL, methods="GET POST"),
    page("plan-measure", "measure", roles=WORKERS, methods="GET POST"),
    page("plan-measure-remove", "measure", roles=WORKERS, methods="POST"),
    page("plan-family", "family-measure", roles=WORKERS, methods="GET POST"),
    page("plan-family-remove", "family-measure", roles=WORKERS, methods="POST"),
    page("family-mark", "family-measure-in-force", roles=WORKERS, methods="GET POST"),
    page("plan-participant-remove", "participant", roles=WORKERS, methods="POST"),
    page("approval-queue", roles=DIRECTOR),
)
