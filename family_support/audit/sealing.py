"""Sealing: batches of the history hashed afterwards into a chain for each month; writers never wait. Owner only.

Row ids are given before their transactions commit, so a batch may only reach up to an id below which nothing
can appear any more: take the last id given, then wait until every transaction of that moment has ended.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from family_support.base.partitions import add_months

BATCH = 10_000
LOCK = 7_261_001  # one sealer at a time (advisory lock of the transaction)
_MONTH = "date_trunc('month', at AT TIME ZONE 'UTC')::date"
_DIGESTS = """
SELECT c.id, audit.row_digest(c) FROM audit.change c
WHERE c.id > %s AND c.id <= %s AND c.at >= %s AND c.at < %s ORDER BY c.id
"""


class StillWritingError(Exception):
    """A transaction older than the wait is still open; seal later."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One new batch: its month, ids (from, to], rows and the chain's new head in hex (note it down elsewhere)."""

    month: date
    from_id: int
    to_id: int
    rows: int
    head: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken place of a month's chain; ``row_id`` is the history row, None when the seal itself is."""

    month: date
    reason: str
    row_id: int | None
    seal_id: int | None


def _one(sql: str, params: Any = ()) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
        return row[0] if row else None


def bounds(month: date) -> tuple[str, str]:
    """The month in UTC, from and to."""
    return f"{month:%Y-%m-01} 00:00:00+00", f"{add_months(month, 1):%Y-%m-01} 00:00:00+00"


def settled_id(wait_seconds: float = 30.0) -> int:
    """The last id below which no row can appear any more. Raises StillWritingError after the wait."""
    last: int = _one("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit.change_id_seq")
    # A new number: every transaction that was given an id so far has a smaller one.
    horizon = int(_one("SELECT pg_current_xact_id()::text"))
    until = time.monotonic() + wait_seconds
    while int(_one("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")) < horizon:
        if time.monotonic() > until:
            raise StillWritingError
        time.sleep(0.05)
    return last


def genesis(month: date) -> bytes:
    """What the first batch of a month is chained to."""
    return hashlib.sha256(f"audit {month:%Y-%m}".encode()).digest()


def _digest_rows(from_id: int, to_id: int, month: date) -> list[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [from_id, to_id, *bounds(month)])
        return [(row_id, bytes(digest)) for row_id, digest in cursor.fetchall()]


def _chained(previous: bytes, rows: list[tuple[int, bytes]]) -> bytes:
    chain = hashlib.sha256(previous)
    for row_id, digest in rows:
        chain.update(row_id.to_bytes(8, "big") + digest)
    return chain.digest()


def _index(rows: list[tuple[int, bytes]]) -> bytes:
    return b"".join(row_id.to_bytes(8, "big") + digest[:8] for row_id, digest in rows)


def seal_pending(wait_seconds: float = 30.0, batch: int = BATCH) -> list[Sealed]:
    """Seal everything settled since the last time; the new batches. Raises StillWritingError."""
    to_id = settled_id(wait_seconds)
    made: list[Sealed] = []
    while True:
        with transaction.atomic():
            _one("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            start: int = _one("SELECT coalesce(max(to_id), 0) FROM audit.seal")
            if start >= to_id:
                return made
            end = min(to_id, start + batch)
            sealed = [_seal_month(month, start, end) for month in _months(start, end)]
            if not sealed:
                # Ids of rolled-back transactions only: go on with the next rows, if any.
                following = _one("SELECT min(id) FROM audit.change WHERE id > %s AND id <= %s", [end, to_id])
                if following is None:
                    return made
                end = min(to_id, following - 1 + batch)
                sealed = [_seal_month(month, start, end) for month in _months(start, end)]
            made += sealed


def _months(from_id: int, to_id: int) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {_MONTH} FROM audit.change WHERE id > %s AND id <= %s ORDER BY 1",  # noqa: S608
            [from_id, to_id],
        )
        return [month for (month,) in cursor.fetchall()]


def _seal_month(month: date, from_id: int, to_id: int) -> Sealed:
    head = _one("SELECT hash FROM audit.seal WHERE month = %s ORDER BY id DESC LIMIT 1", [month])
    previous = bytes(head) if head is not None else genesis(month)
    rows = _digest_rows(from_id, to_id, month)
    value = _chained(previous, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit.seal (month, from_id, to_id, row_count, rows, previous, hash) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [month, from_id, to_id, len(rows), _index(rows), previous, value],
        )
    return Sealed(month, from_id, to_id, len(rows), value.hex())


def verify() -> Iterator[Broken]:
    """Check every month's chain against the rows; the first broken place of each broken month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT month FROM audit.seal WHERE month NOT IN (SELECT month FROM audit.retired) "
            "ORDER BY month"
        )
        months = [month for (month,) in cursor.fetchall()]
    for month in months:
        broken = verify_month(month)
        if broken is not None:
            yield broken
    yield from _retired()
    stray = _stray()
    if stray is not None:
        yield stray


def verify_month(month: date) -> Broken | None:
    """The first broken place of a month whose rows are still here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, from_id, to_id, rows, previous, hash FROM audit.seal WHERE month = %s ORDER BY id",
            [month],
        )
        seals = cursor.fetchall()
    head = genesis(month)
    for seal_id, from_id, to_id, index, previous, value in seals:
        if bytes(previous) != head:
            return Broken(month, "chain", None, seal_id)
        rows = _digest_rows(from_id, to_id, month)
        head = bytes(value)
        if _chained(bytes(previous), rows) == head:
            continue
        return _first_difference(month, seal_id, rows, bytes(index))
    return None


def _retired() -> Iterator[Broken]:
    """Months dropped after their term: their seals still form the chain that ends in the head noted then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.month, r.head, s.id, s.previous, s.hash FROM audit.retired r "
            "LEFT JOIN audit.seal s ON s.month = r.month ORDER BY r.month, s.id"
        )
        rows = cursor.fetchall()
    heads: dict[date, bytes] = {}
    ends = {}
    for month, end, seal_id, previous, value in rows:
        if seal_id is not None:
            if bytes(previous) != heads.get(month, genesis(month)):
                yield Broken(month, "chain", None, seal_id)
            heads[month] = bytes(value)
        ends[month] = bytes(end), seal_id
    for month, (end, seal_id) in ends.items():
        if heads.get(month) != end:
            yield Broken(month, "seal", None, seal_id)


def _first_difference(month: date, seal_id: int, rows: list[tuple[int, bytes]], index: bytes) -> Broken:
    entries = [index[place : place + 16] for place in range(0, len(index), 16)]
    sealed = {int.from_bytes(entry[:8], "big"): entry[8:] for entry in entries}
    found = {row_id: digest[:8] for row_id, digest in rows}
    for row_id in sorted({*sealed, *found}):
        if row_id not in found:
            return Broken(month, "deleted", row_id, seal_id)
        if row_id not in sealed:
            return Broken(month, "inserted", row_id, seal_id)
        if sealed[row_id] != found[row_id]:
            return Broken(month, "altered", row_id, seal_id)
    return Broken(month, "seal", None, seal_id)


def _stray() -> Broken | None:
    """A row among the sealed ids that no seal of its month covers: slipped in afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {_MONTH} FROM audit.change c "  # noqa: S608
            "WHERE id <= (SELECT coalesce(max(to_id), 0) FROM audit.seal) AND NOT EXISTS ("
            f"SELECT FROM audit.seal s WHERE s.month = {_MONTH} AND c.id > s.from_id AND c.id <= s.to_id) "
            "ORDER BY id LIMIT 1"
        )
        row = cursor.fetchone()
    return Broken(row[1], "inserted", row[0], None) if row else None
