"""Files on disk beside their rows: whole or absent, and gone again when the transaction does not stay."""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection, transaction

TEMPORARY = ".part"


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write(name: str, content: bytes) -> None:
    """Write a new stored file under its final name in one step: it is there whole, or not at all."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def remove(path: str) -> None:
    """Remove a file by its path; one already gone is no error."""
    with suppress(FileNotFoundError):
        os.unlink(path)


class _Pending:
    """Removes a file unless the transaction that owns it commits.

    Django tells nobody of a rollback, but it drops the callbacks of the work rolled back, a savepoint's too: the only
    reference to this object is such a callback, so it dies with them, and its finalizer takes the file along.
    """

    def __init__(self, path: str) -> None:
        self._finalizer = weakref.finalize(self, remove, path)

    def keep(self) -> None:
        self._finalizer.detach()


def write_with_row(name: str, content: bytes) -> None:
    """`write` now; the file stays only if the current transaction commits. Raises RuntimeError outside one."""
    if not connection.in_atomic_block:
        raise RuntimeError("a file is written in the transaction of its row")
    write(name, content)
    transaction.on_commit(_Pending(default_storage.path(name)).keep)


def remove_after_commit(name: str) -> None:
    """Remove a stored file that no row names any more, once that is committed."""
    path = default_storage.path(name)
    transaction.on_commit(lambda: remove(path))


def stored_files(older_than: datetime) -> Iterator[str]:
    """Names of the stored files last written before a moment, in no order."""
    root = Path(default_storage.path(""))
    for path in root.glob("??/*"):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < older_than.timestamp():
                yield path.relative_to(root).as_posix()
