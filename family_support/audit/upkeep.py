"""What was done with the history last, for the security officer: written by the owner's commands, read by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# More rows than this are "more than": they are not counted on every look.
COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Done:
    """The last run of a command: when, whether all was well, how many batches, breaks or rows."""

    at: datetime
    good: bool
    count: int


def note(what: str, *, good: bool, count: int) -> None:
    """Remember the last run of `sealed`, `verified`, `exported` or `retired`. Owner only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit.upkeep (what, good, count) VALUES (%s, %s, %s) ON CONFLICT (what) DO UPDATE "
            "SET at = clock_timestamp(), good = excluded.good, count = excluded.count",
            [what, good, count],
        )


def last() -> dict[str, Done]:
    """The last run of each command that ever ran."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, at, good, count FROM audit.health")
        return {what: Done(at, good, count) for what, at, good, count in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the seals reach: batches, when the last was sealed, how many rows wait and since when."""

    batches: int
    at: datetime | None
    waiting: int
    waiting_since: datetime | None


def reach() -> Reach:
    """What is sealed and what is not yet: two queries, whatever the size of the history."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT batches, to_id, at FROM audit.sealed")
        batches, to_id, at = cursor.fetchone()
        cursor.execute(
            "SELECT count(*), min(at) FROM (SELECT at FROM audit.trail WHERE id > %s ORDER BY id LIMIT %s) waiting",
            [to_id, COUNTED + 1],
        )
        waiting, since = cursor.fetchone()
    return Reach(batches, at, waiting, since)
