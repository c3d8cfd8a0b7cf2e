"""Signs of life: each part of the product that works by itself leaves one, and whoever looks tells silence from quiet.

A sign is left by the part itself, straight into the database: beat by its scheduler, a worker after a task it carried
out, the watch after each look. So a dead beat and a silent worker are told apart, and neither can hide the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from family_support.deadlines.models import Heartbeat

SWEEP = "sweep"
BEAT = "beat"
WATCH = "watch"
BROKER = "broker"
# Each worker has a sign of its own: "worker:" and its node's name.
WORKER = "worker:"
# The longest pause between two signs of a part that is alive; longer ones begin its time anew.
GAP = timedelta(seconds=90)


def leave(name: str, now: datetime, found: int = 0, milliseconds: int = 0) -> None:
    """Leave a sign of life. The last one counts, also after a clock was set back.

    `since` is the moment since which the part has been alive without a gap: a clock that jumps makes one.
    """
    table = Heartbeat._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS h (name, at, since, found, milliseconds) VALUES (%s, %s, %s, %s, %s) "  # noqa: S608
            "ON CONFLICT (name) DO UPDATE SET at = excluded.at, found = excluded.found, "
            "milliseconds = excluded.milliseconds, since = CASE WHEN abs(extract(epoch FROM excluded.at - h.at)) <= %s "
            "THEN h.since ELSE excluded.since END",
            (name[:40], now, now, found, milliseconds, GAP.total_seconds()),
        )


def forget(name: str) -> None:
    """A part that was stopped in order is not missed."""
    Heartbeat.objects.filter(name=name[:40]).delete()


def is_silent(sign: Heartbeat | None, now: datetime, after: timedelta) -> bool:
    """Whether a part has left no sign for so long. One from the future was left before the clock was set back."""
    return sign is None or abs(now - sign.at) > after
