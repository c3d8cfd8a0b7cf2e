"""The month of due dates: one's own, or of the whole Center for who oversees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.access.subjects import CaseLine, case_lines, subject_label, subject_url
from family_support.agenda.month import URGENCIES, counts, grid, month_of, on_day
from family_support.agenda.scope import READERS, deadlines_of, oversees
from family_support.base import clock
from family_support.deadlines.badges import DueView, view
from family_support.deadlines.calendar_page import legend, weekdays
from family_support.deadlines.models import Deadline
from family_support.deadlines.queries import reads_behind
from family_support.directory.models import Center
from family_support.ui.components import Tab
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.queries import load_calendar

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A deadline of the chosen day."""

    due: DueView
    case: CaseLine | None
    subject: str
    url: str
    body: str


@require_safe
@allowed(*sorted(READERS))
def agenda(request: HttpRequest) -> HttpResponse:
    """A month from Monday to Sunday with what ends on each day; the deadlines of the day that is chosen."""
    actor, now = request.actor, clock.now()
    center = Center.objects.with_place().filter(pk=actor.center_id).first() if actor.center_id else None
    calendar = load_calendar(center=center)
    today = calendar.local_date(now)
    chosen = _day(request.GET.get("day", ""), calendar)
    first = _month(request.GET.get("month", ""), calendar) or (chosen or today).replace(day=1)
    whole = oversees(actor) and request.GET.get("whose") != "own"
    rows = deadlines_of(actor, whole=whole)
    found = counts(rows, *grid(first), now, calendar)
    lines = _lines(request, list(on_day(rows, chosen, calendar)[:SHOWN]), now, calendar) if chosen else []
    whose = "" if whole or not oversees(actor) else "own"
    context = {
        "center": center,
        "month": month_of(first, found, chosen, now, calendar),
        "weekdays": weekdays(),
        "legend": legend(),
        "urgencies": URGENCIES,
        "chosen": chosen,
        "lines": lines,
        "more": sum(found.get(chosen, {}).values()) - len(lines) if chosen else 0,
        "whose": whose,
        "tabs": _tabs(first, whole=whole) if oversees(actor) else [],
        "this_month": first == today.replace(day=1),
    }
    return render(request, "agenda/month.html", context)


def _lines(request: HttpRequest, rows: list[Deadline], now: datetime, calendar: WorkCalendar) -> list[Line]:
    cases = case_lines([row.case_id for row in rows if row.case_id], request.actor)
    # Officers see their own body's terms only; where a Center's cases are masked, no body is named.
    named = (
        reads_behind(request.actor, [row for row in rows if row.agency]) if request.actor.center_id else set()
    )
    return [
        Line(
            view(row, now, calendar),
            cases.get(row.case_id or 0),
            subject_label(row.subject_type),
            subject_url(row.subject_type, row.subject_id) if row.case_id is None else "",
            row.agency.short_name if row.agency and row.pk in named else "",
        )
        for row in rows
    ]


def _tabs(first: date, *, whole: bool) -> list[Tab]:
    address = f"{reverse('agenda')}?{urlencode({'month': f'{first:%Y-%m}'})}"
    return [
        Tab(_("The whole Center"), address, whole),
        Tab(_("What I decide myself"), f"{address}&whose=own", not whole),
    ]


def _day(text: str, calendar: WorkCalendar) -> date | None:
    """A day of an address, within the calendar; None for anything else."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and calendar.first <= day <= calendar.last else None


def _month(text: str, calendar: WorkCalendar) -> date | None:
    return _day(f"{text}-01", calendar)
