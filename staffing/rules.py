"""What a staffing table, a vehicle and a payroll fund must be. Pure: `today` and the positions known are passed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.base.errors import Invalid, Messages
from staffing.models.norms import STEP

MOST_UNITS = 200
MOST_FUND = Decimal(100_000_000_000)
# How far a date may lie from the order that sets it, either way.
FAR = timedelta(days=366)
EARLIEST = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class PositionData:
    """Units of one position as recorded: `code` of the annex, or a `title` of its own; `place` numbers the latter."""

    units: Decimal
    occupied: Decimal
    code: str = ""
    title: str = ""
    place: int = 0

    @property
    def key(self) -> str:
        """What the fields of the form are called after."""
        return self.code or f"other_{self.place}"


@dataclass(frozen=True, slots=True)
class HolderData:
    """Who fills a position, with how many units; `place` is the row of the form."""

    membership: Membership | None
    units: Decimal
    place: int = 1


def check_holders(holders: Sequence[HolderData], occupied: Decimal, here: Collection[int]) -> None:
    """Raise Invalid with a message for each row that is wrong; `here` are the memberships that work in the Center."""
    wrong: dict[str, Messages] = {}
    seen: set[int] = set()
    for holder in holders:
        if holder.membership is None:
            wrong[f"person_{holder.place}"] = _("Choose the person.")
            continue
        if holder.membership.pk in seen:
            wrong[f"person_{holder.place}"] = _("This person is named already.")
        elif holder.membership.pk not in here:
            wrong[f"person_{holder.place}"] = _("This person does not work in the Center.")
        seen.add(holder.membership.pk)
        message = _("Type the units of this person.") if not holder.units else _unit_message(holder.units)
        if message:
            wrong[f"share_{holder.place}"] = message
    named = sum((holder.units for holder in holders), Decimal(0))
    if not wrong and named > occupied:
        wrong[f"share_{holders[-1].place}"] = format_lazy(
            _(
                "The people named fill {named} units, and only {occupied} are occupied by the table: correct the "
                "table first."
            ),
            named=named.normalize().to_eng_string(),
            occupied=occupied.normalize().to_eng_string(),
        )
    if wrong:
        raise Invalid(fields=wrong)


def check_order(*, order_number: str, order_date: date, today: date) -> dict[str, Messages]:
    """Messages for an order's number and date."""
    wrong: dict[str, Messages] = {}
    if not order_number.strip():
        wrong["order_number"] = _("Type the number of the order.")
    if order_date > today:
        wrong["order_date"] = _("The order’s date is in the future.")
    elif order_date < EARLIEST:
        wrong["order_date"] = _("There was no Center before 2020: check the year.")
    return wrong


def check_table(
    *,
    order_number: str,
    order_date: date,
    starts_on: date,
    positions: Sequence[PositionData],
    known: Collection[str],
    today: date,
) -> None:
    """Raise Invalid with a message for each field that is wrong."""
    wrong = check_order(order_number=order_number, order_date=order_date, today=today)
    if abs(starts_on - order_date) > FAR:
        wrong["starts_on"] = _("A staffing table begins within a year of its order.")
    for position in positions:
        wrong |= _check_units(position)
    wrong |= _check_titles(positions)
    unknown = {position.code for position in positions if position.code} - set(known)
    if unknown:
        wrong["positions"] = _("The annex has no such position.")
    if wrong:
        raise Invalid(fields=wrong)
    if not any(position.units for position in positions):
        raise Invalid("empty_table", _("Type the units of at least one position."))


def _check_units(position: PositionData) -> dict[str, Messages]:
    wrong = {}
    for name, value in (("units", position.units), ("occupied", position.occupied)):
        message = _unit_message(value)
        if message:
            wrong[f"{name}_{position.key}"] = message
    if not wrong and position.occupied > position.units:
        wrong[f"occupied_{position.key}"] = _("More units are occupied than established.")
    return wrong


def _unit_message(value: Decimal) -> Messages:
    if value < 0:
        return _("Units are not negative.")
    if value > MOST_UNITS:
        return _("At most %(most)d units of one position.") % {"most": MOST_UNITS}
    if value % STEP:
        return _("Units go by quarters: 0.25, 0.5, 0.75, 1.")
    return ""


def _check_titles(positions: Iterable[PositionData]) -> dict[str, Messages]:
    wrong: dict[str, Messages] = {}
    seen: set[str] = set()
    for position in positions:
        if position.code:
            continue
        title = position.title.strip().casefold()
        if not title:
            wrong[f"title_{position.key}"] = _("Name the position.")
        elif title in seen:
            wrong[f"title_{position.key}"] = _("This position is named twice.")
        elif not position.units:
            wrong[f"units_{position.key}"] = _("How many units are established?")
        seen.add(title)
    return wrong


def check_vehicle(*, label: str, starts_on: date, ends_on: date | None, today: date) -> None:
    """Raise Invalid with a message for each field that is wrong."""
    wrong: dict[str, Messages] = {}
    if not label.strip():
        wrong["label"] = _("Name the vehicle.")
    if starts_on > today:
        wrong["starts_on"] = _("The date is in the future.")
    elif starts_on < EARLIEST:
        wrong["starts_on"] = _("There was no Center before 2020: check the year.")
    if ends_on is not None:
        if ends_on > today:
            wrong["ends_on"] = _("The date is in the future.")
        elif ends_on < starts_on:
            wrong["ends_on"] = _("The last day is before the first.")
    if wrong:
        raise Invalid(fields=wrong)


def check_fund(
    *,
    amount: Decimal,
    starts_on: date,
    ends_on: date,
    order_number: str,
    order_date: date,
    today: date,
) -> None:
    """Raise Invalid with a message for each field that is wrong."""
    wrong = check_order(order_number=order_number, order_date=order_date, today=today)
    if amount <= 0:
        wrong["amount"] = _("The fund is more than zero.")
    elif amount >= MOST_FUND:
        wrong["amount"] = _("The fund is less than 100 billion tenge: check the zeros.")
    if ends_on < starts_on:
        wrong["ends_on"] = _("The last day is before the first.")
    elif ends_on - starts_on > FAR:
        wrong["ends_on"] = _("A payroll fund is set for a year at most.")
    if abs(starts_on - order_date) > FAR:
        wrong["starts_on"] = _("The period begins within a year of its order.")
    if wrong:
        raise Invalid(fields=wrong)
