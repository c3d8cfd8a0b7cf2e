"""The doors of an intake: the journal, a body's inbox, transfers to another Center."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.actions import propose_transfer, send_to_center
from cases.actions.people import PersonData
from family_support.accounts.roles import UNIT_HEADS, WORKERS
from tests.access.matrix import ALL, PUBLIC, Made, Role, kind, page
from tests.factories import a_case, a_center, actor_for

if TYPE_CHECKING:
    from tests.access.world import World

LISTING = WORKERS | UNIT_HEADS | {Role.DIRECTOR, Role.INTAKE_CLERK}
DIRECTOR = {Role.DIRECTOR}
OFFICER = {Role.AGENCY_OFFICER}
OTHERS = WORKERS - {Role.CASEWORKER}


@kind("fresh-intake", of_case=True)
def fresh_intake(world: World, *, restricted: bool) -> Made:
    """Registered a moment ago and not answered."""
    found = world.team_up(a_case(world.place, now=world.now), restricted)
    row = found.intakes.get()
    return Made(row, {"pk": row.pk}, found.pk)


@kind("transfer", of_case=True)
def transfer(world: World, *, restricted: bool) -> Made:
    """Offered by Center A to a third one."""
    found = world.team_up(a_case(world.place, now=world.now), restricted)
    row = propose_transfer(
        intake=found.intakes.get(),
        to_center=a_center().center,
        ground="moved",
        reason="Семья переехала в район этого Центра.",
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(row, {"pk": row.pk}, found.pk)


@kind("offer")
def offer(world: World, *, restricted: bool) -> Made:
    """Offered to Center A by a third one."""
    other = a_center()
    found = a_case(other, now=world.now)
    row = propose_transfer(
        intake=found.intakes.get(),
        to_center=world.center,
        ground="lives_there",
        reason="Семья живёт в районе этого Центра.",
        by=actor_for(other.people[Role.CASEWORKER], at=world.now),
        now=world.now,
    )
    return Made(row, {"pk": row.pk}, found.pk)


@kind("sent")
def sent(world: World, *, restricted: bool) -> Made:
    row = send_to_center(
        person=PersonData(last_name="Тестова", no_iin_reason="unknown"),
        said="Ребёнок не посещает школу.",
        by=world.by(Role.AGENCY_OFFICER),
        now=world.now,
    )
    return Made(row, {"pk": row.pk})


ROWS = (
    page("ask", roles=PUBLIC, methods="GET POST"),
    page("ask-status", roles=PUBLIC, methods="GET POST"),
    page("ask-file", roles=PUBLIC, methods="GET POST"),
    page("intake-list", roles=LISTING),
    page("intake-draft", roles=WORKERS | {Role.INTAKE_CLERK}, methods="POST"),
    page("intake-draft-drop", roles=WORKERS | {Role.INTAKE_CLERK}, methods="POST"),
    page("transfer-propose", "fresh-intake", roles=WORKERS, methods="GET POST", refused=OTHERS),
    page("transfer", "transfer", roles=LISTING, colleague=ALL, restricted=DIRECTOR),
    page("transfer-accept", "offer", roles=DIRECTOR, colleague=ALL, methods="POST"),
    page("transfer-decline", "offer", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page(
        "transfer-withdraw",
        "transfer",
        roles=WORKERS | DIRECTOR,
        colleague=DIRECTOR,
        restricted=DIRECTOR,
        methods="POST",
        refused=OTHERS,
    ),
    page("sent-list", roles=OFFICER),
    page("sent-new", roles=OFFICER, methods="GET POST"),
    page("sent", "sent", roles=OFFICER, colleague=ALL),
)
