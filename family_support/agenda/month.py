"""A month of due dates: how many end on each day and how urgent they are, beside holidays and transfers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, Count, F, Value, When
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from family_support.deadlines.calendar_page import LOOK, name_of, order_text
from family_support.deadlines.models import DeadlineQuerySet
from family_support.ui.components import Text, Tone
from family_support.workdays.calendar import ALMATY, ONE_DAY, OutsideCalendar, WorkCalendar, add_months

# The most urgent first: (code, tone, icon, what the legend says, how a number of them is told).
URGENCIES: tuple[tuple[str, Tone, str, Text, Text], ...] = (
    ("overdue", "red", "alert-triangle", _("overdue"), ngettext_lazy("%(n)d overdue", "%(n)d overdue", "n")),
    (
        "urgent",
        "orange",
        "alarm",
        _("threats and children: the director is told at once"),
        ngettext_lazy("%(n)d of threats and children", "%(n)d of threats and children", "n"),
    ),
    ("law", "blue", "gavel", _("terms of the law"), ngettext_lazy("%(n)d by law", "%(n)d by law", "n")),
    (
        "internal",
        "grey",
        "target",
        _("internal targets"),
        ngettext_lazy("%(n)d internal", "%(n)d internal", "n"),
    ),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """So many terms of one urgency on a day."""

    count: int
    tone: Tone
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: what it is in the working calendar, and what ends on it."""

    day: date
    inside: bool
    look: str
    reason: str
    working: bool
    today: bool
    chosen: bool
    marks: list[Mark] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(mark.count for mark in self.marks)

    @property
    def told(self) -> str:
        """The whole day in words, for who does not see the grid."""
        parts = [str(date_format(self.day, "l, j E")), self.reason, *(mark.text for mark in self.marks)]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    name: str
    weeks: list[list[Cell]]
    previous: date | None
    next: date | None

    @property
    def days(self) -> list[Cell]:
        """The month's own days that hold something: an agenda for a narrow window."""
        return [cell for week in self.weeks for cell in week if cell.inside and (cell.marks or cell.reason)]

    @property
    def is_free(self) -> bool:
        """Whether no term ends on any day that is shown."""
        return not any(cell.marks for week in self.weeks for cell in week)


def urgency(now: datetime) -> Case:
    """How urgent a term is, in SQL: late; a threat or a child; by law; a target of our own."""
    return Case(
        When(due_at__lt=now, then=Value("overdue")),
        When(term__escalation__kind="at_once", then=Value("urgent")),
        When(term__internal=True, then=Value("internal")),
        default=Value("law"),
        output_field=CharField(),
    )


def counts(
    rows: DeadlineQuerySet, first: date, last: date, now: datetime, calendar: WorkCalendar
) -> dict[date, dict[str, int]]:
    """How many deadlines end on each local day, by urgency. One query, however many there are."""
    found: dict[date, dict[str, int]] = {}
    # 24:00 belongs to the day that ends.
    day = TruncDate(F("due_at") - timedelta(microseconds=1), tzinfo=ALMATY)
    due = rows.filter(due_at__gt=calendar.start_of_day(first), due_at__lte=calendar.end_of_day(last))
    grouped = due.annotate(day=day, urgency=urgency(now)).values_list("day", "urgency").order_by()
    for on, code, number in grouped.annotate(number=Count("pk")):
        found.setdefault(on, {})[code] = number
    return found


def on_day(rows: DeadlineQuerySet, day: date, calendar: WorkCalendar) -> DeadlineQuerySet:
    """Those that end on one local day, by their moment."""
    due = rows.filter(due_at__gt=calendar.start_of_day(day), due_at__lte=calendar.end_of_day(day))
    return due.for_display().order_by("due_at", "pk")


def grid(first: date) -> tuple[date, date]:
    """The Monday before or on the first, the Sunday on or after the last day of a month."""
    last = add_months(first, 1) - ONE_DAY
    return first - ONE_DAY * first.weekday(), last + ONE_DAY * (6 - last.weekday())


def month_of(
    first: date,
    found: Mapping[date, Mapping[str, int]],
    chosen: date | None,
    now: datetime,
    calendar: WorkCalendar,
) -> Month:
    """The weeks of a month from Monday to Sunday, whole weeks."""
    begin, end = grid(first)
    today = calendar.local_date(now)
    days = [begin + ONE_DAY * number for number in range((end - begin).days + 1)]
    cells = [_cell(day, first, found.get(day, {}), today, chosen, calendar) for day in days]
    before, after = add_months(first, -1), add_months(first, 1)
    return Month(
        first,
        capfirst(str(date_format(first, "F Y"))),
        [cells[place : place + 7] for place in range(0, len(cells), 7)],
        before if before >= calendar.first else None,
        after if after <= calendar.last else None,
    )


def _cell(
    day: date, first: date, found: Mapping[str, int], today: date, chosen: date | None, calendar: WorkCalendar
) -> Cell:
    inside = day.month == first.month
    marks = [
        Mark(found[code], tone, icon, str(words % {"n": found[code]}))
        for code, tone, icon, _legend, words in URGENCIES
        if found.get(code)
    ]
    try:
        step = calendar.step(day)
    except OutsideCalendar:
        return Cell(day, inside, "", "", working=True, today=False, chosen=False, marks=marks)
    known = step.day
    reason = name_of(known) if known else ""
    if known is not None and known.order_number:
        reason = f"{reason} ({order_text(known.order_number, known.order_date)})"
    return Cell(
        day,
        inside,
        LOOK[step.reason],
        reason,
        working=step.counted,
        today=day == today,
        chosen=day == chosen,
        marks=marks,
    )
