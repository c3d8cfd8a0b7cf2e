"""The load: of each worker for the director and the heads of unit, and one's own for a worker."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS
from family_support.base import clock
from family_support.ui.components import Tile
from staffing import queries
from staffing.loads import load_of_center, own_load
from staffing.templatetags.staffing import middle_text
from staffing.views.common import LOAD_READERS, own_center, tabs


@allowed(*LOAD_READERS)
@require_safe
def center_load(request: HttpRequest) -> HttpResponse:
    """Open cases, running and overdue terms by worker, against the median."""
    actor = request.actor
    found = load_of_center(actor, clock.now())
    cases = reverse("case-list")
    tiles = [
        Tile(found.cases, _("Open cases"), "folders", "blue", cases),
        Tile(middle_text(found.middle), _("Median a worker"), "users", "blue"),
        Tile(found.overdue, _("Terms overdue"), "alarm", "red" if found.overdue else "green"),
        Tile(
            found.unassigned,
            _("Without a responsible worker"),
            "user-search",
            "orange" if found.unassigned else "green",
            f"{cases}?{urlencode({'unassigned': 'on'})}",
        ),
    ]
    filled = queries.filled_by_membership(own_center(actor), actor, clock.today())
    most = max((row.leads for row in found.workers), default=0)
    context = {
        "center": own_center(actor),
        "found": found,
        "most": most or 1,
        "rows": [
            (
                row,
                row.is_heavy(found.middle),
                f"{cases}?{urlencode({'worker': row.membership.pk})}",
                filled.get(row.membership.pk, []),
            )
            for row in found.workers
        ],
        # Said only where the table names people at all.
        "names_people": bool(filled),
        "tiles": tiles,
        "tabs": tabs(actor, "staffing-load"),
    }
    return render(request, "staffing/load.html", context)


@allowed(*sorted(WORKERS))
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """One's own cases and terms, against the Center's median."""
    actor = request.actor
    mine, whole = own_load(actor, clock.now())
    cases = f"{reverse('case-list')}?{urlencode({'worker': actor.membership_id})}"
    tiles = [
        Tile(mine.leads, _("Cases I lead"), "folders", "blue", cases),
        Tile(mine.joins, _("Cases I take part in"), "users", "blue"),
        Tile(mine.running, _("Running terms"), "clock", "blue", reverse("my-day")),
        Tile(
            mine.overdue, _("Terms overdue"), "alarm", "red" if mine.overdue else "green", reverse("my-day")
        ),
    ]
    context = {
        "center": own_center(actor),
        "mine": mine,
        "middle": whole.middle,
        "heavy": mine.is_heavy(whole.middle),
        "workers": len(whole.compared),
        "tiles": tiles,
    }
    return render(request, "staffing/own_load.html", context)
