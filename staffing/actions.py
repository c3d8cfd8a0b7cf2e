"""What a Center records of its staffing: the executive body's table with its order, vehicles, the payroll fund."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Sum

from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Invalid, Messages
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.directory.models import Center
from staffing.constraints import FEWER_THAN_NAMED, FUND_TAKEN, TABLE_TAKEN, VEHICLE_TAKEN
from staffing.models import PayrollFund, PositionHolder, StaffingNorm, StaffingTable, StaffPosition, Vehicle
from staffing.permissions import check_can_keep
from staffing.rules import HolderData, PositionData, check_fund, check_holders, check_table, check_vehicle

T = TypeVar("T", StaffingTable, Vehicle, PayrollFund)


def record_table(
    *,
    center: Center,
    order_number: str,
    order_date: date,
    starts_on: date,
    positions: Sequence[PositionData],
    by: Actor,
    now: datetime,
) -> StaffingTable:
    """Record a staffing table that the executive body established by an order (R256 4); the last one keeps its days.

    Errors: Forbidden, Missing, Invalid; Conflict when another recorded one of that day in the same moment.
    """
    with acting(by):
        check_can_keep(by, center.pk)
        check_table(
            order_number=order_number,
            order_date=order_date,
            starts_on=starts_on,
            positions=positions,
            known=_known(),
            today=local_date(now),
        )
        _check_day_is_free(center.pk, starts_on)
        table = StaffingTable.objects.create(
            center=center,
            order_number=order_number.strip(),
            order_date=order_date,
            starts_on=starts_on,
            recorded_by_id=by.membership_id,
            recorded_at=now,
        )
        _write_positions(table, positions)
        _carry_people(table, local_date(now))
    return table


def change_table(
    *,
    table: StaffingTable,
    order_number: str,
    order_date: date,
    starts_on: date,
    positions: Sequence[PositionData],
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> StaffingTable:
    """Correct a table, or say who has come and gone: occupied units. The history keeps what was before.

    Errors: Forbidden, Missing, Invalid; Conflict when it is stale.
    """
    with acting(by):
        table = _lock(StaffingTable, table.pk)
        check_can_keep(by, table.center_id)
        check_version(table, expected_version)
        check_table(
            order_number=order_number,
            order_date=order_date,
            starts_on=starts_on,
            positions=positions,
            known=_known(),
            today=local_date(now),
        )
        if starts_on != table.starts_on:
            _check_day_is_free(table.center_id, starts_on)
        table.order_number, table.order_date = order_number.strip(), order_date
        table.starts_on = starts_on
        # The form began with the units of who still works there: who has left is named no longer.
        PositionHolder.objects.filter(position__table=table).over(local_date(now)).delete()
        _check_named(table, positions)
        _changed(table, by, now)
        _write_positions(table, positions)
    return table


def name_people(
    *,
    position: StaffPosition,
    holders: Sequence[HolderData],
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> StaffPosition:
    """Say who of the Center's people fills a position; together no more units than are occupied.

    Who has left is named no longer and their units are free. Errors: Forbidden, Missing, Invalid by field, Conflict
    when the table is stale.
    """
    with acting(by):
        table = _lock(StaffingTable, position.table_id)
        check_can_keep(by, table.center_id)
        check_version(table, expected_version)
        today = local_date(now)
        found = one(StaffPosition.objects.as_of(today), pk=position.pk)
        here = Membership.objects.active(today).of_center(table.center_id)
        check_holders(holders, found.working, set(here.values_list("pk", flat=True)))
        if found.occupied != found.working:
            found.occupied = found.working
            found.save(update_fields=("occupied",))
        wanted = {each.membership.pk: each.units for each in holders if each.membership}
        for row in found.holders.all():
            units = wanted.pop(row.membership_id, None)
            if units is None:
                row.delete()
            elif row.units != units:
                row.units = units
                row.save(update_fields=("units",))
        PositionHolder.objects.bulk_create(
            PositionHolder(position=found, membership_id=pk, units=units) for pk, units in wanted.items()
        )
        _changed(table, by, now)
        found.table = table
    return found


def _changed(table: StaffingTable, by: Actor, now: datetime) -> None:
    table.changed_at, table.changed_by_id = now, by.membership_id
    table.bump()
    table.save()


def _check_named(table: StaffingTable, positions: Sequence[PositionData]) -> None:
    """Raise Invalid on the occupied units of a position whose named people fill more."""
    given = {(each.code, each.title.strip()): each for each in positions}
    wrong: dict[str, Messages] = {}
    for row in table.positions.annotate(named=Sum("holders__units")).filter(named__isnull=False):
        each = given.get((row.code, row.title))
        if each is not None and each.occupied < row.named:
            wrong[f"occupied_{each.key}"] = FEWER_THAN_NAMED
        elif each is None:
            row.holders.all().delete()
    if wrong:
        raise Invalid(fields=wrong)


def _carry_people(table: StaffingTable, today: date) -> None:
    """Who filled a position by the table before fills it by the new one, as far as its occupied units go."""
    before = StaffingTable.objects.filter(center_id=table.center_id, starts_on__lt=table.starts_on)
    last = before.order_by("-starts_on").first()
    if last is None:
        return
    places = {(row.code, row.title): row for row in table.positions.all()}
    left = {row.pk: row.occupied for row in places.values()}
    rows = PositionHolder.objects.filter(position__table=last).working(today)
    carried = []
    for row in rows.select_related("position").order_by("pk"):
        place = places.get((row.position.code, row.position.title))
        if place is not None and row.units <= left[place.pk]:
            left[place.pk] -= row.units
            carried.append(PositionHolder(position=place, membership_id=row.membership_id, units=row.units))
    PositionHolder.objects.bulk_create(carried)


def add_vehicle(*, center: Center, label: str, starts_on: date, by: Actor, now: datetime) -> Vehicle:
    """A vehicle the Center has from a day on: a driver's unit more (annex, row 15).

    Errors: Forbidden, Missing, Invalid (one of that name is in use, too).
    """
    with acting(by):
        check_can_keep(by, center.pk)
        check_vehicle(label=label, starts_on=starts_on, ends_on=None, today=local_date(now))
        _check_label_is_free(center.pk, label)
        return Vehicle.objects.create(center=center, label=label.strip(), starts_on=starts_on)


def change_vehicle(
    *,
    vehicle: Vehicle,
    label: str,
    starts_on: date,
    ends_on: date | None,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Vehicle:
    """Correct a vehicle, or write it off with its last day. Errors: Forbidden, Missing, Invalid, Conflict."""
    with acting(by):
        vehicle = _lock(Vehicle, vehicle.pk)
        check_can_keep(by, vehicle.center_id)
        check_version(vehicle, expected_version)
        check_vehicle(label=label, starts_on=starts_on, ends_on=ends_on, today=local_date(now))
        if ends_on is None:
            _check_label_is_free(vehicle.center_id, label, but=vehicle.pk)
        vehicle.label, vehicle.starts_on, vehicle.ends_on = label.strip(), starts_on, ends_on
        vehicle.bump()
        vehicle.save()
    return vehicle


def record_fund(
    *,
    center: Center,
    amount: Decimal,
    starts_on: date,
    ends_on: date,
    order_number: str,
    order_date: date,
    by: Actor,
    now: datetime,
) -> PayrollFund:
    """The payroll fund of a period, by an order. Errors: Forbidden, Missing, Invalid."""
    with acting(by):
        check_can_keep(by, center.pk)
        given: dict[str, Any] = {
            "amount": amount,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "order_number": order_number.strip(),
            "order_date": order_date,
        }
        check_fund(**given, today=local_date(now))
        _check_period_is_free(center.pk, starts_on, ends_on)
        return PayrollFund.objects.create(
            center=center, **given, recorded_by_id=by.membership_id, recorded_at=now
        )


def change_fund(
    *,
    fund: PayrollFund,
    amount: Decimal,
    starts_on: date,
    ends_on: date,
    order_number: str,
    order_date: date,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> PayrollFund:
    """Correct a payroll fund. Errors: Forbidden, Missing, Invalid; Conflict when stale."""
    with acting(by):
        fund = _lock(PayrollFund, fund.pk)
        check_can_keep(by, fund.center_id)
        check_version(fund, expected_version)
        check_fund(
            amount=amount,
            starts_on=starts_on,
            ends_on=ends_on,
            order_number=order_number,
            order_date=order_date,
            today=local_date(now),
        )
        _check_period_is_free(fund.center_id, starts_on, ends_on, but=fund.pk)
        fund.amount, fund.starts_on, fund.ends_on = amount, starts_on, ends_on
        fund.order_number, fund.order_date = order_number.strip(), order_date
        fund.bump()
        fund.save()
    return fund


def _lock(model: type[T], pk: int) -> T:
    return one(model._default_manager.select_for_update(), pk=pk)


def _known() -> set[str]:
    """Codes of the annex, ever: a table older than a norm, or one that outlives it, keeps its positions."""
    return set(StaffingNorm.objects.values_list("code", flat=True))


def _check_day_is_free(center_id: int, starts_on: date) -> None:
    if StaffingTable.objects.filter(center_id=center_id, starts_on=starts_on).exists():
        raise Invalid(fields={"starts_on": TABLE_TAKEN})


def _check_label_is_free(center_id: int, label: str, but: int = 0) -> None:
    same = Vehicle.objects.filter(center_id=center_id, label=label.strip(), ends_on__isnull=True)
    if same.exclude(pk=but).exists():
        raise Invalid(fields={"label": VEHICLE_TAKEN})


def _check_period_is_free(center_id: int, starts_on: date, ends_on: date, but: int = 0) -> None:
    same = PayrollFund.objects.filter(center_id=center_id, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if same.exclude(pk=but).exists():
        raise Invalid(fields={"starts_on": FUND_TAKEN})


def _write_positions(table: StaffingTable, positions: Sequence[PositionData]) -> None:
    """Make the rows what was recorded; one that did not change is not written, so that the history stays true.

    A position no longer established keeps its row with no units, so that its history is found.
    """
    wanted = {(each.code, each.title.strip()): each for each in positions if each.units}
    for row in table.positions.all():
        given = wanted.pop((row.code, row.title), None)
        units, occupied = (given.units, given.occupied) if given else (Decimal(0), Decimal(0))
        if (row.units, row.occupied) != (units, occupied):
            row.units, row.occupied = units, occupied
            row.save(update_fields=("units", "occupied"))
    StaffPosition.objects.bulk_create(
        StaffPosition(table=table, code=code, title=title, units=each.units, occupied=each.occupied)
        for (code, title), each in wanted.items()
    )
