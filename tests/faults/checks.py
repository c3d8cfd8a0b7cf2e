"""What must be true after any fault, as counts: nothing missing, nothing there twice. Says what is not so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from family_support.deadlines.models import DeadlineLevel
from family_support.deadlines.sweep import LEVEL_REACHED
from family_support.notifications.handlers import KINDS
from family_support.notifications.models import Notice
from family_support.outbox.models import Delivery, Event

Expected = dict[int, list[tuple[str, datetime]]]


@dataclass
class Findings:
    """Counts of what was expected and of every way in which it may not be so; `problems` names the first of each."""

    expected: int = 0
    missing: int = 0
    twice: int = 0
    unwanted: int = 0
    told: int = 0
    lost_events: int = 0
    events_twice: int = 0
    notices: int = 0
    notices_twice: int = 0
    told_nobody: int = 0
    undelivered: int = 0
    problems: list[str] = field(default_factory=list)

    def note(self, name: str, found: list[str]) -> None:
        setattr(self, name, len(found))
        self.problems += found[:5]


def findings(expected: Expected, *, apart_from: tuple[str, ...] = ()) -> Findings:
    """Compare what deadlines (by key) were to reach with what was recorded, told and delivered.

    Deliveries of the event types of `apart_from` may stand where they will.
    """
    result = Findings(expected=sum(map(len, expected.values())))
    wanted = {(key, level) for key, schedule in expected.items() for level, _moment in schedule}
    rows = list(
        DeadlineLevel.objects.filter(deadline_id__in=list(expected)).values_list(
            "deadline_id", "level", "told"
        )
    )
    recorded = Counter((key, level) for key, level, _told in rows)
    result.note("missing", [f"missing level {each}" for each in sorted(wanted - set(recorded))])
    result.note("unwanted", [f"unwanted level {each}" for each in sorted(set(recorded) - wanted)])
    result.note("twice", [f"level {each} {count} times" for each, count in recorded.items() if count > 1])

    told = Counter((key, level) for key, level, was_told in rows if was_told)
    events = {
        event.pk: (event["deadline_id"], event["level"])
        for event in Event.objects.filter(type=LEVEL_REACHED)
        if event["deadline_id"] in expected
    }
    heard = Counter(events.values())
    result.told = sum(told.values())
    last = {key: schedule[-1][0] for key, schedule in expected.items() if schedule}
    untold = [f"untold {each}" for each in (told - heard)]
    untold += [f"last level of {key} not told" for key, level in last.items() if not heard[key, level]]
    result.note("lost_events", untold)
    result.note("events_twice", [f"told too often {each}" for each in (heard - told)])

    notices = Counter(Notice.objects.exclude(event_id=None).values_list("event_id", "recipient_id", "kind"))
    result.notices = sum(notices.values())
    result.note(
        "notices_twice", [f"notice {each} {count} times" for each, count in notices.items() if count > 1]
    )
    reached = {event_id for event_id, _recipient, _kind in notices}
    loud = [pk for pk, (_key, level) in events.items() if level in KINDS]
    result.note("told_nobody", [f"event {pk} reached nobody" for pk in loud if pk not in reached])
    left = Delivery.objects.exclude(state=Delivery.State.DONE).exclude(event__type__in=apart_from)
    result.note("undelivered", [f"delivery {row.pk} {row.state} {row.last_error}" for row in left])
    return result


def problems(expected: Expected) -> list[str]:
    """What is wrong, in words; nothing when all is well."""
    return findings(expected).problems
