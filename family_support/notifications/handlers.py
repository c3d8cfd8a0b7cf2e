"""Reactions to events: who is told of a deadline's level, and how loudly (rules.md 4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import directors
from family_support.notifications.registry import recipients_of, register_kind
from family_support.outbox.events import handles
from family_support.outbox.models import Event

ESCALATED = "escalated"
_TERM = {"term": "term"}
# Each level by its kind; a warning's second and third grade read like the first.
KINDS = {
    "upcoming": "deadline.upcoming",
    "upcoming_2": "deadline.upcoming",
    "upcoming_3": "deadline.upcoming",
    "due_today": "deadline.due_today",
    "overdue": "deadline.overdue",
    "escalated": "deadline.escalated",
}

register_kind("deadline.upcoming", _("A term comes to its end: %(term)s"), "clock", tone="blue", names=_TERM)
register_kind("deadline.due_today", _("Due today: %(term)s"), "calendar-event", tone="orange", names=_TERM)
register_kind(
    "deadline.overdue", _("Overdue: %(term)s"), "alert-triangle", late=True, tone="red", names=_TERM
)
register_kind(
    "deadline.escalated",
    _("Overdue, the director has been told: %(term)s"),
    "alert-triangle",
    late=True,
    tone="red",
    names=_TERM,
)


# A chaser is told by the app whose term it is.
@handles("deadline.level_reached", only={"level": KINDS})
def tell_level(event: Event) -> None:
    """Tell the case's lead (named by `cases`), and from the escalation on the Center's director.

    How loudly is data of the term: the level's own in its row's ladder, which the event brings along.
    """
    now = clock.now()
    level = event["level"]
    told = recipients_of(event)
    if level == ESCALATED or not told:
        # Nobody leads the case yet: the director hears of it instead, so that no level is told to nobody.
        told += directors(event["center_id"], clock.local_date(now))
    with acting(SYSTEM):
        notify(
            told,
            KINDS[level],
            subject=("deadlines.deadline", event["deadline_id"]),
            case_id=event.case_id,
            event_id=event.pk,
            params={"term": event["term"]},
            loudness=event.payload.get("loudness"),
            now=now,
        )
