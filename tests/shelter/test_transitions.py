"""Every state × every act × every role of stays and notices, computed over the enums (states.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from family_support.accounts.roles import CENTER_ROLES, Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import AppError
from family_support.base.states import database_transitions, machine_transitions
from family_support.directory.models import Agency
from shelter import actions
from shelter.models import MinorNotice, Stay
from tests.cases.undoing import undone
from tests.factories import NOON, Place, a_center, an_agency
from tests.plans import a_scan
from tests.shelter.samples import LATER, a_notice, application, in_state

pytestmark = pytest.mark.django_db
StayState, NoticeState = Stay.State, MinorNotice.State
Act = tuple[Callable[..., Any], set[str], str]

STAY_ACTS: dict[str, Act] = {
    "check_in": (
        lambda stay, by: actions.check_in(
            stay=stay, admitted_at=LATER, basis=application(LATER), scan=a_scan(), by=by, now=LATER
        ),
        {StayState.RESERVED},
        StayState.RESIDENT,
    ),
    "cancel": (
        lambda stay, by: actions.cancel_reservation(stay=stay, reason="Не приехала.", by=by, now=LATER),
        {StayState.RESERVED},
        StayState.CANCELLED,
    ),
    "exit_plan": (
        lambda stay, by: actions.write_exit_plan(
            stay=stay, exit_going="rented", exit_plan="Квартира.", by=by, now=LATER
        ),
        {StayState.RESIDENT},
        StayState.RESIDENT,
    ),
    "check_out": (
        lambda stay, by: actions.check_out(
            stay=stay, checked_out_at=LATER, going="rented", leaving="housed", by=by, now=LATER
        ),
        {StayState.RESIDENT},
        StayState.CHECKED_OUT,
    ),
}
NOTICE_ACTS: dict[str, Act] = {
    "send": (
        lambda notice, by: actions.send_notice(
            notice=notice,
            agency=Agency.objects.filter(sectors__code="police").first() or an_agency("police"),
            way="hand",
            sent_at=LATER,
            proof=a_scan(),
            by=by,
            now=LATER,
        ),
        {NoticeState.DUE},
        NoticeState.SENT,
    ),
    "receive": (
        lambda notice, by: actions.receive_notice(notice=notice, received_on=LATER.date(), by=by, now=LATER),
        {NoticeState.SENT},
        NoticeState.RECEIVED,
    ),
    "register": (
        lambda notice, by: actions.register_notice(
            notice=notice, registration_number="7", registered_on=LATER.date(), by=by, now=LATER
        ),
        {NoticeState.RECEIVED},
        NoticeState.REGISTERED,
    ),
}


def outcome(act: Callable[..., Any], thing: Any, by: Actor) -> str:
    with undone():
        try:
            found = str(act(thing, by).state)
        except AppError as error:
            found = type(error).__name__
    thing.refresh_from_db()
    return found


def table(setting: Place, acts: dict[str, Act], thing: Any, state: str) -> tuple[dict, dict]:
    """What was found and what is expected, by act and role: the lead's case is restricted, so others see nothing."""
    found, expected = {}, {}
    for name, (act, sources, target) in acts.items():
        for role in sorted(CENTER_ROLES):
            found[name, role.value] = outcome(act, thing, setting.by(role))
            if role == Role.CASEWORKER:
                expected[name, role.value] = str(target) if state in sources else "Conflict"
            elif role == Role.DIRECTOR:
                # The director sees the restricted case listed: the function is closed to the role.
                expected[name, role.value] = "Forbidden"
            else:
                expected[name, role.value] = "Missing"
    return found, expected


@pytest.fixture(scope="module", params=StayState.values)
def standing(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[str, Place, Stay]]:
    """A stay in each state: the way there is walked once for all that is tried on it."""
    with django_db_blocker.unblock(), clock.at(NOON), transaction.atomic():
        setting = a_center()
        yield request.param, setting, in_state(setting, request.param)
        transaction.set_rollback(True)


def test_stays(standing: tuple[str, Place, Stay]) -> None:
    state, setting, stay = standing
    found, expected = table(setting, STAY_ACTS, stay, state)
    assert found == expected


@pytest.mark.parametrize("state", NoticeState.values)
def test_notices(setting: Place, state: str) -> None:
    found, expected = table(setting, NOTICE_ACTS, a_notice(setting, state), state)
    assert found == expected


@pytest.mark.parametrize(("model", "acts"), [(Stay, STAY_ACTS), (MinorNotice, NOTICE_ACTS)])
def test_code_and_database_know_these_steps_only(model: Any, acts: dict[str, Act]) -> None:
    declared = sorted(
        {
            (str(source), str(target))
            for _act, sources, target in acts.values()
            for source in sources
            if source != target
        }
    )
    assert machine_transitions(model, "state") == declared
    assert database_transitions(model, "state")[0] == declared


def test_the_director_s_decisions(standing: tuple[str, Place, Stay]) -> None:
    """Neither a new episode nor a longer stay waits for a reason here: the director alone learns so."""
    _state, setting, stay = standing
    found = {}
    for role in sorted(CENTER_ROLES):
        for name, act in (("allow", actions.allow_new_stay), ("overstay", actions.explain_overstay)):
            found[name, role] = outcome(
                lambda thing, by, act=act: act(stay=thing, reason="Причина.", by=by, now=LATER),
                stay,
                setting.by(role),
            )
    assert {key for key, value in found.items() if value == "Conflict"} == {
        ("allow", Role.DIRECTOR),
        ("overstay", Role.DIRECTOR),
    }
    assert set(found.values()) == {"Conflict", "Forbidden", "Missing"}
