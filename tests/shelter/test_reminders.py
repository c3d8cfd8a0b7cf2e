"""A missing notice about a minor is told to the director when it is late, and again every 4 hours (states.md)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from cases.models import TimelineEntry
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.deadlines.sweep import sweep
from family_support.notifications.handlers import tell_level
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from shelter import actions, handlers
from shelter.models import MinorNotice
from tests.factories import NOON, Place, a_center
from tests.shelter.samples import send, with_child

HOUR = timedelta(hours=1)


@pytest.fixture
def late(setting: Place) -> list[MinorNotice]:
    return list(with_child(setting).notices.order_by("pk"))


def test_the_director_is_told_at_once_and_again_every_four_hours_until_it_is_sent(
    setting: Place, late: list[MinorNotice]
) -> None:
    first, second = late
    due = NOON + 24 * HOUR
    assert actions.remind_notices(now=due + 4 * HOUR - timedelta(minutes=1)) == 0
    assert actions.remind_notices(now=due + 4 * HOUR) == 2
    assert actions.remind_notices(now=due + 4 * HOUR) == 0, "each reminder once"
    send(first, setting, now=due + 5 * HOUR)
    assert actions.remind_notices(now=due + 30 * HOUR) == 1, "an outage is caught up with one"
    assert actions.remind_notices(now=due + 34 * HOUR - timedelta(minutes=1)) == 0
    first, second = (MinorNotice.objects.get(pk=row.pk) for row in late)
    assert (first.reminders, first.next_reminder_at) == (1, None)
    assert (second.reminders, second.next_reminder_at) == (2, due + 34 * HOUR)
    assert Event.objects.filter(type="notice.missing").count() == 3
    assert TimelineEntry.objects.filter(kind="notice.missing").count() == 3
    for event in Event.objects.filter(type="notice.missing"):
        handlers.tell_missing(event)
    told = Notice.objects.filter(kind="notice.missing")
    assert set(told.values_list("recipient_id", flat=True)) == {
        setting.people[Role.DIRECTOR].pk,
        setting.people[Role.CASEWORKER].pk,
    }
    assert set(told.values_list("subject_id", flat=True)) == {second.pk}, "the one that was sent is past"
    assert set(told.values_list("loudness", flat=True)) == {"urgent"}


def test_the_end_of_the_24_hours_is_told_to_the_director_at_once(
    setting: Place, late: list[MinorNotice]
) -> None:
    sweep(now=NOON + 24 * HOUR + timedelta(minutes=1))
    subject = {"subject_type": "shelter.minornotice", "subject_id": late[0].pk}
    deadline = Deadline.objects.get(**subject)
    assert DeadlineLevel.objects.filter(deadline=deadline, level="escalated").exists()
    for event in Event.objects.filter(type="deadline.level_reached", payload__level="escalated"):
        tell_level([event])
    told = Notice.objects.filter(kind="deadline.escalated", recipient=setting.people[Role.DIRECTOR])
    assert told.urgent().exists()


def test_two_sweeps_at_once_remind_once(own_database: str) -> None:
    with clock.at(NOON):
        with_child(a_center())
    now, start = NOON + 40 * HOUR, Barrier(2)

    def run(_number: int) -> int:
        try:
            start.wait(30)
            return actions.remind_notices(now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, range(2))) == 2
    assert Event.objects.filter(type="notice.missing").count() == 2
    assert set(MinorNotice.objects.values_list("reminders", flat=True)) == {1}
