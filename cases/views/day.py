"""My day: everything with a date; and the search."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from cases import queries
from cases.actions.team import workers_of
from cases.forms.lists import SearchForm
from cases.page import day_tiles
from cases.permissions import DAY_ROLES, LIST_ROLES, can_register
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.accounts.api import limits
from family_support.accounts.roles import WORKERS, Role
from family_support.agenda.scope import oversees
from family_support.base import clock
from family_support.oversight.permissions import can_break_glass
from family_support.ui.components import Tile
from family_support.workdays.queries import load_calendar

TONES = {"overdue": "red", "today": "orange", "week": "blue", "later": "grey"}


def titles() -> dict[str, str]:
    return {
        "overdue": _("Overdue"),
        "today": _("Today"),
        "week": _("This week"),
        "later": pgettext("deadlines", "Later"),
    }


@require_safe
@allowed(*DAY_ROLES)
def my_day(request: HttpRequest) -> HttpResponse:
    """Everything with a date, grouped by how near it is; directors and heads of unit choose whose, and so does who
    stands in for somebody."""
    actor, now = request.actor, clock.now()
    center = center_of(request)
    calendar = load_calendar(center=center)
    people, everybody = _whose(request, center.pk, now)
    wanted = request.GET.get("worker", "")
    worker = next((pk for pk, _name in people if str(pk) == wanted), None)
    groups = queries.day_of(actor, now, calendar, worker=worker)
    later = request.GET.get("later") == "1"
    context = {
        "now": now,
        "center": center,
        "groups": [
            {"code": group.code, "title": titles()[group.code], "tone": TONES[group.code], "group": group}
            for group in groups
            if group.lines and (group.code != "later" or later)
        ],
        "tiles": _tiles(request, groups, oversees(actor)),
        "later": next((group.size for group in groups if group.code == "later"), 0) if not later else 0,
        "people": people,
        "everybody": everybody,
        "worker": worker,
        "may_register": can_register(actor),
        "search": SearchForm() if actor.role in LIST_ROLES or actor.is_director else None,
    }
    return render(request, "cases/my_day.html", context)


def _whose(request: HttpRequest, center_id: int, now: datetime) -> tuple[list[tuple[int, str]], str]:
    """Whose day may be chosen, and how all of them together are called; nobody's but one's own for most."""
    actor = request.actor
    if oversees(actor):
        workers = workers_of(center_id, now)
        return [(person.pk, person.user.short_name) for person in workers], _("The whole Center")
    if actor.role in WORKERS and actor.standing_for and actor.membership_id:
        absent = queries.names_of(actor.standing_for)
        others = [(pk, _("for %(name)s") % {"name": name}) for pk, name in absent.items()]
        return [(actor.membership_id, _("My own")), *others], _("My own and those I stand in for")
    return [], ""


def _tiles(request: HttpRequest, groups: list[queries.Group], chooses: bool) -> list[Tile]:
    icons = {"overdue": "alarm", "today": "clock", "week": "calendar", "later": "calendar-event"}
    tiles = []
    for group in groups:
        query = request.GET.copy()
        if group.code == "later":
            query["later"] = "1"
        anchor = f"?{query.urlencode()}#{group.code}" if query else f"#{group.code}"
        url = anchor if group.lines else ""
        tiles.append(Tile(group.size, titles()[group.code], icons[group.code], TONES[group.code], url))  # type: ignore[arg-type]
    if chooses or request.actor.role == Role.INTAKE_CLERK:
        waiting = queries.unassigned(request.actor).count()
        url = f"{reverse('case-list')}?unassigned=true"
        tiles.append(
            Tile(
                waiting,
                _("Without a responsible worker"),
                "user-search",
                "orange" if waiting else "grey",
                url,
            )
        )
    return tiles + day_tiles(request.actor)


@require_POST
@allowed(*LIST_ROLES)
def case_search(request: HttpRequest) -> HttpResponse:
    """Find cases by number, name, IIN or phone: by POST, so that nothing personal stands in an address."""
    limits.check(request, "search", key=f"user {request.actor.user_id}")
    form = SearchForm(request.POST)
    found = queries.search(form.cleaned_data["q"], request.actor) if form.is_valid() else []
    if form.is_valid():
        queries.note_hidden(form.cleaned_data["q"], request.actor)
    context = {
        "form": form,
        "found": found,
        "limit": queries.FOUND,
        "searched": form.is_valid(),
        "may_break_glass": can_break_glass(request.actor),
    }
    return render(request, "cases/search.html", context)
