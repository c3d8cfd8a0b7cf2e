"""Recording a table, vehicles and the fund: who may, what is refused in which words, what the history keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from family_support.accounts.models import ActingDirector
from family_support.accounts.roles import CENTER_ROLES, METHODOLOGY, Role
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base.actor import SYSTEM, Actor
from family_support.base.database_errors import registered_constraints
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from staffing import actions
from staffing.models import PayrollFund, StaffingTable, StaffPosition, Vehicle
from staffing.rules import PositionData
from tests.factories import Place, a_center, a_membership, actor_for
from tests.staffing.samples import APRIL, TODAY, a_table, a_vehicle, positions, table_data

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Messages are compared as the code writes them."""
    with translation.override("en"):
        yield


@pytest.fixture
def place() -> Place:
    return a_center()


def the_fund(place: Place, by: Actor | None = None, **changes: Any) -> PayrollFund:
    data = {
        "amount": Decimal("48500000"),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "order_number": "Б-4",
        "order_date": date(2025, 12, 20),
        **changes,
    }
    by = by or place.by(Role.DIRECTOR, at=APRIL)
    return actions.record_fund(center=place.center, by=by, now=APRIL, **data)


def each_action(place: Place) -> dict[str, Callable[[Actor], object]]:
    """Every action on this Center, by name, as a function of who acts."""
    table, vehicle, fund = a_table(place), a_vehicle(place), the_fund(place)
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    order = {"order_number": "7", "order_date": date(2026, 1, 1)}
    common = {"now": APRIL}
    return {
        "record_table": lambda by: actions.record_table(
            center=place.center, by=by, **common, **table_data(starts_on=date(2026, 2, 1))
        ),
        "change_table": lambda by: actions.change_table(
            table=table, expected_version=1, by=by, **common, **table_data()
        ),
        "add_vehicle": lambda by: actions.add_vehicle(
            center=place.center, label="Второй", starts_on=TODAY, by=by, **common
        ),
        "change_vehicle": lambda by: actions.change_vehicle(
            vehicle=vehicle,
            label="Первый",
            starts_on=TODAY,
            ends_on=None,
            expected_version=1,
            by=by,
            **common,
        ),
        "record_fund": lambda by: actions.record_fund(
            center=place.center,
            amount=Decimal(5),
            starts_on=date(2027, 1, 1),
            ends_on=date(2027, 3, 1),
            order_number="7",
            order_date=date(2026, 4, 1),
            by=by,
            **common,
        ),
        "change_fund": lambda by: actions.change_fund(
            fund=fund, amount=Decimal(5), **period, **order, expected_version=1, by=by, **common
        ),
    }


ACTIONS = ("record_table", "change_table", "add_vehicle", "change_vehicle", "record_fund", "change_fund")


@pytest.mark.parametrize("name", ACTIONS)
def test_who_may(place: Place, name: str) -> None:
    """Every role of the own Center, and the director of another one."""
    run = each_action(place)[name]
    answers = {}
    for role in sorted(CENTER_ROLES):
        try:
            with transaction.atomic():
                run(place.by(role, at=APRIL))
                answers[role] = "done"
                transaction.set_rollback(True)
        except Forbidden:
            answers[role] = "forbidden"
    assert {role for role, answer in answers.items() if answer == "done"} == METHODOLOGY | {Role.DIRECTOR}
    with pytest.raises(Missing):
        run(a_center().by(Role.DIRECTOR, at=APRIL))
    with pytest.raises(Forbidden):
        run(actor_for(a_membership(Role.MINISTRY_ANALYST), at=APRIL))


def test_the_acting_director_may(place: Place) -> None:
    worker = place.people[Role.CASEWORKER]
    with acting(SYSTEM):
        ActingDirector.objects.create(
            center=place.center,
            membership=worker,
            order_number="1",
            order_date=TODAY,
            starts_on=TODAY,
            ends_on=TODAY,
        )
    a_vehicle(place)
    by = actor_for(worker, at=APRIL)
    table = actions.record_table(center=place.center, by=by, now=APRIL, **table_data())
    assert table.recorded_by_id == worker.pk


def unit(
    code: str = "psychologist", units: str = "1", occupied: str = "1", **more: Any
) -> list[PositionData]:
    return [PositionData(Decimal(units), Decimal(occupied), code=code, **more)]


def other(title: str, units: str = "1", place: int = 1) -> PositionData:
    return PositionData(Decimal(units), Decimal(0), title=title, place=place)


BAD_TABLES: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"order_number": "  "}, "order_number", "Type the number of the order."),
    ({"order_date": TOMORROW, "starts_on": TOMORROW}, "order_date", "The order’s date is in the future."),
    (
        {"order_date": date(1985, 1, 1), "starts_on": date(1985, 1, 1)},
        "order_date",
        "There was no Center before 2020: check the year.",
    ),
    ({"starts_on": date(2027, 1, 1)}, "starts_on", "A staffing table begins within a year of its order."),
    ({"positions": unit(units="-1", occupied="0")}, "units_psychologist", "Units are not negative."),
    ({"positions": unit(units="1", occupied="-0.5")}, "occupied_psychologist", "Units are not negative."),
    (
        {"positions": unit(units="0.3", occupied="0")},
        "units_psychologist",
        "Units go by quarters: 0.25, 0.5, 0.75, 1.",
    ),
    (
        {"positions": unit(units="1", occupied="0.1")},
        "occupied_psychologist",
        "Units go by quarters: 0.25, 0.5, 0.75, 1.",
    ),
    ({"positions": unit(units="201")}, "units_psychologist", "At most 200 units of one position."),
    (
        {"positions": unit(units="1", occupied="1.25")},
        "occupied_psychologist",
        "More units are occupied than established.",
    ),
    ({"positions": unit("astronaut")}, "positions", "The annex has no such position."),
    ({"positions": [other("")]}, "title_other_1", "Name the position."),
    (
        {"positions": [other("Нянечка"), other(" НЯНЕЧКА", place=2)]},
        "title_other_2",
        "This position is named twice.",
    ),
    ({"positions": [other("Нянечка", "0")]}, "units_other_1", "How many units are established?"),
)


@pytest.mark.parametrize(("changes", "field", "message"), BAD_TABLES)
def test_a_wrong_table_is_refused_in_words(
    place: Place, changes: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        a_table(place, **changes)
    assert caught.value.as_dict()["fields"] == {field: [message]}
    assert not StaffingTable.objects.filter(center=place.center).exists()


def test_a_table_without_units_is_refused(place: Place) -> None:
    with pytest.raises(Invalid, match="empty_table"):
        a_table(place, positions=[])


def test_every_wrong_field_is_named_at_once(place: Place) -> None:
    rows = [*unit(units="-1", occupied="0"), *unit("lawyer", units="1", occupied="2"), other("")]
    with pytest.raises(Invalid) as caught:
        a_table(place, order_number="", positions=rows)
    assert set(caught.value.fields) == {
        "order_number",
        "units_psychologist",
        "occupied_lawyer",
        "title_other_1",
    }


def test_two_orders_for_the_same_day(place: Place) -> None:
    """The second is told to correct the first; of two at the same moment the database lets one through."""
    a_table(place)
    with pytest.raises(Invalid) as caught:
        a_table(place, order_number="А-18")
    message = "A staffing table that begins on this day is recorded already: open it and correct it."
    assert caught.value.as_dict()["fields"] == {"starts_on": [message]}
    by = place.by(Role.DIRECTOR, at=APRIL)
    with pytest.raises(Conflict, match="table_taken"), acting(by):
        StaffingTable.objects.create(
            center=place.center,
            order_number="А-18",
            order_date=TODAY,
            starts_on=date(2026, 1, 1),
            recorded_by_id=by.membership_id,
            recorded_at=APRIL,
        )
    # Two tables of one day in two Centers are no conflict, nor two days under one order.
    a_table(a_center())
    a_table(place, starts_on=date(2026, 2, 1))


def test_a_stale_change_is_refused(place: Place) -> None:
    table = a_table(place)
    by = place.by(Role.METHODOLOGIST, at=APRIL)
    given = table_data(positions=positions({"psychologist": ("2", "1")}))
    changed = actions.change_table(table=table, expected_version=1, by=by, now=APRIL, **given)
    assert (changed.version, changed.changed_by_id) == (2, by.membership_id)
    with pytest.raises(Conflict, match="stale_version"):
        actions.change_table(table=table, expected_version=1, by=by, now=APRIL, **table_data())
    assert table.positions.get(code="psychologist").occupied == 1


def test_a_change_writes_only_what_changed(place: Place) -> None:
    """The history tells who came and who went, not that every row was written again."""
    table = a_table(place, positions=[*positions(), other("Нянечка")])
    before = _changes()
    rows = positions({"psychologist": ("2", "1"), "guard": ("0", "0"), "cleaner": ("1", "1")})
    by = place.by(Role.DIRECTOR, at=APRIL)
    actions.change_table(table=table, expected_version=1, by=by, now=APRIL, **table_data(positions=rows))
    assert _changes()[len(before) :] == ["U", "U", "U", "I"]
    held = {str(row): (row.units, row.occupied) for row in table.positions.filter(units__gt=0)}
    assert "Нянечка" not in held
    assert held["psychologist"] == (2, 1)


def _changes() -> list[str]:
    """Operations on positions, in order."""
    rows = Change.objects.filter(table_name="staffing_staffposition")
    return list(rows.order_by("id").values_list("operation", flat=True))


BAD_VEHICLES: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"label": " "}, "label", "Name the vehicle."),
    ({"starts_on": TOMORROW}, "starts_on", "The date is in the future."),
    ({"starts_on": date(1999, 1, 1)}, "starts_on", "There was no Center before 2020: check the year."),
    ({"ends_on": TOMORROW}, "ends_on", "The date is in the future."),
    ({"ends_on": date(2025, 12, 31)}, "ends_on", "The last day is before the first."),
)


@pytest.mark.parametrize(("changes", "field", "message"), BAD_VEHICLES)
def test_a_wrong_vehicle_is_refused_in_words(
    place: Place, changes: dict[str, Any], field: str, message: str
) -> None:
    vehicle = a_vehicle(place)
    given = {"label": "Микроавтобус", "starts_on": date(2026, 1, 1), "ends_on": None, **changes}
    by = place.by(Role.DIRECTOR, at=APRIL)
    with pytest.raises(Invalid) as caught:
        actions.change_vehicle(vehicle=vehicle, expected_version=1, by=by, now=APRIL, **given)
    assert caught.value.as_dict()["fields"] == {field: [message]}


def test_a_vehicle_is_written_off_once(place: Place) -> None:
    vehicle = a_vehicle(place)
    by = place.by(Role.DIRECTOR, at=APRIL)
    with pytest.raises(Invalid) as caught:
        a_vehicle(place)
    message = "A vehicle of this name is in use already: give this one another name."
    assert caught.value.as_dict()["fields"] == {"label": [message]}
    given = {"label": "Микроавтобус", "starts_on": date(2026, 1, 1), "ends_on": TODAY}
    actions.change_vehicle(vehicle=vehicle, expected_version=1, by=by, now=APRIL, **given)
    with pytest.raises(Conflict, match="stale_version"):
        actions.change_vehicle(vehicle=vehicle, expected_version=1, by=by, now=APRIL, **given)
    assert Vehicle.objects.in_use(TODAY).filter(pk=vehicle.pk).exists()
    assert not Vehicle.objects.in_use(TOMORROW).filter(pk=vehicle.pk).exists()
    a_vehicle(place)  # the next one may bear its name


BAD_FUNDS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"amount": Decimal(0)}, "amount", "The fund is more than zero."),
    (
        {"amount": Decimal(100_000_000_000)},
        "amount",
        "The fund is less than 100 billion tenge: check the zeros.",
    ),
    ({"ends_on": date(2025, 12, 31)}, "ends_on", "The last day is before the first."),
    ({"ends_on": date(2027, 6, 1)}, "ends_on", "A payroll fund is set for a year at most."),
    ({"order_date": TOMORROW}, "order_date", "The order’s date is in the future."),
    ({"order_date": date(2024, 1, 1)}, "starts_on", "The period begins within a year of its order."),
)


@pytest.mark.parametrize(("changes", "field", "message"), BAD_FUNDS)
def test_a_wrong_fund_is_refused_in_words(
    place: Place, changes: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        the_fund(place, **changes)
    assert caught.value.as_dict()["fields"] == {field: [message]}


def test_funds_do_not_overlap(place: Place) -> None:
    fund = the_fund(place)
    with pytest.raises(Invalid) as caught:
        the_fund(place, starts_on=date(2026, 12, 31), ends_on=date(2027, 6, 1), order_date=TODAY)
    message = "A payroll fund of this period is recorded already: open it and correct it."
    assert caught.value.as_dict()["fields"] == {"starts_on": [message]}
    fund.pk = None
    with pytest.raises(Conflict, match="fund_taken"), acting(SYSTEM):
        fund.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"units": Decimal("-1"), "occupied": Decimal("-1")}, "staff_position_"),
        ({"occupied": Decimal(3)}, "staff_position_occupied_within"),
        ({"units": Decimal("2.1")}, "staff_position_units_by_quarters"),
        ({"occupied": Decimal("0.1")}, "staff_position_occupied_quarters"),
        ({"title": "Психолог"}, "staff_position_code_or_title"),
        ({"code": ""}, "staff_position_code_or_title"),
        ({"code": "lawyer"}, "staff_position_once"),
    ],
)
def test_the_database_refuses_a_wrong_position(place: Place, changes: dict, constraint: str) -> None:
    table = a_table(place)
    rows = StaffPosition.objects.filter(table=table, code="psychologist")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**changes)


def test_refusals_of_the_database_have_their_words() -> None:
    assert {"staffing_table_once_a_day", "vehicle_label_once", "payroll_fund_one_at_a_time"} <= set(
        registered_constraints()
    )
