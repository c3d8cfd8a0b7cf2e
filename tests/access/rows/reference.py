"""Pages of the reference data: read in Centers and the ministry, changed by the ministry's editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.deadlines.models import Recount
from family_support.directory.models import StateService
from tests.access.matrix import ALL, CENTER_ROLES, MINISTRY_ROLES, Made, Role, kind, page

if TYPE_CHECKING:
    from tests.access.world import World

READERS = CENTER_ROLES | MINISTRY_ROLES | {Role.SYSTEM_ADMIN}
EDITORS = {Role.MINISTRY_EDITOR}
SHARED = {"colleague": ALL, "foreign": ALL}


@kind("reference-list", absent={"slug": "nothing"})
def reference_list(world: World, *, restricted: bool) -> Made | None:
    return None if restricted else Made(None, {"slug": "services"})


@kind("reference-row", absent={"slug": "services", "pk": 999_999_999})
def reference_row(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    row = StateService.objects.order_by("pk").first()
    assert row is not None
    return Made(row, {"slug": "services", "pk": row.pk})


@kind("recount")
def recount(world: World, *, restricted: bool) -> Made | None:
    """That of a Center's hours: the director's own, and the ministry's editor sees every one."""
    if restricted:
        return None
    with acting(SYSTEM):
        row = Recount.objects.create(
            version=999,
            note="№ 1",
            center=world.center,
            first_day=world.today,
            last_day=world.today,
            started_at=world.now,
            finished_at=world.now,
        )
    return Made(row, {"pk": row.pk})


ROWS = (
    page("calendar", roles=READERS),
    page("calendar-change", roles=EDITORS, methods="GET POST"),
    page("calendar-recount", "recount", roles=EDITORS | {Role.DIRECTOR}, colleague={Role.DIRECTOR}),
    page("center-hours", "center", roles={Role.DIRECTOR}, colleague=ALL, methods="GET POST"),
    page("reference", roles=READERS),
    page("reference-list", "reference-list", roles=READERS, **SHARED),
    page("reference-sheet", "reference-list", roles=READERS, **SHARED),
    page("reference-add", "reference-list", roles=EDITORS, methods="GET POST"),
    page("reference-row", "reference-row", roles=READERS, **SHARED),
    page("reference-change", "reference-row", roles=EDITORS, methods="GET POST"),
    page("reference-end", "reference-row", roles=EDITORS, methods="GET POST"),
    page("reference-correct", "reference-row", roles=EDITORS, methods="GET POST"),
    page("reference-cancel", "reference-row", roles=EDITORS, methods="GET POST"),
)
