"""Pages of signs of violence, places, stays and the notices about minors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.actions import note_violence, record_consultation
from cases.models import Consultation
from family_support.accounts.roles import WORKERS
from shelter.models import Stay
from tests.access.matrix import ALL, Made, Role, kind, page
from tests.factories import a_case_with_consent, fresh
from tests.shelter.samples import a_place, a_reserved, a_resident, with_child

if TYPE_CHECKING:
    from tests.access.world import World

DIRECTOR = {Role.DIRECTOR}
DECIDING = WORKERS | DIRECTOR


@kind("violence", of_case=True)
def violence(world: World, *, restricted: bool) -> Made | None:
    """Noting restricts: there is no ordinary case with a record, so the team's people are named one by one."""
    case = world.team_up(a_case_with_consent(world.place, now=world.now), False)
    found = note_violence(case=case, signs="Синяки.", by=world.by(Role.CASEWORKER), now=world.now)
    record_consultation(
        case=fresh(case),
        kind=Consultation.Kind.REDIRECTION,
        reason="Для выявления.",
        agency=world.agency,
        held_at=world.now,
        special_services=True,
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(found, {"pk": found.pk}, case.pk)


def _made(stay: Stay) -> Made:
    return Made(stay, {"pk": stay.pk}, stay.case_id)


@kind("reserved-stay", of_case=True)
def reserved_stay(world: World, *, restricted: bool) -> Made:
    case = world.team_up(a_case_with_consent(world.place, now=world.now), False)
    return _made(a_reserved(world.place, case, now=world.now))


@kind("resident-stay", of_case=True)
def resident_stay(world: World, *, restricted: bool) -> Made:
    case = world.team_up(a_case_with_consent(world.place, now=world.now), False)
    return _made(a_resident(world.place, case, now=world.now))


@kind("minor-notice", of_case=True)
def minor_notice(world: World, *, restricted: bool) -> Made:
    stay = with_child(world.place, now=world.now)
    world.team_up(stay.case, False)
    notice = stay.notices.get(kind="guardianship")
    return Made(notice, {"pk": notice.pk}, stay.case_id)


@kind("shelter-place")
def shelter_place(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    place = a_place(world.place)
    return Made(place, {"pk": place.pk})


@kind("shelter-house")
def shelter_house(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    house = world.obj("shelter-place").shelter
    return Made(house, {"pk": house.pk})


# Placed and noted cases are restricted: of the team only the lead reads without a named grant.
LEAD = {Role.CASEWORKER}

ROWS = (
    page("case-violence", "case", roles=DECIDING, own=WORKERS),
    page("violence-note", "case", roles=WORKERS, methods="GET POST"),
    page("violence-result", "violence", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("violence-support", "violence", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("shelter-board", roles=DECIDING),
    page("stay-list", roles=DECIDING),
    page("shelter-places", roles=DIRECTOR),
    page("shelter-new", roles=DIRECTOR, methods="GET POST"),
    page("shelter-change", "shelter-house", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("shelter-place-new", roles=DIRECTOR, methods="GET POST"),
    page("shelter-place-change", "shelter-place", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("case-stay", "case", roles=DECIDING, own=WORKERS),
    page("stay-reserve", "case", roles=WORKERS, methods="GET POST"),
    page(
        "stay",
        "resident-stay",
        roles=DECIDING,
        own=LEAD | DIRECTOR,
        colleague=DIRECTOR,
        restricted=DIRECTOR,
        get=(200, 302),
    ),
    page("stay-check-in", "reserved-stay", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("stay-cancel", "reserved-stay", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("stay-minor", "resident-stay", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("stay-exit-plan", "resident-stay", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("stay-check-out", "resident-stay", roles=WORKERS, own=LEAD, methods="GET POST"),
    page(
        "stay-allow",
        "reserved-stay",
        roles=DIRECTOR,
        colleague=ALL,
        restricted=ALL,
        methods="GET POST",
    ),
    page(
        "stay-overstay",
        "resident-stay",
        roles=DIRECTOR,
        colleague=ALL,
        restricted=ALL,
        methods="GET POST",
    ),
    page("minor-notice", "minor-notice", roles=DECIDING, own=LEAD),
    page("minor-notice-print", "minor-notice", roles=DECIDING, own=LEAD),
    page("minor-notice-send", "minor-notice", roles=WORKERS, own=LEAD, methods="GET POST"),
    page("minor-notice-answer", "minor-notice", roles=WORKERS, own=LEAD, methods="GET POST"),
)
