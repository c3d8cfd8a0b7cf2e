"""What waits for the director's decision, on the board of the Center."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.board import Panel, PanelRow
from family_support.base.actor import Actor
from family_support.deadlines.badges import badge_of
from family_support.deadlines.queries import for_subjects
from family_support.workdays.calendar import WorkCalendar
from ipr.actions.leaving import PLAN
from ipr.actions.versions import SUBJECT
from ipr.queries import proposals_waiting, waiting

SHOWN = 5


def approvals_panel(actor: Actor, now: datetime, calendar: WorkCalendar) -> Panel | None:
    """Plans and ends of plans that wait, the longest first, with the time left: four queries."""
    if not actor.is_director:
        return None
    versions, proposals = list(waiting(actor)[:SHOWN]), list(proposals_waiting(actor)[:SHOWN])
    due = for_subjects(SUBJECT, [row.pk for row in versions], ("plan_approval",))
    ends = for_subjects(PLAN, [row.plan_id for row in proposals], ("termination_decision",))
    rows = [
        PanelRow(
            row.plan.case.number,
            badge=badge_of(due[row.pk], now, calendar) if row.pk in due else None,
            url=reverse("plan-approve", args=(row.pk,)),
        )
        for row in versions
    ]
    rows += [
        PanelRow(
            _("End of the plan: %(number)s") % {"number": row.plan.case.number},
            badge=badge_of(ends[row.plan_id], now, calendar) if row.plan_id in ends else None,
            url=reverse("plan-terminate", args=(row.plan_id,)),
        )
        for row in proposals
    ]
    return Panel(
        "approvals",
        _("Awaiting your decision"),
        "signature",
        rows,
        _("Nothing waits for a decision."),
        reverse("approval-queue"),
        _("All approvals"),
    )
