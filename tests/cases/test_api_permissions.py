"""What a program may do: send by its own door to any Center, read where that stands, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from cases.actions import (
    accept_transfer,
    close_case,
    propose_transfer,
    receive_intake,
    refuse_intake,
    register_intake,
    register_received,
    submit_intake,
    submit_signal,
    take_case,
)
from cases.actions.submissions import Call, Card
from cases.api.status import status_of
from cases.models import Case, FamilyCard, Intake, IntakeTransfer, Submission
from cases.permissions import can_register, can_send
from family_support.accounts.api.callers import InScope
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Forbidden, Missing
from tests.access.world import sign_in
from tests.factories import Place, a_center, a_district, actor_for, an_iin, an_intake, person_data
from tests.machines import Door, a_machine, actor_of

pytestmark = pytest.mark.django_db
MOMENT = clock.now() - timedelta(minutes=5)


@pytest.fixture
def place() -> Place:
    return a_center()


def given(place: Place, by: Actor, channel: str) -> dict[str, Any]:
    return {
        "center": place.center,
        "channel": channel,
        "form": Intake.Form.SYSTEM,
        "received_at": MOMENT,
        "said": "Нужна помощь.",
        "by": by,
        "now": clock.now(),
    }


@pytest.mark.parametrize("channel", Intake.Channel.values)
@pytest.mark.parametrize("door", Door.values)
def test_a_program_registers_by_its_own_door_only(place: Place, door: str, channel: str) -> None:
    by = actor_of(a_machine(door).machine)
    assert can_send(by, channel) == (door == channel)
    if door == channel:
        assert register_intake(**given(place, by, channel)).state == Intake.State.REGISTERED
        return
    with pytest.raises(Forbidden):
        register_intake(**given(place, by, channel))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MACHINE}))
def test_nobody_else_sends_as_a_program(role: Role) -> None:
    for channel in Intake.Channel.values:
        assert not can_send(Actor(user_id=1, membership_id=1, role=role, channel=channel), channel)
    assert not can_send(Actor(user_id=1, membership_id=1, role=Role.MACHINE), "")


@pytest.mark.parametrize("door", [True, False], ids=["own door", "another door"])
@pytest.mark.parametrize("scope", [True, False], ids=["in scope", "out of scope"])
def test_a_token_opens_what_both_its_scope_and_its_programs_door_are_for(door: bool, scope: bool) -> None:
    view = SimpleNamespace(scope="intakes", door=Door.CONTACT_CENTER)
    machine = SimpleNamespace(door=Door.CONTACT_CENTER if door else Door.STATE_SYSTEM)
    request: Any = SimpleNamespace(
        auth=SimpleNamespace(machine=machine, scopes=frozenset({"intakes" if scope else "signals"}))
    )
    if door and scope:
        assert InScope().has_permission(request, view)
        return
    with pytest.raises(Forbidden):
        InScope().has_permission(request, view)


def test_what_a_program_sent_it_reads_by_the_door_it_came_through(place: Place) -> None:
    machine = a_machine(Door.CONTACT_CENTER).machine
    by = actor_of(machine)
    intake = register_intake(**given(place, by, Intake.Channel.CONTACT_CENTER))
    with acting(SYSTEM):
        sent = Submission.objects.create(machine=machine, intake=intake, sent_at=clock.now())
    assert list(Submission.objects.visible_to(by)) == [sent]
    assert not Submission.objects.visible_to(replace(by, channel=Door.STATE_SYSTEM)).exists()


@pytest.mark.parametrize("door", Door.values)
def test_a_program_does_nothing_else(place: Place, door: str) -> None:
    by, now = actor_of(a_machine(door).machine), clock.now()
    assert not can_register(by)
    intake = an_intake(place)
    with pytest.raises(Forbidden):
        receive_intake(**given(place, by, door))
    with pytest.raises(Forbidden):
        register_received(intake=intake, by=by, now=now)
    with pytest.raises(Forbidden):
        refuse_intake(intake=intake, reason="Спам", by=by, now=now)
    with pytest.raises((Forbidden, Missing)):
        take_case(case=intake.case, by=by, now=now)


def test_a_program_submits_by_its_own_door_only(place: Place) -> None:
    center, system = a_machine().machine, a_machine(Door.STATE_SYSTEM).machine
    call = Call(
        center_code=place.center.code,
        received_at=MOMENT,
        said="Помощь",
        threat=False,
        violence=False,
        minor_at_risk=False,
    )
    card = Card(family_id="1", level="A", kato="719940000", card_date=clock.today(), members=[])
    with pytest.raises(Forbidden):
        submit_intake(machine=system, call=call, body={}, key="x", by=actor_of(system), now=clock.now())
    with pytest.raises(Forbidden):
        submit_signal(machine=center, card=card, by=actor_of(center), now=clock.now())


def test_a_program_sees_nothing_but_what_it_sent(place: Place) -> None:
    """Every model of ours that knows who may see it."""
    an_intake(place)
    by = actor_of(a_machine().machine)
    for model in apps.get_models():
        manager = model._default_manager
        own = (settings.BASE_DIR / model.__module__.split(".")[0]).is_dir()
        if own and hasattr(manager, "visible_to"):
            assert not manager.all().visible_to(by).exists(), model


def test_the_card_goes_along_to_another_center(client: Any) -> None:
    """The Center that takes the family over sees it, and knows the family by it."""
    district = a_district()
    district.kato = "719950000"
    district.save()
    first, second = a_center(district=district), a_center()
    system, iin, now = a_machine(Door.STATE_SYSTEM).machine, an_iin(), clock.now()
    card = Card(
        family_id="77",
        level="D",
        kato="719950000",
        card_date=clock.today(),
        members=[
            {"role": "head", "no_iin_reason": "unknown", "last_name": "Ким"},
            {"role": "spouse", "iin": iin},
        ],
    )
    submission = submit_signal(machine=system, card=card, by=actor_of(system), now=now)
    worker = first.by(Role.CASEWORKER, at=now)
    take_case(case=submission.intake.case, by=worker, now=now)
    transfer = propose_transfer(
        intake=submission.intake,
        to_center=second.center,
        ground=IntakeTransfer.Ground.values[0],
        reason="Семья переехала в другой район.",
        by=worker,
        now=now,
    )
    director = actor_for(second.people[Role.DIRECTOR], at=now)
    taken = accept_transfer(transfer=transfer, by=director, now=now)
    there = taken.new_intake
    page = sign_in(client, second.people[Role.DIRECTOR]).get(f"/intakes/{there.pk}/")
    assert page.context["card"] == submission.card
    again = register_intake(
        center=second.center,
        channel=Intake.Channel.SELF,
        form=Intake.Form.DESK,
        received_at=now,
        said="Просит помочь.",
        person=person_data(iin=iin),
        by=actor_for(second.people[Role.CASEWORKER], at=now),
        now=now,
    )
    assert again.case_id == there.case_id
    assert FamilyCard.objects.of_cases([there.case]).get() == submission.card

    def state() -> str:
        """What the sender hears: nothing of the way it went."""
        row = Submission.objects.visible_to(actor_of(system)).with_status().get()
        return str(status_of(row, now + timedelta(days=8))["state"])

    assert state() == "in_work"
    close_case(case=there.case, closing=Case.Closing.UNFOUNDED, note="Не подтвердилось.", by=SYSTEM, now=now)
    assert state() == "finished"
