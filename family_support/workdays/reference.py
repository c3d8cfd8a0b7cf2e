"""Load the calendar shipped with the product. What the ministry has changed is never overwritten."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from family_support.base.clock import now
from family_support.base.reference import read_json
from family_support.workdays.models import CalendarDay, CalendarVersion
from family_support.workdays.queries import current_version, forget_calendars


def load_reference() -> int:
    """Publish the days of the file that the table never knew, as a version of their own. Returns how many.

    A day that the ministry withdrew stays withdrawn: it was known once. Idempotent.
    """
    shipped: dict[str, Any] = read_json("family_support.workdays", "calendar.json")
    with transaction.atomic():
        known = set(CalendarDay.objects.national().values_list("date", flat=True))
        missing = [row for row in shipped["days"] if date.fromisoformat(row["date"]) not in known]
        if not missing:
            return 0
        version = CalendarVersion.objects.create(
            number=current_version() + 1, published_at=now(), note=f"{shipped['source']}: {len(missing)}"
        )
        CalendarDay.objects.bulk_create(
            [CalendarDay(since_version=version, **_fields(row)) for row in missing]
        )
    forget_calendars()
    return len(missing)


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    days = {key: date.fromisoformat(row[key]) for key in ("date", "moved_from", "order_date") if row.get(key)}
    return {**row, **days}
