"""Whole months of the history dropped after their term, once their export is proved (ADR 28). Owner only."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from family_support.audit.exporting import exported, read_file
from family_support.audit.sealing import LOCK, bounds, verify_month
from family_support.base.database import quoted
from family_support.base.partitions import Partitioned

CHANGE = Partitioned("audit", "change")


class RetiringRefusedError(Exception):
    """The month may not go; the message says why."""


def months_before(limit: date) -> list[date]:
    """Months of the history that have a partition of their own and end before the day, oldest first."""
    names = _rows(
        "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
        "WHERE inhparent = 'audit.change'::regclass AND c.relname ~ '^change_y[0-9]{4}m[0-9]{2}$' ORDER BY 1",
        [],
    )
    months = [date(int(name[8:12]), int(name[13:15]), 1) for (name,) in names]
    return [month for month in months if month < limit.replace(day=1)]


def retire_month(entry: Partitioned, month: date, folder: Path) -> int:
    """Drop one month; how many rows went. Its seals stay, so the chain of what was can still be compared.

    Errors: RetiringRefusedError if anything of it is not sealed, not exported, or not as it was sealed.
    """
    name = f"{quoted(entry.schema)}.{quoted(f'{entry.table}_y{month:%Y}m{month:%m}')}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Nothing is written to a month that is over; whoever reads waits for a moment.
        cursor.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        seals = _rows("SELECT id, hash, row_count FROM audit.seal WHERE month = %s ORDER BY id", [month])
        count = _check(month, seals, folder, name)
        if seals:
            cursor.execute(
                "INSERT INTO audit.retired (month, row_count, head) VALUES (%s, %s, %s)",
                [month, count, seals[-1][1]],
            )
        cursor.execute(f"ALTER TABLE {quoted(entry.schema)}.{quoted(entry.table)} DETACH PARTITION {name}")
        cursor.execute(f"DROP TABLE {name}")
    return count


def _check(month: date, seals: list[tuple[Any, ...]], folder: Path, name: str) -> int:
    [(count,)] = _rows(f"SELECT count(*) FROM {name}", [])  # noqa: S608
    start, end = bounds(month)
    [(caught,)] = _rows("SELECT count(*) FROM audit.change_default WHERE at >= %s AND at < %s", [start, end])
    if caught or count != sum(sealed for _id, _hash, sealed in seals):
        raise RetiringRefusedError(f"{month:%Y-%m}: not everything is sealed")
    if verify_month(month) is not None:
        raise RetiringRefusedError(f"{month:%Y-%m}: the chain is broken, run verify_audit")
    files = {each.seal_id: each for each in exported(folder)}
    for seal_id, value, rows in seals:
        each = files.get(seal_id)
        content = read_file(each) if each is not None and each.head == bytes(value).hex() else None
        if content is None or len(content) != rows:
            raise RetiringRefusedError(f"{month:%Y-%m}: the export of seal {seal_id} is not proved")
    return int(count)


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
