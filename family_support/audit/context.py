"""``acting``: one transaction with its author. Every action's body runs inside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from family_support.base.actor import Actor
from family_support.base.database_context import clear_context, set_context
from family_support.base.database_errors import conflicts_translated

_current: ContextVar[Actor | None] = ContextVar("audit_actor", default=None)


def current_actor() -> Actor | None:
    """Who acts in the current ``acting`` block, if any (logs, tests)."""
    return _current.get()


@contextmanager
def acting(by: Actor, reason: str = "") -> Iterator[None]:
    """One transaction whose changes the history signs with ``by`` and ``reason``.

    Nested use is a savepoint and keeps the outer author. Violations of registered constraints leave it as
    Conflict.
    """
    if _current.get() is not None and connection.in_atomic_block:
        with conflicts_translated(), transaction.atomic():
            yield
        return
    joined = connection.in_atomic_block
    token = _current.set(by)
    try:
        with conflicts_translated(), transaction.atomic():
            set_context(by, reason)
            yield
            if joined:
                # The surrounding transaction goes on: what it writes next is not this actor's doing.
                clear_context()
    finally:
        _current.reset(token)
