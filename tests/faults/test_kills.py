"""The real worker and beat are killed while deadlines come due: nothing is lost, nothing is told twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import IntegrityError

from family_support.accounts.models import Membership
from family_support.base.clock import now
from family_support.deadlines.models import DeadlineLevel
from family_support.deadlines.queries import last_sweep
from family_support.deadlines.sweep import LEVEL_REACHED, sweep
from family_support.notifications.models import Notice
from family_support.outbox.models import Delivery, Event
from tests.faults.checks import Expected, problems
from tests.services import Stack

Make = Callable[..., Expected]
KILLS = 2


def until(condition: Callable[[], bool], seconds: float, what: str, step: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(step)


def settled(expected: Expected) -> bool:
    """Whether all is recorded and delivered. What a killed worker held waits for its lease: that minute is skipped."""
    Delivery.objects.pending().filter(attempts__gt=0).update(next_attempt_at=now())
    return (
        DeadlineLevel.objects.count() >= sum(map(len, expected.values()))
        and not Delivery.objects.pending().exists()
    )


def test_kills_and_a_flushed_broker_lose_nothing_and_tell_nothing_twice(parts: Stack, due_soon: Make) -> None:
    chance = random.Random(20261121)
    expected = due_soon(200) | due_soon(150, first=8, between=6, subject="test.later")
    parts.beat()
    for number in range(KILLS):
        worker = parts.worker(concurrency=2)
        seen = Notice.objects.count()
        until(lambda seen=seen: Notice.objects.count() > seen, 60, f"work {number}", step=0.01)
        time.sleep(chance.uniform(0, 0.4))
        worker.kill()
    assert Delivery.objects.pending().exists(), "killed too late to prove anything"
    parts.worker(concurrency=2)
    parts.beat()  # a second beat does no harm
    until(lambda: settled(expected), 120, "the work the killed workers left", step=0.5)
    assert problems(expected) == []

    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    expected |= due_soon(100, subject="test.flushed")
    until(lambda: settled(expected), 120, "the work after the flush", step=0.5)
    assert problems(expected) == []
    assert not last_sweep(now()).silent


class TestNegativeControls:
    """The check must see what it is there for."""

    @pytest.fixture
    def swept(self, own_database: str, due_soon: Make) -> Expected:
        expected = due_soon(5)
        sweep(now())
        Delivery.objects.update(state=Delivery.State.DONE, done_at=now())
        for event in Event.objects.filter(type=LEVEL_REACHED):
            Notice.objects.create(
                recipient_id=event_recipient(),
                kind="deadline.escalated",
                subject_type="test.row",
                subject_id=1,
                created_at=now(),
                event_id=event.pk,
            )
        assert problems(expected) == []
        return expected

    def test_without_its_unique_key_a_level_twice_is_seen(self, swept: Expected, owner_cursor: Any) -> None:
        row = DeadlineLevel.objects.values("deadline_id", "level", "due_at", "reached_at", "told").first()
        assert row is not None
        with pytest.raises(IntegrityError, match="level_exactly_once"):
            DeadlineLevel.objects.create(**row)
        owner_cursor.execute("ALTER TABLE deadlines_deadlinelevel DROP CONSTRAINT level_exactly_once")
        DeadlineLevel.objects.create(**row)
        assert any("2 times" in problem for problem in problems(swept))

    def test_a_lost_level_is_seen(self, swept: Expected, owner_cursor: Any) -> None:
        owner_cursor.execute(
            "DELETE FROM deadlines_deadlinelevel WHERE level = 'overdue' AND deadline_id = %s", [min(swept)]
        )
        assert f"missing level ({min(swept)}, 'overdue')" in problems(swept)

    def test_an_event_past_the_outbox_is_seen(self, swept: Expected) -> None:
        first = Event.objects.filter(type=LEVEL_REACHED).order_by("pk").first()
        assert first is not None
        payload = first.payload
        Delivery.objects.filter(event=first).delete()
        Notice.objects.filter(event_id=first.pk).delete()
        first.delete()
        assert any(problem.startswith("untold") for problem in problems(swept))
        for _twice in range(2):
            Event.objects.create(type=LEVEL_REACHED, payload=payload, created_at=now())
        assert any(problem.startswith("told too often") for problem in problems(swept))


def event_recipient() -> int:
    found = Membership.objects.first()
    assert found is not None
    return found.pk
