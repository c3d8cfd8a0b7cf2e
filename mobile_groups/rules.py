"""What a group, an order and a visit must hold (R256 20–22; rules.md 6.11, 6.14): pure functions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Invalid, Text

# R256 21: members of all three; coordination is social protection's.
OBLIGATORY = ("education", "health", "internal_affairs")
COORDINATING = "social_protection"


def missing_sectors(present: Collection[str]) -> list[str]:
    """Codes of the obligatory sectors that nobody in the group stands for."""
    return [code for code in OBLIGATORY if code not in present]


def check_year(year: int, today: date) -> None:
    """A group is approved for the current year, or for the next one ahead of time. Errors: Invalid."""
    if year < today.year:
        raise Invalid(
            "order_of_past_year",
            fields={
                "year": format_lazy(
                    _(
                        "The order is for {year}: that mandate ended on 31 December and never rolls over (R256 21)."
                    ),
                    year=year,
                )
            },
        )
    if year > today.year + 1:
        raise Invalid(
            "year_too_far",
            fields={"year": _("A group is approved for the current calendar year or for the next one.")},
        )


def check_order_date(order_date: date | None, year: int, today: date) -> None:
    """Issued by today, and not after the year it names. Errors: Invalid."""
    if order_date is None:
        return
    if order_date > today:
        raise Invalid("order_in_future", fields={"order_date": _("The order cannot be of a future date.")})
    if order_date.year > year:
        raise Invalid(
            "order_after_year", fields={"order_date": _("The order is dated after the year it names.")}
        )


def check_departure(departed_at: datetime | None, now: datetime) -> datetime:
    """Errors: Invalid for a missing time or one to come."""
    return _moment("departed_at", departed_at, now, _("State when the group left."))


def check_times(
    *, departed_at: datetime, arrived_at: datetime | None, returned_at: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """Arrival and return, both given and in order. Errors: Invalid naming the time that cannot be."""
    arrived = _moment("arrived_at", arrived_at, now, _("State when the group arrived."))
    returned = _moment("returned_at", returned_at, now, _("State when the group came back."))
    if arrived < departed_at:
        raise Invalid(
            "arrived_before_departure",
            fields={"arrived_at": _("The group arrived before it left: check both times.")},
        )
    if returned < arrived:
        raise Invalid(
            "visit_ends_before_it_began",
            fields={
                "returned_at": _("The visit ended before it began: the return is earlier than the arrival.")
            },
        )
    return arrived, returned


def _moment(field: str, moment: datetime | None, now: datetime, missing: Text) -> datetime:
    if moment is None:
        raise Invalid("time_missing", fields={field: missing})
    if moment > now:
        raise Invalid("time_in_future", fields={field: _("This moment has not come yet.")})
    return moment
