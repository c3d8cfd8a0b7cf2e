"""Endpoints for programs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from cases.actions import Call, Card, submit_intake, submit_signal
from family_support.accounts.models import MachineClient
from tests.access.matrix import PUBLIC, Made, endpoint, kind, page
from tests.machines import actor_of

if TYPE_CHECKING:
    from tests.access.world import World

Door = MachineClient.Door
ABSENT = {"public_id": str(uuid.UUID(int=7))}


@kind("submission", absent=ABSENT)
def submission(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    machine = world.machine(Door.CONTACT_CENTER)
    call = Call(
        center_code=world.center.code,
        received_at=world.now,
        said="Матрица",
        threat=False,
        violence=False,
        minor_at_risk=False,
    )
    found = submit_intake(
        machine=machine, call=call, body={}, key=uuid.uuid4(), by=actor_of(machine), now=world.now
    )
    return Made(found, {"public_id": str(found.public_id)})


@kind("signal", absent=ABSENT)
def signal(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    machine = world.machine(Door.STATE_SYSTEM)
    world.district.kato = "719990000"
    world.district.save()
    card = Card(
        family_id="matrix",
        level="C",
        kato="719990000",
        card_date=date(2026, 1, 5),
        members=[{"no_iin_reason": "unknown", "role": "child"}],
    )
    found = submit_signal(machine=machine, card=card, by=actor_of(machine), now=world.now)
    return Made(found, {"public_id": str(found.public_id)})


ROWS = (
    page("api-schema", roles=PUBLIC),
    endpoint("api-intakes", door=Door.CONTACT_CENTER, methods="GET POST"),
    endpoint("api-intake", "submission", door=Door.CONTACT_CENTER),
    endpoint("api-intake-attachments", "submission", door=Door.CONTACT_CENTER, methods="POST"),
    endpoint("api-signals", door=Door.STATE_SYSTEM, methods="POST"),
    endpoint("api-signal", "signal", door=Door.STATE_SYSTEM),
)
