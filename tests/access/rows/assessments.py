"""Pages of the assessment and the needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessments import actions
from assessments.sections import SECTIONS
from family_support.accounts.roles import WORKERS
from tests.access.matrix import Made, Role, kind, page
from tests.factories import a_case_with_consent
from tests.plans import a_concluded, a_draft_assessment

if TYPE_CHECKING:
    from tests.access.world import World

READERS = WORKERS | {Role.DIRECTOR}
NO_CASE = {"pk": 999_999_999}


@kind("assessed-case", of_case=True, absent=NO_CASE)
def assessed_case(world: World, *, restricted: bool) -> Made:
    """In the assessment stage, with a draft."""
    draft = a_draft_assessment(world.place, a_case_with_consent(world.place, now=world.now), now=world.now)
    world.team_up(draft.case, restricted)
    return Made(draft, {"pk": draft.case_id}, draft.case_id)


@kind("assessment-section", of_case=True, absent=NO_CASE)
def assessment_section(world: World, *, restricted: bool) -> Made:
    draft = world.obj("assessed-case", restricted)
    return Made(draft, {"pk": draft.case_id, "section": SECTIONS[0].code}, draft.case_id)


@kind("immediate-measure", of_case=True)
def immediate_measure(world: World, *, restricted: bool) -> Made:
    draft = world.obj("assessed-case", restricted)
    row = actions.add_immediate_measure(
        assessment=draft,
        text="Обеспечить продуктами.",
        responsible="Социальный работник",
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(row, {"pk": row.pk}, draft.case_id)


@kind("assessment", of_case=True)
def assessment(world: World, *, restricted: bool) -> Made:
    """Concluded, with a hard life situation found."""
    found = a_concluded(world.place, a_case_with_consent(world.place, now=world.now), now=world.now)
    world.team_up(found.case, restricted)
    return Made(found, {"pk": found.pk}, found.case_id)


@kind("planning-case", of_case=True)
def planning_case(world: World, *, restricted: bool) -> Made:
    found = world.obj("assessment", restricted)
    return Made(found.case, {"pk": found.case_id}, found.case_id)


@kind("need", of_case=True)
def need(world: World, *, restricted: bool) -> Made:
    found = world.obj("assessment", restricted)
    row = actions.add_need(
        case=found.case,
        sector=world.agency.sectors.all()[0],
        text="Место в детском саду.",
        priority="high",
        person=None,
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(row, {"pk": row.pk}, found.case_id)


ROWS = (
    page("assessment", "assessed-case", roles=READERS, own=WORKERS),
    page("assessment-start", "assessed-case", roles=WORKERS, methods="POST"),
    page("assessment-grounds", "assessed-case", roles=WORKERS, methods="GET POST"),
    page("assessment-immediate", "assessed-case", roles=WORKERS, methods="GET POST"),
    page("assessment-conclude", "assessed-case", roles=WORKERS, methods="GET POST"),
    page("assessment-section", "assessment-section", roles=WORKERS, methods="GET POST"),
    page("assessment-read", "assessment", roles=READERS, own=WORKERS),
    page("needs", "planning-case", roles=READERS, own=WORKERS, methods="GET POST"),
    page("need-remove", "need", roles=WORKERS, methods="POST"),
    page("immediate-remove", "immediate-measure", roles=WORKERS, methods="POST"),
    page("immediate-done", "immediate-measure", roles=WORKERS, methods="POST"),
)
