"""What the calendar says of a measure's date: seen beside the date, so that nobody sets a holiday unawares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from family_support.workdays.calendar import OutsideCalendar, WorkCalendar
from family_support.workdays.explain import skipped_line, step_as_json


def day_note(calendar: WorkCalendar, day: date | None) -> str:
    """Why a day is not a working one and where the term rolls to (Civil Code 175); empty for a working day."""
    if day is None:
        return ""
    try:
        rolled, skipped = calendar.roll_forward(day)
    except OutsideCalendar:
        return _("The calendar does not reach this day yet.")
    if not skipped:
        return ""
    return _("%(reason)s The term rolls to %(day)s.") % {
        "reason": skipped_line(step_as_json(skipped[0])),
        "day": f"{rolled:%d.%m.%Y}",
    }


def note_days(calendar: WorkCalendar, rows: Iterable[Any]) -> None:
    """Put the note of its due date on each measure, as ``day_note``, for the tables that show it."""
    notes: dict[date, str] = {}
    for row in rows:
        if row.due_on not in notes:
            notes[row.due_on] = day_note(calendar, row.due_on)
        row.day_note = notes[row.due_on]
