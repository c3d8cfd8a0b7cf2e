"""Reactions to events: who is told of a deadline's level, and how loudly (rules.md 4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import Telling, notify_many
from family_support.notifications.models import Notice
from family_support.notifications.recipients import directors
from family_support.notifications.registry import recipients_of, register_kind
from family_support.outbox.events import handles_many
from family_support.outbox.models import Event

ESCALATED = "escalated"
SUBJECT = "deadlines.deadline"
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

register_kind(
    "deadline.again", _("Still overdue: %(term)s"), "alert-triangle", urgent=True, late=True, tone="red",
    names=_TERM,
)  # fmt: skip


# A chaser is told by the app whose term it is.
@handles_many("deadline.level_reached", only={"level": KINDS})
def tell_level(events: Sequence[Event]) -> None:
    """Tell each case's lead (named by `cases`), and from the escalation on the Center's director.

    How loudly is data of the term: the level's own in its row's ladder, which the event brings along. A morning on
    which five thousand terms are due is told by a few statements a hundred, not by a dozen each.
    """
    now = clock.now()
    named = recipients_of(events)
    direct = Directing(clock.local_date(now))
    with acting(SYSTEM):
        notify_many([_telling(event, named[event.pk], direct) for event in events], now=now)


class Directing:
    """Who directs a Center on a day, read once a Center."""

    def __init__(self, on: date) -> None:
        self.on, self._known = on, dict[int, list[int]]()

    def of(self, center_id: int) -> list[int]:
        if center_id not in self._known:
            self._known[center_id] = directors(center_id, self.on)
        return self._known[center_id]


def _telling(event: Event, named: list[int], direct: Directing) -> Telling:
    level = event["level"]
    # Nobody leads the case yet: the director hears of it instead, so that no level is told to nobody.
    up = direct.of(event["center_id"]) if level == ESCALATED or not named else []
    return Telling(
        recipients=[*named, *up],
        kind=KINDS[level],
        subject=(SUBJECT, event["deadline_id"]),
        case_id=event.case_id,
        event_id=event.pk,
        params={"term": event["term"]},
        loudness=event.payload.get("loudness"),
    )


@handles_many("deadline.told_again")
def tell_again(events: Sequence[Event]) -> None:
    """The case's lead and the director, as of the way up, until each has acknowledged it: read that it is late."""
    now = clock.now()
    named = recipients_of(events)
    direct = Directing(clock.local_date(now))
    told = {event.pk: {*named[event.pk], *direct.of(event["center_id"])} for event in events}
    knowing = _who_knows([event["deadline_id"] for event in events], set().union(*told.values()))
    with acting(SYSTEM):
        notify_many(
            [
                Telling(
                    recipients=[pk for pk in told[event.pk] if (event["deadline_id"], pk) not in knowing],
                    kind="deadline.again",
                    subject=(SUBJECT, event["deadline_id"]),
                    case_id=event.case_id,
                    event_id=event.pk,
                    params={"term": event["term"]},
                )
                for event in events
            ],
            now=now,
        )


def _who_knows(deadlines: Sequence[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of a deadline and a membership that has read that it is late, from its way up on."""
    read = Notice.objects.filter(
        recipient_id__in=people,
        subject_type=SUBJECT,
        subject_id__in=deadlines,
        kind__in=(KINDS[ESCALATED], "deadline.again"),
        read_at__isnull=False,
    )
    return set(read.values_list("subject_id", "recipient_id"))
