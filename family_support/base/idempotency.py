"""One form, one effect: the hidden ``key`` of a form (or an API caller's key) makes a repeat give the
earlier result.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.core.files.base import File
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.database_errors import constraint_of
from family_support.base.errors import Conflict, Invalid, KeyReused
from family_support.base.models import IdempotencyKey

M = TypeVar("M", bound=models.Model)
KEPT = timedelta(days=14)


def _plain(value: Any) -> Any:
    if isinstance(value, File):
        return [value.name, value.size]
    if isinstance(value, models.Model):
        return [value._meta.label, value.pk]
    return str(value)


def body_hash(body: Any) -> str:
    """SHA-256 of a body's canonical JSON; files count by name and size, rows by key. Nothing of the body is kept."""
    if isinstance(body, Mapping):
        body = {str(name): value for name, value in body.items()}
    text = json.dumps(body, default=_plain, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_uuid(key: UUID | str) -> UUID:
    try:
        return key if isinstance(key, UUID) else UUID(str(key))
    except ValueError as error:
        raise Invalid("bad_key") from error


@dataclass(slots=True)
class Once:
    """What ``once`` hands out: whether this is a repeat, and where to note the result."""

    row: IdempotencyKey
    repeated: bool

    def done(self, result: models.Model) -> None:
        """Note what the action gave."""
        self.row.subject = result._meta.label
        self.row.result_id = result.pk
        self.row.save(update_fields=["subject", "result_id"])

    def result(self) -> models.Model:
        """The row that the first call gave. Raises Conflict when it is gone."""
        found = None
        if self.row.subject:
            found = apps.get_model(self.row.subject)._default_manager.filter(pk=self.row.result_id).first()
        if found is None:
            raise Conflict("already_done")
        return found


@contextmanager
def once(key: UUID | str, by: Actor, action: str, body: Any, *, wait: bool = True) -> Iterator[Once]:
    """Claim the key in one transaction with the block; a call in flight with the same key is waited for.

    A repeat with the same body has ``repeated`` set: answer with ``result()`` and do nothing. Raises KeyReused (422)
    for another body under the same key, Invalid for a key that is no UUID, and Conflict ``in_flight`` where a caller
    does not ``wait`` for the call that has the key.
    """
    digest = body_hash(body)
    identity: dict[str, Any] = {"key": _as_uuid(key), "user_id": by.user_id, "action": action}
    with transaction.atomic():
        if not wait:
            _check_not_in_flight(identity)
        row = _claim(identity, digest)
        repeated = row is None
        if row is None:
            row = IdempotencyKey.objects.get(**identity)
            if row.body_hash != digest:
                raise KeyReused
        yield Once(row, repeated)


def _check_not_in_flight(identity: Mapping[str, Any]) -> None:
    """Hold the key until the transaction ends. Raises Conflict where another transaction holds it."""
    number = int.from_bytes(hashlib.sha256(repr(sorted(identity.items())).encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Conflict(
                "in_flight", _("A request with the same key is being carried out. Repeat it in a moment.")
            )


def _claim(identity: dict[str, Any], digest: str) -> IdempotencyKey | None:
    """The new row, or None when the key is taken (after waiting for the call that has it in flight)."""
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(**identity, body_hash=digest, created_at=clock.now())
    except IntegrityError as error:
        if constraint_of(error) != "base_idempotency_key_once":
            raise
        return None


def run_once(key: UUID | str, by: Actor, action: str, body: Any, run: Callable[[], M]) -> M:
    """``run()`` the first time; the row that it gave on every repeat with the same body. Errors as of ``once``."""
    with once(key, by, action, body) as ticket:
        if ticket.repeated:
            return ticket.result()  # type: ignore[return-value]
        result = run()
        ticket.done(result)
        return result


def was_used(key: str, by: Actor, action: str) -> bool:
    """Whether an action has been carried out for a form's key; never for what is no key."""
    try:
        identity = {"key": _as_uuid(key), "user_id": by.user_id, "action": action}
    except Invalid:
        return False
    return IdempotencyKey.objects.filter(**identity).exists()


def forget_old_keys(now: datetime) -> int:
    """Drop keys older than two weeks; how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]
