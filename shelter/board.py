"""Stays and places, on the board of the Center."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.board import Panel, PanelRow
from family_support.base.actor import Actor
from family_support.ui.components import Badge
from family_support.workdays.calendar import WorkCalendar
from shelter.models import Stay
from shelter.queries import board

DAYS_AHEAD = 3


def places_panel(actor: Actor, now: datetime, calendar: WorkCalendar) -> Panel | None:
    """How many places are free, who leaves within three days, and what waits for the director: four queries."""
    if not actor.is_director:
        return None
    found = board(actor, calendar.local_date(now), DAYS_AHEAD, now, calendar)
    today = found.totals[0]
    if not today.places:
        return None
    waiting = Stay.objects.supervised_by(actor).waiting_for_director().count()
    leaving = sum(total.leaving for total in found.totals)
    rows = [
        PanelRow(_("Free today"), _("%(free)d of %(places)d") % {"free": today.free, "places": today.places}),
        PanelRow(_("Leave within three days"), str(leaving)),
    ]
    if today.overstay:
        over = Badge(str(today.overstay), "red", "alert-triangle", pill=True)
        rows.append(
            PanelRow(_("Longer than a month"), badge=over, url=f"{reverse('stay-list')}?state=overstay")
        )
    if waiting:
        mark = Badge(str(waiting), "orange", pill=True)
        rows.append(PanelRow(_("Wait for your reason"), badge=mark, url=reverse("stay-list")))
    address = reverse("shelter-board")
    return Panel("places", _("Temporary stay"), "building-community", rows, "", address, _("Board of places"))
