"""A Center with a staffing table, and intakes of the first quarter of 2026 made in bulk: only their number counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from cases.models import Case, Intake
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from staffing import actions
from staffing.models import StaffingTable
from staffing.rules import PositionData
from tests.factories import Place

# Thursday 2 April 2026, 11:00 in Almaty: the first quarter of 2026 sets the band.
APRIL = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)
TODAY = date(2026, 4, 2)
MARCH = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
_number = count(1)

# What band A asks for with one vehicle, filled.
WHOLE = {
    "director": "1", "chief-accountant": "0.5", "head-of-unit": "2", "hr-inspector": "0.5",
    "procurement-manager": "0.5", "social-worker": "2", "psychologist": "2", "lawyer": "2",
    "media-specialist": "1", "prevention-specialist": "1", "driver": "1", "guard": "1",
    "social-work-specialist": "1.5", "case-manager": "2",
}  # fmt: skip


def positions(changes: Mapping[str, tuple[str, str]] | None = None) -> list[PositionData]:
    """The whole table, with (established, occupied) of some positions changed."""
    rows = {code: (units, units) for code, units in WHOLE.items()} | dict(changes or {})
    return [
        PositionData(Decimal(units), Decimal(occupied), code=code) for code, (units, occupied) in rows.items()
    ]


def table_data(**changes: Any) -> dict[str, Any]:
    """Arguments of `record_table` without Center, actor and moment."""
    return {
        "order_number": "А-17",
        "order_date": date(2025, 12, 25),
        "starts_on": date(2026, 1, 1),
        "positions": positions(),
        **changes,
    }


def a_table(place: Place, **changes: Any) -> StaffingTable:
    """A staffing table recorded by the director."""
    by = place.by(Role.DIRECTOR, at=APRIL)
    return actions.record_table(center=place.center, by=by, now=APRIL, **table_data(**changes))


def a_vehicle(place: Place, label: str = "Микроавтобус", starts_on: date = date(2026, 1, 1)) -> Any:
    by = place.by(Role.DIRECTOR, at=APRIL)
    return actions.add_vehicle(center=place.center, label=label, starts_on=starts_on, by=by, now=APRIL)


def some_intakes(place: Place, number: int, at: datetime = MARCH) -> None:
    """So many registered intakes, all of one case: neither people nor terms matter here."""
    with acting(SYSTEM):
        case = Case.objects.create(
            number=f"{place.center.code}-{next(_number)}", center=place.center, opened_at=at
        )
        # A row may only begin as received; what makes it count is the moment of its registration.
        Intake.objects.bulk_create(
            Intake(
                number=f"{place.center.code}-И-{next(_number)}",
                center=place.center,
                case=case,
                channel=Intake.Channel.SELF,
                form=Intake.Form.DESK,
                received_at=at - timedelta(minutes=1),
                registered_at=at,
                said="Просит помочь.",
            )
            for _each in range(number)
        )
