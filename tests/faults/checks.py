"""What must be true after any fault: every level recorded once, told once, delivered once. Says what is not."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from family_support.deadlines.models import DeadlineLevel
from family_support.deadlines.sweep import LEVEL_REACHED
from family_support.notifications.models import Notice
from family_support.outbox.models import Delivery, Event

Expected = dict[int, list[tuple[str, datetime]]]


def problems(expected: Expected) -> list[str]:
    """Everything that is missing or there twice, of the levels that deadlines (by key) were to reach."""
    wanted = {(key, level) for key, schedule in expected.items() for level, _moment in schedule}
    rows = list(DeadlineLevel.objects.values_list("deadline_id", "level", "told"))
    recorded = Counter((key, level) for key, level, _told in rows)
    found = [f"missing level {each}" for each in sorted(wanted - set(recorded))]
    found += [f"unwanted level {each}" for each in sorted(set(recorded) - wanted)]
    found += [f"level {each} {count} times" for each, count in recorded.items() if count > 1]

    told = Counter((key, level) for key, level, was_told in rows if was_told)
    events = Counter(
        (event["deadline_id"], event["level"]) for event in Event.objects.filter(type=LEVEL_REACHED)
    )
    found += [f"untold {each}" for each in (told - events)]
    found += [f"told too often {each}" for each in (events - told)]
    last = {key: schedule[-1][0] for key, schedule in expected.items()}
    found += [f"last level of {key} not told" for key, level in last.items() if not events[key, level]]

    notices = Counter(Notice.objects.values_list("event_id", "recipient_id"))
    found += [f"notice {each} {count} times" for each, count in notices.items() if count > 1]
    silent = Event.objects.filter(type=LEVEL_REACHED).exclude(pk__in=Notice.objects.values("event_id"))
    found += [f"event {event.pk} reached nobody" for event in silent]
    found += [f"delivery {row.pk} {row.state}" for row in Delivery.objects.exclude(state=Delivery.State.DONE)]
    return found
