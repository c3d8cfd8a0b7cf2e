"""The staffing of the demo's Centers: tables with their orders, and gaps as real Centers have them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from family_support.accounts.roles import Role
from family_support.base.clock import local_date
from family_support.demo.stories import Setting
from family_support.demo.time import Story
from monitoring.quarters import Quarter
from staffing.actions import add_vehicle, change_table, name_people, record_fund, record_table
from staffing.models import StaffingTable
from staffing.rules import HolderData, PositionData

# (established, occupied) of a Center that keeps the norms of band A with one vehicle.
WHOLE = {
    "director": ("1", "1"),
    "chief-accountant": ("0.5", "0.5"),
    "head-of-unit": ("2", "2"),
    "hr-inspector": ("0.5", "0.5"),
    "procurement-manager": ("0.5", "0.5"),
    "social-worker": ("2", "2"),
    "psychologist": ("2", "2"),
    "lawyer": ("2", "2"),
    "media-specialist": ("1", "1"),
    "prevention-specialist": ("1", "1"),
    "driver": ("1", "1"),
    "guard": ("1", "1"),
    "cleaner": ("1", "1"),
    "yard-keeper": ("0.5", "0.5"),
    "social-work-specialist": ("1.5", "1.5"),
    "case-manager": ("2", "2"),
}
Units = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    """How a Center differs from the whole one."""

    first: Units
    changed: Units = field(default_factory=dict)
    vehicles: tuple[str, ...] = ("Микроавтобус для выездов",)
    fund: int = 62_400_000
    other: tuple[str, str, str] | None = None


CENTERS = {
    # A vacancy at the psychologist's, and social workers over the norm where specialists are missing.
    "AST01": Kept(
        {"psychologist": ("2", "1"), "social-worker": ("3", "3"), "social-work-specialist": ("1.5", "0.5")},
        {"psychologist": ("2", "1.5")},
        other=("Музыкальный терапевт", "0.5", "0.5"),
    ),
    # Established below the norm in three positions; two vehicles and one driver.
    "AST02": Kept(
        {"lawyer": ("1", "1"), "case-manager": ("1", "1"), "media-specialist": ("0.5", "0")},
        {"lawyer": ("1.5", "1")},
        vehicles=("Микроавтобус для выездов", "Легковой автомобиль"),
        fund=54_100_000,
    ),
    # Everything as the annex asks.
    "KAR01": Kept({}, vehicles=("Легковой автомобиль",), fund=66_900_000),
}  # the fourth Center has not recorded its table yet


def staffing_story(setting: Setting, first: Quarter) -> Story:
    """A Center records its table and fund at the beginning; in January the next fund, and who has come."""
    center = setting.staffed.center
    kept = CENTERS.get(center.code)
    if kept is None:
        return
    moment = setting.diary.at(first.first_day)
    yield moment
    table = _begin(setting, kept, first.first_day, moment)
    moment = setting.diary.at(date(first.year + 1, 1, 12))
    yield moment
    _fund(setting, kept, moment)
    if kept.changed:
        table = _correct(setting, kept, table, moment)
    _name_people(setting, table, moment)


def _begin(setting: Setting, kept: Kept, day: date, now: datetime) -> StaffingTable:
    center, director = setting.staffed.center, setting.actor(Role.DIRECTOR)
    for label in kept.vehicles:
        add_vehicle(center=center, label=label, starts_on=day, by=director, now=now)
    _fund(setting, kept, now)
    return record_table(
        center=center,
        order_number="А-25/3",
        order_date=day - timedelta(days=12),
        starts_on=day,
        positions=_positions(kept, {}),
        by=director,
        now=now,
    )


# Which role of the demo's people fills which position.
FILLED_BY = {
    "director": Role.DIRECTOR,
    "social-worker": Role.SOCIAL_WORKER,
    "psychologist": Role.PSYCHOLOGIST,
    "lawyer": Role.LAWYER,
    "case-manager": Role.CASEWORKER,
}


def _name_people(setting: Setting, table: StaffingTable, now: datetime) -> None:
    for position in table.positions.filter(code__in=FILLED_BY, occupied__gt=0):
        people = setting.staffed.people[FILLED_BY[position.code]][: int(position.occupied)]
        table = name_people(
            position=position,
            holders=[HolderData(person, Decimal(1), place) for place, person in enumerate(people, 1)],
            expected_version=table.version,
            by=setting.actor(Role.DIRECTOR),
            now=now,
        ).table


def _correct(setting: Setting, kept: Kept, table: StaffingTable, now: datetime) -> StaffingTable:
    return change_table(
        table=table,
        order_number=table.order_number,
        order_date=table.order_date,
        starts_on=table.starts_on,
        positions=_positions(kept, kept.changed),
        expected_version=table.version,
        by=setting.actor(Role.DIRECTOR),
        now=now,
    )


def _fund(setting: Setting, kept: Kept, now: datetime) -> None:
    year = local_date(now).year
    record_fund(
        center=setting.staffed.center,
        amount=Decimal(kept.fund) + Decimal(1_800_000) * (year % 10),
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
        order_number=f"Б-{year % 100}/4",
        order_date=date(year, 1, 1) - timedelta(days=12),
        by=setting.actor(Role.DIRECTOR),
        now=now,
    )


def _positions(kept: Kept, changed: Units) -> list[PositionData]:
    rows = [
        PositionData(Decimal(units), Decimal(occupied), code=code)
        for code, (units, occupied) in {**WHOLE, **kept.first, **changed}.items()
    ]
    if kept.other:
        title, units, occupied = kept.other
        rows.append(PositionData(Decimal(units), Decimal(occupied), title=title, place=1))
    return rows
