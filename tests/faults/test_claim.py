"""What the claim of rows is there for, beside the unique key: seen by taking the claim alone away.

The key alone keeps every level exactly once. Without the claim the second sweeper waits for the first and does all of
its work again, and an act that moves a deadline at this moment is overwritten by what the sweep read before: the checks
turn red.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now
from family_support.deadlines import sweep as sweeping
from family_support.deadlines.models import Deadline
from tests.faults.checks import Expected, findings

CLAIM = "FOR UPDATE SKIP LOCKED"
Make = Callable[..., Expected]


@pytest.fixture(params=["claimed", "unclaimed"])
def careless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the sweep runs without its claim; nothing else of it is changed."""
    without = sweeping._SWEEP.replace(CLAIM, "")
    assert without != sweeping._SWEEP
    if request.param == "unclaimed":
        monkeypatch.setattr(sweeping, "_SWEEP", without)
    return request.param == "unclaimed"


class Sweeper(threading.Thread):
    """One sweep in a thread with a connection of its own; how many rows it claimed."""

    claimed = 0

    def run(self) -> None:
        try:
            self.claimed = sweeping._sweep_batch(now(), 1000).deadlines
        finally:
            connection.close()

    def waits(self) -> bool:
        """Whether it has to wait for a lock: asked until it does, or has ended."""
        until = time.monotonic() + 10
        while self.is_alive() and time.monotonic() < until:
            with connection.cursor() as cursor:
                # Not of pg_stat_activity, which a transaction sees as it was when it looked first.
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT l.pid FROM pg_locks l"
                    " JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())"
                )
                if cursor.fetchone()[0]:
                    return True
            time.sleep(0.01)
        return False


def test_the_key_alone_keeps_levels_once_but_the_work_is_done_twice(
    careless: bool, due_soon: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = due_soon(200)
    holds, release = threading.Event(), threading.Event()
    emit_many = sweeping.emit_many

    def held(*given: object) -> None:
        """The first has written its levels and events and has not committed."""
        emit_many(*given)  # type: ignore[arg-type]
        if not holds.is_set():
            holds.set()
            release.wait(10)

    monkeypatch.setattr(sweeping, "emit_many", held)
    first, second = Sweeper(), Sweeper()
    first.start()
    assert holds.wait(10)
    second.start()
    waited = second.waits()
    release.set()
    first.join()
    second.join()
    found = findings(expected)
    assert (found.missing, found.twice, found.unwanted) == (0, 0, 0)
    assert (found.lost_events, found.events_twice) == (0, 0)
    # With the claim the second finds nothing left and is done; without, it waited and went over every row again.
    assert (waited, first.claimed + second.claimed) == ((True, 400) if careless else (False, 200))


def test_without_the_claim_an_act_at_the_same_moment_is_overwritten(careless: bool, due_soon: Make) -> None:
    (pk,) = due_soon(1)
    later = [
        (level, now() + timedelta(hours=hours))
        for hours, level in enumerate(("due_today", "overdue", "escalated"), 1)
    ]
    sweeper = Sweeper()
    with acting(SYSTEM):
        # As every act that moves a deadline does: another schedule, in a transaction that has not ended yet.
        Deadline.objects.filter(pk=pk).update(
            schedule=[[level, moment.isoformat()] for level, moment in later], next_at=later[0][1]
        )
        sweeper.start()
        assert sweeper.waits() is careless
    sweeper.join()
    if careless:
        assert findings({pk: []}).unwanted == 3, "told of levels that the act had put off"
        return
    assert findings({pk: []}).problems == []
    sweeping.sweep(later[-1][1] + timedelta(minutes=1))
    found = findings({pk: later})
    assert (found.missing, found.twice, found.unwanted, found.lost_events) == (0, 0, 0, 0)
