"""How many working days lay with Center, director, bodies, families over a quarter: for the heads of the own Center."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import UNIT_HEADS, Role
from family_support.base import clock
from family_support.deadlines.holding import Share, Tally, shares, spans
from family_support.deadlines.models import HANDED_TO, Deadline, DeadlineHold, DeadlineQuerySet, Holder
from family_support.deadlines.queries import term_names
from family_support.directory.models import Center
from family_support.ui.components import Tab
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.quarters import Quarter
from family_support.workdays.queries import load_calendar

QUARTERS = 4
READERS = (Role.DIRECTOR, *sorted(UNIT_HEADS))


@dataclass(frozen=True, slots=True)
class Line:
    """One term, or all of them: working days by holder in the order of `Holder`."""

    name: str
    deadlines: int
    days: list[int]

    @property
    def total(self) -> int:
        return sum(self.days)


@require_safe
@allowed(*READERS)
def held(request: HttpRequest) -> HttpResponse:
    """Working days of the quarter by term and holder: what lived in it, cut at its ends."""
    now = clock.now()
    latest = Quarter.of(clock.local_date(now))
    quarters = [latest]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].previous)
    chosen = next((each for each in quarters if _name(each) == request.GET.get("quarter")), latest)
    rows = Deadline.objects.visible_to(request.actor).filter(center_id=request.actor.center_id)
    center = Center.objects.with_place().get(pk=request.actor.center_id)
    lines = lines_of(rows, chosen, load_calendar(center=center), now)
    context = {
        "tabs": [
            Tab(_shown(each), f"{reverse('held-days')}?quarter={_name(each)}", each == chosen)
            for each in quarters
        ],
        "center": center,
        "holders": [Holder(holder).label for holder in HANDED_TO],
        "lines": lines,
        "whole": _whole(lines),
    }
    return render(request, "deadlines/held_days.html", context)


def lines_of(rows: DeadlineQuerySet, quarter: Quarter, calendar: WorkCalendar, now: datetime) -> list[Line]:
    """A line a term, the longest first: two queries and one for the names."""
    start, end = quarter.starts_at, min(quarter.ends_at, now)
    living = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=start), started_at__lt=end)
    passed: dict[int, list[tuple[str, datetime]]] = {}
    holds = DeadlineHold.objects.filter(deadline__in=living.values("pk")).order_by("since", "pk")
    for pk, holder, since in holds.values_list("deadline_id", "holder", "since"):
        passed.setdefault(pk, []).append((holder, since))
    tally = Tally(calendar)
    counts: dict[str, int] = {}
    totals: dict[str, dict[str, Share]] = {}
    for pk, code, holder, started, closed in living.values_list(
        "pk", "code", "holder", "started_at", "closed_at"
    ):
        found = spans(holder, passed.get(pk, ()), max(started, start), min(closed or end, end), tally)
        counts[code] = counts.get(code, 0) + 1
        for who, share in shares(found).items():
            totals.setdefault(code, {}).setdefault(who, Share()).join(share)
    names = term_names(counts)
    lines = [
        Line(names[code], counts[code], [_days(totals[code].get(holder)) for holder in HANDED_TO])
        for code in counts
    ]
    return sorted(lines, key=lambda line: (-line.total, line.name))


def _days(share: Share | None) -> int:
    return share.working_days if share else 0


def _whole(lines: Iterable[Line]) -> Line | None:
    found = list(lines)
    if not found:
        return None
    days = [sum(column) for column in zip(*(line.days for line in found), strict=True)]
    return Line(_("In all"), sum(line.deadlines for line in found), days)


def _name(quarter: Quarter) -> str:
    return f"{quarter.year}-{quarter.number}"


def _shown(quarter: Quarter) -> str:
    return _("Quarter %(number)s of %(year)s") % {"number": quarter.number, "year": quarter.year}
