"""The shipped calendar without a database, for tests of pure functions."""

from datetime import date

from family_support.base.reference import read_json
from family_support.workdays.calendar import Day, Kind, Names, WorkCalendar


def shipped_rows() -> list[dict]:
    return read_json("family_support.workdays", "calendar.json")["days"]


def shipped_calendar(**changes: object) -> WorkCalendar:
    """Version 1 as the reference file holds it, with days added or replaced under `extra`."""
    days = {}
    for row in shipped_rows():
        day = Day(
            date=date.fromisoformat(row["date"]),
            kind=Kind(row["kind"]),
            names=Names(row["name_kk"], row["name_ru"], row["name_en"]),
            order_number=row.get("order_number", ""),
            moved_from=date.fromisoformat(row["moved_from"]) if "moved_from" in row else None,
            estimated=row.get("estimated", False),
        )
        days[day.date] = day
    days.update({day.date: day for day in changes.pop("extra", ())})
    return WorkCalendar(version=1, days=days, first=date(2018, 1, 1), last=date(2036, 12, 31), **changes)
