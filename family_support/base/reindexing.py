"""The blind indexes follow another key: offline, in batches, taken up again where it stopped.

Half of it by one key and half by the other would hide people from their own team and, worse, show a case to somebody on
its barred list. So nobody serves meanwhile: the database is marked, and a marked one refuses every start.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from family_support.base import crypto, rotation
from family_support.base.actor import SYSTEM
from family_support.base.database_context import signed
from family_support.base.key_fingerprints import BLIND, UNFINISHED, WrongKeysError
from family_support.base.models import KeyFingerprint
from family_support.base.personal_data import GONE

REASON = "rotate_blind_index"


class ForeignIndexError(Exception):
    """A row's index was made with neither key: nothing of its batch is changed."""


def begin() -> tuple[bytes, bytes] | None:
    """The old and the new key, with the database marked as being between them; None when it has the new one already.

    Raises WrongKeysError where the keys are not those of this database, or another rotation was left unfinished.
    """
    new = crypto.blind_index_key()
    with transaction.atomic():
        marks = dict(
            KeyFingerprint.objects.select_for_update().values_list("name", "fingerprint").order_by("pk")
        )
        pending, mark = marks.get(UNFINISHED), crypto.fingerprint(new)
        if pending is None and marks.get(BLIND) == mark:
            return None
        if pending not in (None, mark):
            raise WrongKeysError(f"{BLIND} is not the key that the rotation left unfinished leads to.")
        old = crypto.blind_index_key(f"{BLIND}_OLD")
        if marks.get(BLIND) != crypto.fingerprint(old):
            raise WrongKeysError(f"{BLIND}_OLD is not the key that this database was written with.")
        KeyFingerprint.objects.get_or_create(name=UNFINISHED, defaults={"fingerprint": mark})
    return old, new


def finish(now: datetime) -> Iterator[tuple[str, int]]:
    """What cannot be made anew ends, and the database is one of the new key, both or neither."""
    with transaction.atomic(), signed(SYSTEM, REASON):
        for name, forget in rotation.forgotten():
            yield name, forget(now)
        mark = KeyFingerprint.objects.get(name=UNFINISHED)
        KeyFingerprint.objects.filter(name=BLIND).update(fingerprint=mark.fingerprint)
        mark.delete()


def reindex(index: rotation.Index, old: bytes, new: bytes, batch: int) -> int:
    """Make one column anew; how many rows. Raises ForeignIndexError, DecryptionError."""
    model = apps.get_model(index.model)
    last: Any = None
    total = 0
    while True:
        with transaction.atomic(), signed(SYSTEM, REASON):
            rows = model._base_manager.select_for_update().order_by("pk")
            found = list(rows.filter(pk__gt=last)[:batch] if last is not None else rows[:batch])
            total += sum(_renewed(row, index, old, new) for row in found)
        if len(found) < batch:
            return total
        last = found[-1].pk


def _renewed(row: models.Model, index: rotation.Index, old: bytes, new: bytes) -> bool:
    """Whether the row had to change. An erased one has an index by chance and stays."""
    values = index.values(row)
    if values == GONE:
        return False
    stored = getattr(row, index.column)
    made = _maker(values, index.purpose)
    if stored == made(new):
        return False
    if stored != made(old):
        raise ForeignIndexError(f"{index.name} of row {row.pk} was made with neither key.")
    type(row)._base_manager.filter(pk=row.pk).update(**{index.column: made(new)})
    return True


def _maker(values: str | list[str], purpose: str) -> Callable[[bytes], str | list[str]]:
    def made(key: bytes) -> str | list[str]:
        if isinstance(values, str):
            return crypto.blind_index(values, purpose, key)
        return sorted({crypto.blind_index(value, purpose, key) for value in values if value})

    return made


def others_connected() -> int:
    """How many other connections this database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
