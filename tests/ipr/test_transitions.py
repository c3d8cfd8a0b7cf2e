"""Every state of a version × every step × every role of the Center, computed over the enums (states.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from family_support.accounts.roles import CENTER_ROLES, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Missing
from family_support.base.states import database_transitions, machine_initial, machine_transitions
from ipr import actions
from ipr.models import FamilyMeasure, Plan, PlanVersion
from tests.factories import NOON, Place, a_center, a_membership, actor_for
from tests.plans import IN_STATE, a_scan, a_submitted, anew, applicant

pytestmark = pytest.mark.django_db

State = PlanVersion.State
REASON = "Достаточно подробная причина."
Step = Callable[[PlanVersion, Actor, Place], Any]


def _sign(version: PlanVersion, by: Actor, place: Place) -> Any:
    return actions.record_signature(
        version=version,
        party="family",
        person=applicant(version.plan.case),
        signed_on=NOON.date(),
        upload=a_scan(),
        by=by,
        now=NOON,
    )


def _with(action: Callable[..., Any], **more: Any) -> Step:
    def step(version: PlanVersion, by: Actor, place: Place) -> Any:
        return action(version=version, expected_version=version.version, by=by, now=NOON, **more)

    return step


LEADING = frozenset({Role.CASEWORKER})
DIRECTING = frozenset({Role.DIRECTOR})
# Step -> (who, from which states).
STEPS: dict[str, tuple[Step, frozenset[Role], frozenset[str]]] = {
    "change": (
        _with(actions.change_version, starts_on=None, ends_on=None, goal="Цель"),
        WORKERS,
        frozenset({State.DRAFT}),
    ),
    "freeze": (_with(actions.freeze_version), LEADING, frozenset({State.DRAFT})),
    "thaw": (_with(actions.thaw_version, reason=REASON), LEADING, frozenset({State.SIGNING})),
    "sign": (_sign, LEADING, frozenset({State.SIGNING})),
    "approve": (_with(actions.approve_plan), DIRECTING, frozenset({State.SUBMITTED})),
    "return": (_with(actions.return_plan, reason=REASON), DIRECTING, frozenset({State.SUBMITTED})),
    "rework": (_with(actions.rework_plan), LEADING, frozenset({State.RETURNED})),
    "discard": (
        _with(actions.discard_version, reason=REASON),
        LEADING,
        frozenset({State.DRAFT, State.RETURNED}),
    ),
    "amend": (
        lambda version, by, place: actions.amend_plan(plan=version.plan, by=by, now=NOON),
        LEADING,
        frozenset({State.APPROVED, State.SUPERSEDED}),
    ),
}


def outcome(step: Step, version: PlanVersion, by: Actor, place: Place) -> type[AppError] | None:
    """What a step answers; nothing of it stays."""
    try:
        with transaction.atomic():
            step(version, by, place)
            transaction.set_rollback(True)
    except AppError as error:
        return type(error)
    return None


@pytest.fixture(scope="module", params=State.values)
def standing(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[str, Place, PlanVersion]]:
    """A version in each state: the whole way there is walked once for all that is tried on it."""
    with django_db_blocker.unblock(), transaction.atomic():
        place = a_center()
        yield request.param, place, IN_STATE[request.param](place)
        transaction.set_rollback(True)


def test_every_step_of_every_role(standing: tuple[str, Place, PlanVersion]) -> None:
    state, place, version = standing
    everybody = {role: place.by(role) for role in CENTER_ROLES}
    assert set(IN_STATE) == set(State.values)
    for name, (step, who, sources) in STEPS.items():
        for role, by in everybody.items():
            found = outcome(step, anew(version), by, place)
            if role not in who:
                assert found in (Missing, Forbidden), f"{name} by {role} in {state}: {found}"
            elif role in WORKERS and role != Role.CASEWORKER:
                assert found is Missing, f"{name} by {role}, who is not of the team, in {state}: {found}"
            elif state in sources:
                assert found is None, f"{name} by {role} in {state}: {found}"
            else:
                assert found is Conflict, f"{name} by {role} in {state}: {found}"


@pytest.mark.parametrize("name", ["approve", "return"])
def test_another_center_does_not_decide(name: str) -> None:
    version = a_submitted(a_center())
    stranger = a_center()
    assert outcome(STEPS[name][0], version, stranger.by(Role.DIRECTOR), stranger) is Missing


def test_the_database_knows_the_same_steps() -> None:
    for model, field in ((Plan, "state"), (PlanVersion, "state"), (FamilyMeasure, "state")):
        steps, initial = database_transitions(model, field)
        assert steps == machine_transitions(model, field), model
        assert machine_initial(model, field) in initial


def test_raw_sql_is_held_to_the_steps(standing: tuple[str, Place, PlanVersion]) -> None:
    state, _place, version = standing
    allowed = {target for source, target in machine_transitions(PlanVersion, "state") if source == state}
    for target in set(State.values) - allowed - {state}:
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanVersion.objects.filter(pk=version.pk).update(state=target)


def test_only_one_membership_of_another_person_of_the_team_leads() -> None:
    """A psychologist of the team draws up but does not freeze."""
    from cases.actions import add_to_team

    place = a_center()
    version = IN_STATE["draft"](place)
    psychologist = a_membership(Role.PSYCHOLOGIST, center=place.center)
    add_to_team(case=version.plan.case, membership=psychologist, by=place.by(), now=NOON)
    by = actor_for(psychologist)
    assert outcome(STEPS["change"][0], anew(version), by, place) is None
    assert outcome(STEPS["freeze"][0], anew(version), by, place) is Forbidden
