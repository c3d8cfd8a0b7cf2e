"""Publishing a version of the calendar: what was published never changes again, two publishers never overwrite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Conflict
from family_support.workdays.edition import DayChange, HoursChange, Order, Scope
from family_support.workdays.models import CalendarDay, CalendarVersion, CenterHours
from family_support.workdays.queries import current_version


def hold_version(seen: int) -> None:
    """Keep other publishers waiting until the transaction ends: called before anything is worked out from the calendar.

    Errors: Conflict `stale_version` when another version came out since `seen`; RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a version is published in the transaction of its act: use acting()")
    # The second publisher waits here for the first one's end, and then sees another number.
    CalendarVersion.objects.select_for_update().filter(number=seen).first()
    if current_version() != seen:
        raise Conflict(
            "stale_version",
            _("Another version of the calendar has just come out. Open it again and repeat your change."),
        )


def next_version(*, seen: int, order: Order, note: str, now: datetime) -> CalendarVersion:
    """The row of the next version; the caller acts, has held `seen`, and adds to it."""
    return CalendarVersion.objects.create(
        number=seen + 1, published_at=now, note=note, order_number=order.number, order_date=order.day
    )


def write_days(version: CalendarVersion, scope: Scope, changes: Sequence[DayChange]) -> None:
    """Close the entries of these days and write what they become."""
    days = CalendarDay.objects.current().filter(
        region_id=scope.region_id, center_id=scope.center_id, date__in=[change.date for change in changes]
    )
    days.update(until_version=version)
    CalendarDay.objects.bulk_create(
        CalendarDay(
            date=day.date,
            kind=day.kind.value,
            name_kk=day.names.kk,
            name_ru=day.names.ru,
            name_en=day.names.en,
            moved_from=day.moved_from,
            order_number=day.order_number,
            order_date=day.order_date,
            estimated=day.estimated,
            region_id=scope.region_id,
            center_id=scope.center_id,
            since_version=version,
        )
        for change in changes
        if (day := change.day) is not None
    )


def write_hours(version: CalendarVersion, change: HoursChange, order: Order, today: date) -> None:
    """Close the change of hours that waits, and write the new one."""
    waiting = CenterHours.objects.current().filter(center_id=change.center_id, valid_from__gt=today)
    waiting.update(until_version=version)
    if change.hours is not None:
        CenterHours.objects.create(
            center_id=change.center_id,
            valid_from=change.hours.since,
            opens=change.hours.opens,
            closes=change.hours.closes,
            order_number=order.number,
            order_date=order.day,
            since_version=version,
        )
