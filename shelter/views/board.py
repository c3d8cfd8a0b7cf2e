"""The board of places by day or week, and the list of stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from cases.views.common import calendar_of, center_of
from family_support.access.decorators import allowed
from family_support.base import clock
from family_support.ui.components import Tab, Tile
from shelter import queries
from shelter.models import Stay
from shelter.permissions import SEEING_BOARD, can_manage_places
from shelter.views.loading import stay_badge

DAY, WEEK = "day", "week"
PER_PAGE = 25
FILTERS = {
    "current": gettext_lazy("Now"),
    "reserved": gettext_lazy("Reserved"),
    "overstay": gettext_lazy("Longer than a month"),
    "past": gettext_lazy("Past"),
}


@require_safe
@allowed(*SEEING_BOARD)
def shelter_board(request: HttpRequest) -> HttpResponse:
    """How many places are free on which day; who stays there, masked, for the director only."""
    now, actor = clock.now(), request.actor
    today = clock.local_date(now)
    chosen = _day(request.GET.get("day", ""), today)
    view = DAY if request.GET.get("view") == DAY else WEEK
    first, days = (chosen, 1) if view == DAY else (chosen - timedelta(days=chosen.weekday()), queries.WEEK)
    board = queries.board(actor, first, days, now, calendar_of(request))
    shown = next((total for total in board.totals if total.day == chosen), board.totals[0])
    step = timedelta(days=days)
    context = {
        "board": board,
        "tiles": _tiles(shown),
        "view": view,
        "chosen": chosen,
        "today": today,
        "tabs": [
            Tab(pgettext("board", "Day"), _address(chosen, DAY), view == DAY),
            Tab(pgettext("board", "Week"), _address(chosen, WEEK), view == WEEK),
        ],
        "before": _address(first - step, view),
        "after": _address(first + step, view),
        "now_url": _address(today, view),
        "is_director": actor.is_director,
        "may_manage": can_manage_places(actor),
    }
    return render(request, "shelter/board.html", context)


def _day(text: str, otherwise: date) -> date:
    """The day of the address; anything that is none, or far from today, is today."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if abs((found - otherwise).days) <= 3650 else otherwise


def _address(day: date, view: str) -> str:
    return f"{reverse('shelter-board')}?day={day.isoformat()}&view={view}"


def _tiles(total: queries.Total) -> list[Tile]:
    tiles = [
        Tile(total.free, _("free"), "circle-check", "green"),
        Tile(total.occupied + total.overstay, _("occupied"), "home", "blue"),
        Tile(total.leaving, _("leaving"), "logout", "yellow"),
        Tile(total.reserved, _("reserved"), "clock", "grey"),
    ]
    if total.overstay:
        tiles.append(Tile(total.overstay, _("longer than a month"), "alert-triangle", "red"))
    return tiles


@require_safe
@allowed(*SEEING_BOARD)
def stay_list(request: HttpRequest) -> HttpResponse:
    """Stays: of own cases for who places, all of the Center, masked, for the director."""
    actor, now = request.actor, clock.now()
    chosen = request.GET.get("state", "")
    if chosen not in FILTERS:
        chosen = "current"
    page = Paginator(queries.stays_for_list(actor, chosen), PER_PAGE).get_page(request.GET.get("page"))
    for stay in page:
        stay.badge = stay_badge(stay, now)  # type: ignore[attr-defined]
        stay.asks_reason = actor.is_director and _asks_reason(stay, now)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "is_director": actor.is_director,
        "center": center_of(request),
        "tabs": [
            Tab(label, f"{reverse('stay-list')}?state={code}", code == chosen)
            for code, label in FILTERS.items()
        ],
    }
    return render(request, "shelter/stays.html", context)


def _asks_reason(stay: Stay, now: datetime) -> bool:
    """Whether the director still has to say why it is longer than a month."""
    late = stay.overstay_at is not None or stay.is_overdue(now)
    return bool(late and not stay.overstay_reason)
