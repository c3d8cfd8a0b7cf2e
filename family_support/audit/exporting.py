"""Sealed batches copied to a place that only takes writes, and compared with it (ADR 28). Owner only.

A file holds of each change what a seal covers: who, when, which row, and the digest of its content; never the content.
It proves itself: its name carries the head that its lines give when they are hashed after the head before.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from family_support.audit.sealing import Broken, bounds

_NAME = re.compile(r"^audit-(\d{4})-(\d{2})-(\d{10})-([0-9a-f]{64})\.jsonl\.gz$")
_SEALS = """
SELECT id, month, from_id, to_id, row_count, previous, hash FROM audit.seal
WHERE month NOT IN (SELECT month FROM audit.retired) AND id > %s ORDER BY id
"""
# The seven values before the content's digest are what audit.row_digest hashes, in its order.
_ROWS = """
SELECT c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.txid::text, c.table_name, c.row_id,
  c.case_id, c.operation::text, c.actor_id, c.membership_id, c.role, c.request_id,
  CASE WHEN length(c.content) = 33 OR (c.salt IS NULL AND c.content IS NULL) THEN NULL
       ELSE encode(coalesce(c.content, audit.content_digest(c)), 'hex') END,
  encode(audit.row_digest(c), 'hex')
FROM audit.change c WHERE c.id > %s AND c.id <= %s AND c.at >= %s AND c.at < %s ORDER BY c.id
"""


class ExportRefusedError(Exception):
    """What is there, or what should go there, is not what was sealed; the message names it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One file of the destination, as its name says."""

    path: Path
    month: date
    seal_id: int
    head: str


def destination() -> Path | None:
    """The folder of the environment (AUDIT_EXPORT_DIR); None where none is set."""
    return Path(settings.AUDIT_EXPORT_DIR) if settings.AUDIT_EXPORT_DIR else None


def exported(folder: Path) -> list[Exported]:
    """The whole files of the folder, in the order of their seals; halves (`.part`) are not among them."""
    found = []
    for path in folder.iterdir():
        match = _NAME.match(path.name)
        if match:
            year, month, seal, head = match.groups()
            found.append(Exported(path, date(int(year), int(month), 1), int(seal), head))
    return sorted(found, key=lambda each: each.seal_id)


def export_pending(folder: Path) -> list[Exported]:
    """Write every sealed batch that is not there yet; the new files. Stopped anywhere, the next run goes on.

    Errors: ExportRefusedError if a batch no longer gives its seal, or was exported with another head.
    """
    there = {each.seal_id: each for each in exported(folder)}
    made = []
    for seal_id, month, from_id, to_id, count, previous, value in _seals(0):
        head = bytes(value).hex()
        known = there.get(seal_id)
        if known is not None:
            if known.head != head:
                raise ExportRefusedError(f"seal {seal_id} was exported with another head")
            continue
        header = {
            "month": f"{month:%Y-%m}", "seal": seal_id, "from": from_id, "to": to_id, "rows": count,
            "previous": bytes(previous).hex(), "hash": head,
        }  # fmt: skip
        rows = _query(_ROWS, [from_id, to_id, *bounds(month)])
        lines = [json.dumps(each, ensure_ascii=False) for each in (header, *rows)]
        if _head(bytes(previous).hex(), (list(row) for row in rows)) != head or len(rows) != count:
            raise ExportRefusedError(f"seal {seal_id} does not fit its rows: run verify_audit")
        name = f"audit-{month:%Y-%m}-{seal_id:010d}-{head}.jsonl.gz"
        _write_once(folder / name, gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
        made.append(Exported(folder / name, month, seal_id, head))
    return made


def compare(folder: Path) -> Iterator[Broken]:
    """What the folder tells that the database alone cannot: batches cut off, chains written anew, files altered."""
    seals = {row[0]: bytes(row[1]).hex() for row in _query("SELECT id, hash FROM audit.seal", [])}
    files = exported(folder)
    there = {each.seal_id for each in files}
    for each in files:
        rows = read_file(each)
        if rows is None:
            yield Broken(each.month, "file", None, each.seal_id)
        elif each.seal_id not in seals:
            yield Broken(each.month, "cut", rows[0][0], each.seal_id)
        elif seals[each.seal_id] != each.head:
            yield Broken(each.month, "rewritten", _first_changed(rows), each.seal_id)
    last = max(there, default=0)
    for seal_id, month, *_rest in _seals(0):
        if seal_id < last and seal_id not in there:
            yield Broken(month, "missing", None, seal_id)


def read_file(each: Exported) -> list[list[Any]] | None:
    """The rows of a file, or None if its lines do not give the head of its name."""
    try:
        header, *rows = [
            json.loads(line) for line in gzip.decompress(each.path.read_bytes()).decode().splitlines()
        ]
        fits = header["rows"] == len(rows) > 0 and _head(header["previous"], iter(rows)) == each.head
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None
    return rows if fits else None


def _head(previous: str, rows: Iterator[list[Any]]) -> str:
    """The head that rows of a file give; empty if a line's own digest does not fit what it says."""
    chain = hashlib.sha256(bytes.fromhex(previous))
    for *said, content, digest in rows:
        # Rows recorded before contents had digests of their own (ADR 25) can be counted and chained, not recomputed.
        if content is not None:
            text = json.dumps([*said, content], ensure_ascii=False)
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                return ""
        chain.update(int(said[0]).to_bytes(8, "big") + bytes.fromhex(digest))
    return chain.hexdigest()


def _first_changed(rows: list[list[Any]]) -> int | None:
    """The first row of a file whose digest in the database is another now, or which is gone."""
    ids = [row[0] for row in rows]
    found = dict(
        _query(
            "SELECT c.id, encode(audit.row_digest(c), 'hex') FROM audit.change c WHERE c.id = ANY(%s)", [ids]
        )
    )
    return next((row[0] for row in rows if found.get(row[0]) != row[-1]), None)


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over a file that is there: a link fails where the name is taken."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o440)
    try:
        os.link(part, path)
    except FileExistsError:
        raise ExportRefusedError(f"{path.name} is there already") from None
    finally:
        part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _seals(after: int) -> list[tuple[Any, ...]]:
    return _query(_SEALS, [after])


def _query(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
