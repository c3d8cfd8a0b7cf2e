"""The calendar as a year of months for people: rest days, holidays with their reasons, working Saturdays."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from family_support.ui.components import Badge, Text
from family_support.workdays.calendar import Day, Kind, Reason, WorkCalendar

MONDAY = date(2024, 1, 1)
LOOK: dict[Reason, str] = {
    Reason.WEEKDAY: "",
    Reason.WEEKEND: "rest",
    Reason.HOLIDAY: "holiday",
    Reason.MOVED_HOLIDAY: "moved",
    Reason.TRANSFERRED_OUT: "moved",
    Reason.TRANSFERRED_IN: "worked",
    Reason.CLOSURE: "closed",
}


@dataclass(frozen=True)
class Cell:
    """One day in the grid; `look` is its class, `title` what stands behind it."""

    day: date
    look: str = ""
    title: str = ""
    today: bool = False
    estimated: bool = False
    editable: bool = False


@dataclass(frozen=True)
class Note:
    """A day that is not what its weekday says, with its reason."""

    day: date
    look: str
    text: str
    marks: list[Badge] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """A month of the grid: weeks of seven cells, None before the first and after the last day."""

    name: str
    working: int
    weeks: list[list[Cell | None]]
    notes: list[Note]


def weekdays() -> list[tuple[str, str]]:
    """Short and full names of the days of the week, from Monday."""
    days = [MONDAY + timedelta(days=n) for n in range(7)]
    return [(str(date_format(day, "D")), str(date_format(day, "l"))) for day in days]


def year_of(calendar: WorkCalendar, year: int, today: date, *, editable: bool) -> list[Month]:
    """The twelve months of a year. Errors: OutsideCalendar."""
    return [_month(calendar, year, number, today, editable) for number in range(1, 13)]


def _month(calendar: WorkCalendar, year: int, number: int, today: date, editable: bool) -> Month:
    first = date(year, number, 1)
    days = [first + timedelta(days=n) for n in range(months.monthrange(year, number)[1])]
    cells: list[Cell | None] = [None] * first.weekday()
    notes = []
    working = 0
    for day in days:
        step = calendar.step(day)
        working += step.counted
        look = LOOK[step.reason]
        text = name_of(step.day) if step.day else ""
        cells.append(
            Cell(
                day=day,
                look=look,
                title=text,
                today=day == today,
                estimated=bool(step.day and step.day.estimated),
                editable=editable and day >= today,
            )
        )
        if step.day is not None:
            notes.append(Note(day, look, text, _marks(step.day)))
    cells += [None] * (-len(cells) % 7)
    weeks = [cells[place : place + 7] for place in range(0, len(cells), 7)]
    return Month(capfirst(str(date_format(first, "F"))), working, weeks, notes)


def name_of(day: Day) -> str:
    """What a day is called in the active language."""
    return str(getattr(day.names, (get_language() or "ru")[:2], "") or day.names.ru)


def _marks(day: Day) -> list[Badge]:
    marks = []
    if day.estimated:
        marks.append(Badge(_("estimated, not confirmed"), "yellow", "clock"))
    if day.kind is Kind.REST and day.moved_from and not day.order_number:
        marks.append(Badge(_("for %(day)s") % {"day": f"{day.moved_from:%d.%m.%Y}"}))
    if day.order_number:
        marks.append(Badge(order_text(day.order_number, day.order_date)))
    return marks


def order_text(number: str, day: date | None) -> str:
    """An order as readers see it."""
    number = number if number.startswith("№") else f"№ {number}"
    return f"{number}, {day:%d.%m.%Y}" if day else number


def legend() -> list[tuple[str, Text]]:
    """What each colour of the grid means; the text of a day says it too."""
    return [
        ("rest", _("rest day of the week")),
        ("holiday", _("public holiday")),
        ("moved", _("day off by transfer")),
        ("worked", _("working day by transfer")),
        ("closed", _("closed by order")),
    ]
