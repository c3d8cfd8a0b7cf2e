"""The director's board: who has how much and what is late, who is away, and what other apps put beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from family_support.accounts.absence_queries import away_on
from family_support.accounts.models import Absence, ActingDirector, Membership
from family_support.accounts.roles import WORKERS
from family_support.base.actor import Actor
from family_support.deadlines.models import Deadline
from family_support.ui.components import Badge, Text
from family_support.workdays.calendar import ONE_DAY, WorkCalendar


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One line of a panel: what, how much or until when, and where it leads."""

    label: Text
    value: Text = ""
    badge: Badge | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A card beside the workers: a few lines, and the page behind them."""

    code: str
    title: Text
    icon: str
    rows: Sequence[PanelRow]
    empty: Text
    url: str = ""
    link: Text = ""


PanelFor = Callable[[Actor, datetime, WorkCalendar], Panel | None]
_panels: list[tuple[int, PanelFor]] = []


def register_panel(order: int, panel_for: PanelFor) -> None:
    """An upper app puts a card on the board; None for whom it does not concern. A fixed number of queries."""
    _panels.append((order, panel_for))


def panels(actor: Actor, now: datetime, calendar: WorkCalendar) -> list[Panel]:
    """The cards of all apps, in their order."""
    ordered = sorted(_panels, key=lambda pair: pair[0])
    found = (panel_for(actor, now, calendar) for _order, panel_for in ordered)
    return [panel for panel in found if panel is not None]


@dataclass(slots=True)
class Terms:
    """Running terms: all, and those that are late, end today or by Sunday."""

    running: int = 0
    overdue: int = 0
    today: int = 0
    week: int = 0

    def add(self, row: Mapping[str, int]) -> None:
        self.running += row["running"]
        self.overdue += row["overdue"]
        self.today += row["today"]
        self.week += row["week"]


@dataclass(slots=True)
class WorkerRow:
    """One worker on the board, with the terms of the cases that one leads."""

    membership: Membership
    cases: int
    terms: Terms
    absence: Absence | None = None
    # Leads cases though the membership has ended or is no worker's.
    gone: bool = False

    @property
    def url(self) -> str:
        return f"{reverse('my-day')}?worker={self.membership.pk}"

    @property
    def cases_url(self) -> str:
        return f"{reverse('case-list')}?worker={self.membership.pk}"


@dataclass(slots=True)
class Board:
    workers: list[WorkerRow]
    unassigned: int
    terms: Terms = field(default_factory=Terms)


def board_of(actor: Actor, now: datetime, calendar: WorkCalendar) -> Board:
    """Every worker of the Center, those with most that is late first, over the cases listed to the actor: four
    queries however many there are."""
    center, today = actor.center_id or 0, calendar.local_date(now)
    leads = dict(Case.objects.listed_to(actor).open().values_list("pk", "lead_id"))
    board = Board([], sum(lead is None for lead in leads.values()))
    by_lead: dict[int, Terms] = {}
    for row in _terms_by_case(center, now, calendar):
        if row["case_id"] in leads:
            board.terms.add(row)
            lead = leads[row["case_id"]]
            if lead is not None:
                by_lead.setdefault(lead, Terms()).add(row)
    led = Counter(lead for lead in leads.values() if lead is not None)
    away = away_on(center, today)
    for membership, here in _people(center, led, today):
        terms = by_lead.get(membership.pk, Terms())
        row_of = WorkerRow(membership, led[membership.pk], terms, away.get(membership.pk), gone=not here)
        board.workers.append(row_of)
    board.workers.sort(key=lambda row: (-row.terms.overdue, -row.cases, row.membership.user.last_name))
    return board


def _terms_by_case(center_id: int, now: datetime, calendar: WorkCalendar) -> QuerySet[Any, Any]:
    today = calendar.local_date(now)
    tonight = calendar.end_of_day(today)
    sunday = calendar.end_of_day(today + ONE_DAY * (6 - today.weekday()))
    rows = Deadline.objects.open().filter(center_id=center_id, case_id__isnull=False)
    return (
        rows.order_by()
        .values("case_id")
        .annotate(
            running=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=now)),
            today=Count("pk", filter=Q(due_at__gte=now, due_at__lte=tonight)),
            week=Count("pk", filter=Q(due_at__gt=tonight, due_at__lte=sunday)),
        )
    )


def _people(center_id: int, led: Counter[int], today: date) -> list[tuple[Membership, bool]]:
    active = Membership.objects.active(today).of_center(center_id).filter(role__in=sorted(WORKERS))
    here = set(active.values_list("pk", flat=True))
    rows = Membership.objects.filter(pk__in=here | set(led)).select_related("user")
    return [(row, row.pk in here) for row in rows]


def people_panel(actor: Actor, now: datetime, calendar: WorkCalendar) -> Panel:
    """Who acts for the director, who is away and who stands in."""
    center, today = actor.center_id or 0, calendar.local_date(now)
    acting = (
        ActingDirector.objects.filter(center_id=center, starts_on__lte=today, ends_on__gte=today)
        .select_related("membership__user")
        .first()
    )
    rows = []
    if acting is not None:
        until = _("until %(day)s") % {"day": f"{acting.ends_on:%d.%m.%Y}"}
        name = acting.membership.user.short_name
        url = reverse("acting-director") if actor.is_director else ""
        rows.append(PanelRow(_("Acting director: %(name)s") % {"name": name}, until, url=url))
    for absence in away_on(center, today).values():
        names = {
            "absent": absence.membership.user.short_name,
            "substitute": absence.substitute.user.short_name,
        }
        until = _("until %(day)s") % {"day": f"{absence.ends_on:%d.%m.%Y}"}
        rows.append(PanelRow(_("%(absent)s is away: %(substitute)s stands in") % names, until))
    return Panel(
        "people",
        _("Absences"),
        "switch-horizontal",
        rows,
        _("Everybody is here."),
        reverse("absence-list"),
        _("All absences"),
    )
