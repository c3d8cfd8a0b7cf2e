"""`{% due deadline now %}`: badge, clause and the way to the explanation of a due date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from family_support.deadlines.badges import DueView, view
from family_support.deadlines.models import Deadline
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.queries import load_calendar

register = template.Library()
_KEPT = "deadlines.calendars"


def _calendar(context: template.Context, deadline: Deadline) -> WorkCalendar:
    """The calendar of the deadline's Center, loaded once a page."""
    store: Any = context.render_context
    top = store.dicts[0] if hasattr(store, "dicts") and store.dicts else {}
    kept: dict[int, WorkCalendar] = top.setdefault(_KEPT, {})
    if deadline.center_id not in kept:
        kept[deadline.center_id] = load_calendar(center=deadline.center)
    return kept[deadline.center_id]


@register.inclusion_tag("deadlines/due.html", takes_context=True)
def due(
    context: template.Context, deadline: Deadline | None, now: datetime, compact: bool = False
) -> dict[str, Any]:
    """Badge, due day, clause and, for who may open it, a link to the explanation; `compact` leaves the clause out.
    Nothing for None."""
    if deadline is None:
        return {"due": None}
    actor = getattr(context.get("request"), "actor", None)
    return {
        "due": view(deadline, now, _calendar(context, deadline)),
        "compact": compact,
        "opens": actor is None or deadline.opens_to(actor),
    }


@register.simple_tag(takes_context=True)
def due_view(context: template.Context, deadline: Deadline, now: datetime) -> DueView:
    """The same as an object: `{% due_view deadline now as due %}`."""
    return view(deadline, now, _calendar(context, deadline))
