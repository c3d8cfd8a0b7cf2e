"""The staffing gap, on the board of the Center."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.board import Panel, PanelRow
from family_support.base.actor import Actor
from family_support.directory.models import Center
from family_support.ui.components import Badge
from family_support.workdays.calendar import WorkCalendar
from staffing.queries import staffing_of
from staffing.templatetags.staffing import units_text

SHOWN = 4


def gap_panel(actor: Actor, now: datetime, calendar: WorkCalendar) -> Panel | None:
    """Positions in which somebody is missing against the norm (annex to R256), the largest gap first."""
    center = Center.objects.with_place().filter(pk=actor.center_id).first()
    if center is None:
        return None
    found = staffing_of(center, calendar.local_date(now))
    rows = []
    if found.table is None:
        rows.append(PanelRow(_("No staffing table is recorded"), badge=Badge(_("to be done"), "orange")))
    lacking = sorted(found.lacking, key=lambda line: line.lacking, reverse=True)
    rows += [
        PanelRow(line.name, badge=Badge(f"−{units_text(line.lacking)}", "orange", pill=True))
        for line in lacking[:SHOWN]
        if line.lacking
    ]
    if len(lacking) > SHOWN:
        rows.append(PanelRow(_("Missing in all, units"), units_text(found.totals.lacking)))
    return Panel(
        "staffing",
        _("Staffing gap"),
        "users-group",
        rows,
        _("Every position of the norm is filled."),
        reverse("staffing"),
        _("To the staffing"),
    )
