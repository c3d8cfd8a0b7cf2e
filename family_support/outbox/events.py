"""Writing events and registering handlers.

``emit`` writes the event and one delivery for each handler in the transaction of the change: either all of
it stays or none.
"""

import functools
import json
import logging
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import connection, transaction

from family_support.base import clock
from family_support.outbox.models import Delivery, Event

logger = logging.getLogger(__name__)
Handler = Callable[[Event], None]
ManyHandler = Callable[[Sequence[Event]], None]
DELIVER_TASK = "outbox.deliver"
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_TYPE = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_handlers: dict[str, dict[str, Handler]] = {}
# Handlers that take several events of one type at once: {(type, handler): function}.
_together: dict[tuple[str, str], ManyHandler] = {}
# Which of a type's events a handler asked for, where it did not ask for all: {(type, handler): {id: [code, ...]}}.
_asked_for: dict[tuple[str, str], dict[str, list[str]]] = {}
# After a broker that did not answer: how long nobody tries again.
LEFT_ALONE_SECONDS = 10
_not_before = 0.0
_WRITE_MANY = """
WITH written AS (
    INSERT INTO outbox_event (type, case_id, payload, created_at)
    SELECT %(type)s, row.case_id, row.payload::jsonb, %(written)s
    FROM unnest(%(cases)s::bigint[], %(payloads)s::text[]) AS row (case_id, payload)
    RETURNING id, payload
)
INSERT INTO outbox_delivery (event_id, handler, state, attempts, next_attempt_at, last_error)
SELECT written.id, handler, 'pending', 0, %(written)s, ''
FROM written CROSS JOIN unnest(%(handlers)s::text[], %(asked)s::text[]) AS row (handler, asked)
WHERE NOT EXISTS (
    SELECT FROM jsonb_each(row.asked::jsonb) AS wish
    WHERE NOT coalesce(wish.value ? (written.payload ->> wish.key), false)
)
ORDER BY written.id, handler
"""


def handles(*types: str, only: Mapping[str, Collection[str]] | None = None) -> Callable[[Handler], Handler]:
    """Register ``handler(event)`` for event types; put it in ``<app>/handlers.py``, imported by
    ``AppConfig.ready()``.

    ``only={"term": ["stay_limit"]}`` asks for events with one of these codes: of a frequent type the others then cost
    nothing, no delivery is written for them.

    The handler runs in a transaction together with its done mark: its database effects happen exactly once.
    It must not reach outside the database, except through rows that another sweep sends.
    """

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        for event_type in types:
            if not _TYPE.fullmatch(event_type):
                raise ValueError(f"event type {event_type!r} must read like 'plan.approved'")
            _handlers.setdefault(event_type, {})[name] = handler
            if only:
                _asked_for[event_type, name] = {key: sorted(codes) for key, codes in only.items()}
        return handler

    return register


def handles_many(
    *types: str, only: Mapping[str, Collection[str]] | None = None
) -> Callable[[ManyHandler], ManyHandler]:
    """As `handles`, for ``handler(events)``: what is due at once of a type that comes by thousands is told together.

    The events of one call stand in one transaction with their done marks. Where it fails, each is tried alone.
    """

    def register(handler: ManyHandler) -> ManyHandler:
        name = f"{handler.__module__}.{handler.__qualname__}"

        @functools.wraps(handler)
        def alone(event: Event) -> None:
            handler([event])

        handles(*types, only=only)(alone)
        for event_type in types:
            _together[event_type, name] = handler
        return handler

    return register


def together_of(event_type: str, name: str) -> ManyHandler | None:
    """The handler of that name when it takes several events at once."""
    return _together.get((event_type, name))


def handlers_of(event_type: str) -> dict[str, Handler]:
    """Handler name -> handler of a type."""
    return dict(_handlers.get(event_type, {}))


def _concerns(event: Event, handler: str) -> bool:
    asked = _asked_for.get((event.type, handler), {})
    return all(event.payload.get(key) in codes for key, codes in asked.items())


def _checked(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _CODE.fullmatch(value):
        return str(value)
    if isinstance(value, list | tuple):
        return [_checked(name, each) for each in value]
    raise TypeError(f"event id {name!r} must be an id, a code or a list of them")


def emit(event_type: str, *, case_id: int | None = None, **ids: Any) -> Event:
    """Write an event with ids only. Raises RuntimeError outside a transaction, TypeError for anything but
    ids and codes.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("emit needs the transaction of the change that it tells")
    if not _TYPE.fullmatch(event_type):
        raise ValueError(f"event type {event_type!r} must read like 'plan.approved'")
    written = clock.now()
    event = Event.objects.create(
        type=event_type,
        case_id=case_id,
        payload={name: _checked(name, value) for name, value in ids.items()},
        created_at=written,
    )
    _deliver(event)
    return event


def emit_many(event_type: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many events of one type at once; each row holds the keyword arguments of ``emit``, ``case_id`` included.

    For sweeps: as many statements for five thousand events as for one. Errors as of ``emit``.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("emit needs the transaction of the change that it tells")
    if not _TYPE.fullmatch(event_type):
        raise ValueError(f"event type {event_type!r} must read like 'plan.approved'")
    written = clock.now()
    handlers = sorted(handlers_of(event_type))
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE_MANY,
            {
                "type": event_type,
                "written": written,
                "cases": [row.get("case_id") for row in rows],
                "payloads": [
                    json.dumps(
                        {name: _checked(name, value) for name, value in row.items() if name != "case_id"}
                    )
                    for row in rows
                ],
                "handlers": handlers,
                "asked": [json.dumps(_asked_for.get((event_type, name), {})) for name in handlers],
            },
        )
    if rows and handlers:
        _ask_once()


def _deliver(event: Event) -> None:
    """One delivery for each handler of the event's type, and a worker asked once after the commit."""
    rows = [
        Delivery(event=event, handler=name, next_attempt_at=event.created_at)
        for name in sorted(handlers_of(event.type))
        if _concerns(event, name)
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        _ask_once()


def _ask_once() -> None:
    if not clock.is_told() and not any(entry[1] is kick for entry in connection.run_on_commit):
        transaction.on_commit(kick, robust=True)


def kick() -> None:
    """Ask a worker to deliver now."""
    ask_worker(DELIVER_TASK)


def ask_worker(task: str) -> None:
    """Have a worker do now what beat asks for each minute. Only a shortcut: without a broker the minute's run does it.

    A broker that did not answer is left alone for a while: nobody's page waits for it again and again.
    """
    global _not_before
    if time.monotonic() < _not_before:
        return
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except Exception as error:  # whatever the broker's client raises: the change itself is safe
        _not_before = time.monotonic() + LEFT_ALONE_SECONDS
        logger.warning("broker unavailable, the minute's run will do it: %s", type(error).__name__)
