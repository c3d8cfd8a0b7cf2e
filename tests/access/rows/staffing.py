"""Pages of staffing: a Center's, the load, the ministry's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from family_support.accounts.roles import METHODOLOGY, UNIT_HEADS, WORKERS
from staffing import actions
from staffing.rules import PositionData
from tests.access.matrix import ALL, Made, Role, kind, page

if TYPE_CHECKING:
    from tests.access.world import World

KEEPERS = METHODOLOGY | {Role.DIRECTOR}
READERS = KEEPERS | {Role.HEAD_ACCOMPANIMENT}
ANALYST = {Role.MINISTRY_ANALYST}


@kind("staffing-table")
def staffing_table(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    row = actions.record_table(
        center=world.center,
        order_number="А-17",
        order_date=world.today,
        starts_on=world.today,
        positions=[PositionData(Decimal(2), Decimal("1.5"), code="psychologist")],
        by=world.by(Role.DIRECTOR),
        now=world.now,
    )
    return Made(row, {"pk": row.pk})


@kind("staff-position")
def staff_position(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    row = world.obj("staffing-table").positions.get()
    return Made(row, {"pk": row.pk})


@kind("vehicle")
def vehicle(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    row = actions.add_vehicle(
        center=world.center,
        label="Микроавтобус",
        starts_on=world.today,
        by=world.by(Role.DIRECTOR),
        now=world.now,
    )
    return Made(row, {"pk": row.pk})


@kind("payroll-fund")
def payroll_fund(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    row = actions.record_fund(
        center=world.center,
        amount=Decimal(48_500_000),
        starts_on=world.today,
        ends_on=world.today + timedelta(days=90),
        order_number="А-17",
        order_date=world.today,
        by=world.by(Role.DIRECTOR),
        now=world.now,
    )
    return Made(row, {"pk": row.pk})


@kind("staffed-center")
def staffed_center(world: World, *, restricted: bool) -> Made | None:
    return None if restricted else Made(world.center, {"pk": world.center.pk})


ROWS = (
    page("staffing", roles=READERS),
    page("staffing-pdf", roles=READERS),
    page("staffing-xlsx", roles=READERS),
    page("staffing-table-new", roles=KEEPERS, methods="GET POST"),
    page("staffing-table", "staffing-table", roles=READERS, colleague=ALL),
    page("staffing-table-change", "staffing-table", roles=KEEPERS, colleague=ALL, methods="GET POST"),
    page("staffing-position-people", "staff-position", roles=KEEPERS, colleague=ALL, methods="GET POST"),
    page("staffing-vehicle-new", roles=KEEPERS, methods="GET POST"),
    page("staffing-vehicle-change", "vehicle", roles=KEEPERS, colleague=ALL, methods="GET POST"),
    page("staffing-fund-new", roles=KEEPERS, methods="GET POST"),
    page("staffing-fund-change", "payroll-fund", roles=KEEPERS, colleague=ALL, methods="GET POST"),
    page("staffing-load", roles=UNIT_HEADS | {Role.DIRECTOR}),
    page("own-load", roles=WORKERS),
    page("country-staffing", roles=ANALYST),
    page("country-staffing-pdf", roles=ANALYST),
    page("country-staffing-xlsx", roles=ANALYST),
    page("country-staffing-center", "staffed-center", roles=ANALYST),
)
