"""What was done with the history last, for the security officer: written by the owner's commands, read by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


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
