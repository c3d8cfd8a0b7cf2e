"""Delivering events: exactly once for effects in the database, bounded tries, and a poison event hinders nobody.

A delivery is claimed in a transaction of its own, which counts the attempt (so a handler that kills its
process runs out of attempts too); then the handler runs in one transaction with the done mark, under the row's lock.
Handlers that take many events at once get what is due for the first time together, in one such transaction.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from family_support.base.actor import SYSTEM
from family_support.base.database_context import signed
from family_support.base.errors import AppError
from family_support.outbox.events import handlers_of, together_of
from family_support.outbox.models import LEASE, PAUSES, Delivery, DeliveryState, Event

logger = logging.getLogger(__name__)
BATCH = 100
MAX_ATTEMPTS = 8


@dataclass(slots=True)
class Counts:
    """What one run did."""

    done: int = 0
    failed: int = 0
    parked: int = 0


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def deliver_due(clock: Callable[[], datetime], limit: int = 10_000) -> Counts:
    """Deliver everything due, events written by handlers included, up to ``limit`` attempts."""
    counts = Counts()
    tried = 0
    while tried < limit:
        batch = list(
            Delivery.objects.due(clock())
            .order_by("next_attempt_at", "id")
            .values_list("pk", "attempts", "event__type", "handler")[:BATCH]
        )
        done, alone = _deliver_together(batch, clock, counts)
        for pk in alone:
            attempt = _claim(pk, clock())
            if attempt is None:
                continue
            done += 1
            _attempt(pk, attempt, clock, counts)
        tried += done
        if not done:
            break
    return counts


def _deliver_together(
    batch: Sequence[tuple[int, int, str, str]], clock: Callable[[], datetime], counts: Counts
) -> tuple[int, list[int]]:
    """Deliver at once what handlers take at once; how many were tried, and what is left to be tried alone.

    Only first attempts: whatever failed or was killed before is tried alone, so that it hinders nobody twice.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    alone: list[int] = []
    for pk, attempts, event_type, handler in batch:
        if attempts == 0 and together_of(event_type, handler) is not None:
            groups.setdefault((event_type, handler), []).append(pk)
        else:
            alone.append(pk)
    tried = 0
    for (event_type, handler), keys in groups.items():
        claimed = _claim_first(keys, clock())
        tried += len(claimed)
        if not _attempt_together(event_type, handler, claimed, clock, counts):
            for pk in claimed:
                _attempt(pk, 1, clock, counts)
    return tried, alone


def _claim_first(keys: Sequence[int], now: datetime) -> list[int]:
    """Count the first attempt of these deliveries and hold them for the lease; those that no other worker has."""
    with transaction.atomic():
        rows = Delivery.objects.due(now).filter(pk__in=keys, attempts=0)
        claimed = list(rows.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=claimed).update(attempts=1, next_attempt_at=now + LEASE)
    return claimed


def _attempt_together(
    event_type: str, handler: str, claimed: Sequence[int], clock: Callable[[], datetime], counts: Counts
) -> bool:
    """Run the handler once for all of them; False when nothing of it stays and each is to be tried alone."""
    run = together_of(event_type, handler)
    if run is None or len(claimed) <= 1:
        return not claimed
    try:
        with transaction.atomic():
            rows = list(
                Delivery.objects.pending()
                .filter(pk__in=claimed, attempts=1)
                .select_related("event")
                .select_for_update(of=("self",))
                .order_by("pk")
            )
            if not rows:
                return True  # others took them when the lease had ended
            with signed(SYSTEM, f"events {event_type} {rows[0].event_id}-{rows[-1].event_id}"):
                run([row.event for row in rows])
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
                state=DeliveryState.DONE, done_at=clock(), next_attempt_at=clock(), last_error=""
            )
    except (OperationalError, InterfaceError):
        if not connection.is_usable():
            raise
        return False
    except Exception as error:  # whichever of them it was shows when each is tried alone
        logger.warning("%s deliveries together failed, each is tried alone: %s", len(claimed), _code(error))
        return False
    counts.done += len(rows)
    return True


def _claim(pk: int, now: datetime) -> int | None:
    """Count an attempt and hold the delivery for the lease; the attempt's number, None when another worker has it."""
    with transaction.atomic():
        row = (
            Delivery.objects.due(now)
            .filter(pk=pk)
            .select_for_update(skip_locked=True)
            .values("attempts")
            .first()
        )
        if row is None:
            return None
        attempt: int = row["attempts"] + 1
        Delivery.objects.filter(pk=pk).update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
        return attempt


def _attempt(pk: int, attempt: int, clock: Callable[[], datetime], counts: Counts) -> None:
    code = ""
    try:
        with transaction.atomic():
            delivery = (
                Delivery.objects.pending()
                .filter(pk=pk, attempts=attempt)
                .select_related("event")
                # Waits, skips nothing: somebody who came to claim it too late may hold the row for a moment.
                .select_for_update(of=("self",))
                .first()
            )
            if delivery is None:
                return
            handler = handlers_of(delivery.event.type).get(delivery.handler)
            if handler is None:
                raise LookupError("unknown_handler")
            with signed(SYSTEM, f"event {delivery.event.type} {delivery.event_id}"):
                handler(delivery.event)
            Delivery.objects.filter(pk=pk).update(
                state=DeliveryState.DONE, done_at=clock(), next_attempt_at=clock(), last_error=""
            )
        counts.done += 1
        return
    except (OperationalError, InterfaceError):
        if not connection.is_usable():
            # The database itself is away: not the handler's fault, the lease brings the delivery back.
            raise
        code = "database_unavailable"
    except Exception as error:  # whatever a handler raises is noted as a code and tried again
        code = _code(error)
        _log(pk, attempt, code, error)
    _note_failure(pk, attempt, code, clock(), counts)


def _code(error: Exception) -> str:
    detail = error.code if isinstance(error, AppError) else ""
    if isinstance(error, LookupError) and error.args == ("unknown_handler",):
        return "unknown_handler"
    diagnosis = getattr(error.__cause__, "diag", None) if isinstance(error, DatabaseError) else None
    detail = detail or getattr(diagnosis, "constraint_name", None) or ""
    return f"{type(error).__name__}{':' if detail else ''}{detail}"[:200]


def _log(pk: int, attempt: int, code: str, error: Exception) -> None:
    # Places only: the message of an exception may hold what a person wrote.
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
    logger.error("delivery %s attempt %s failed: %s at %s", pk, attempt, code, " < ".join(reversed(places)))


def _note_failure(pk: int, attempt: int, code: str, now: datetime, counts: Counts) -> None:
    held = Delivery.objects.pending().filter(pk=pk, attempts=attempt)
    if attempt >= MAX_ATTEMPTS or code == "unknown_handler":
        counts.parked += held.update(state=DeliveryState.PARKED, parked_at=now, last_error=code)
        logger.error("delivery %s parked after %s attempts: %s", pk, attempt, code)
    else:
        counts.failed += held.update(next_attempt_at=now + backoff(attempt), last_error=code)


def retry_parked(pk: int, now: datetime) -> bool:
    """Put a parked delivery back with fresh attempts (the operator's button); False when it is not parked."""
    return bool(
        Delivery.objects.parked()
        .filter(pk=pk)
        .update(state=DeliveryState.PENDING, parked_at=None, attempts=0, next_attempt_at=now)
    )


def retry_parked_like(event_type: str, handler: str, error: str, now: datetime) -> int:
    """Put all deliveries that were given up for one cause back with fresh attempts; how many."""
    alike = Delivery.objects.parked().filter(event__type=event_type, handler=handler, last_error=error)
    # Locked first: what another operator retries at this moment is counted once.
    keys = list(alike.select_for_update(of=("self",)).values_list("pk", flat=True))
    return Delivery.objects.filter(pk__in=keys).update(
        state=DeliveryState.PENDING, parked_at=None, attempts=0, next_attempt_at=now
    )


def forget_delivered(now: datetime, kept: timedelta = timedelta(days=90)) -> int:
    """Drop events all of whose deliveries are done, after ``kept``; how many rows."""
    old = Event.objects.filter(created_at__lt=now - kept).exclude(
        pk__in=Delivery.objects.exclude(state=DeliveryState.DONE).values("event_id")
    )
    return int(old.delete()[0])
