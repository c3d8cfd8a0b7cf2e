"""The director's board: two minutes for the whole Center."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.board import board_of, panels
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.accounts.roles import UNIT_HEADS, Role
from family_support.base import clock
from family_support.ui.components import Tile
from family_support.workdays.queries import load_calendar


@require_safe
@allowed(*UNIT_HEADS, Role.DIRECTOR)
def center_board(request: HttpRequest) -> HttpResponse:
    """What is late and with whom, who is away, what waits for a decision, places, staff."""
    actor, now = request.actor, clock.now()
    center = center_of(request)
    calendar = load_calendar(center=center)
    board = board_of(actor, now, calendar)
    day, late = reverse("my-day"), board.terms.overdue
    waiting = board.unassigned
    tiles = [
        Tile(late, _("Overdue"), "alarm", "red" if late else "grey", f"{day}#overdue" if late else ""),
        Tile(board.terms.today, _("Today"), "clock", "orange", f"{day}#today" if board.terms.today else ""),
        Tile(board.terms.week, _("This week"), "calendar", "blue", f"{day}#week" if board.terms.week else ""),
        Tile(
            waiting,
            _("Without a responsible worker"),
            "user-search",
            "orange" if waiting else "grey",
            f"{reverse('case-list')}?unassigned=true",
        ),
    ]
    most = max((row.cases for row in board.workers), default=0) or 1
    context = {
        "now": now,
        "center": center,
        "board": board,
        "tiles": tiles,
        "most": most,
        "panels": panels(actor, now, calendar),
    }
    return render(request, "cases/board.html", context)
