"""Pages of data protection: the paper for the person, lists for erasure, holds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cases.models import Case
from family_support.accounts.roles import WORKERS
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.protection.actions import give_data, place_hold
from family_support.protection.models import DataRequest, Disposal
from tests.access.matrix import ALL, Made, Role, kind, page
from tests.factories import a_case_with_consent

if TYPE_CHECKING:
    from tests.access.world import World

DIRECTOR = {Role.DIRECTOR}


@kind("data-request", of_case=True)
def data_request(world: World, *, restricted: bool) -> Made:
    found: Case = world.obj("case", restricted)
    member = found.members.select_related("person").get(relation="self")
    row = give_data(
        member=member, shown=DataRequest.Shown.ID_CARD, by=world.by(Role.CASEWORKER), now=world.now
    )
    return Made(row, {"pk": row.pk}, found.pk)


@kind("disposal")
def disposal(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        row, _new = Disposal.objects.get_or_create(
            center=world.center, confirmed_at=None, defaults={"proposed_at": world.now}
        )
    return Made(row, {"pk": row.pk})


@kind("confirmed-disposal")
def confirmed_disposal(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        row = Disposal.objects.create(
            center=world.center,
            proposed_at=world.now,
            confirmed_at=world.now,
            confirmed_by_id=world.by(Role.DIRECTOR).membership_id,
            erase_from=world.now + timedelta(days=7),
        )
    return Made(row, {"pk": row.pk})


@kind("hold", of_case=True)
def hold(world: World, *, restricted: bool) -> Made:
    case = world.team_up(a_case_with_consent(world.place, now=world.now), restricted)
    row = place_hold(case=case, reason="Запрос суда.", by=world.by(Role.DIRECTOR), now=world.now)
    return Made(row, {"pk": row.pk}, case.pk)


ROWS = (
    page("data-request-new", "member", roles=WORKERS, methods="GET POST"),
    page("data-request", "data-request", roles=WORKERS),
    page("data-request-pdf", "data-request", roles=WORKERS),
    page("disposals", roles=DIRECTOR),
    page("disposal-confirm", "disposal", roles=DIRECTOR, methods="GET POST", colleague=ALL, restricted=ALL),
    page(
        "disposal-take-back",
        "confirmed-disposal",
        roles=DIRECTOR,
        methods="POST",
        colleague=ALL,
        restricted=ALL,
    ),
    page("hold-new", "case", roles=DIRECTOR, methods="GET POST", colleague=ALL, restricted=ALL),
    page("hold-lift", "hold", roles=DIRECTOR, methods="POST", colleague=ALL, restricted=ALL),
)
