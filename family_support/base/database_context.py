"""The context that the audit trigger reads: settings of the current transaction only (safe behind PgBouncer)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from family_support.base.actor import Actor

SETTINGS = ("app.actor", "app.membership", "app.role", "app.request", "app.reason")
_SQL = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
_NOBODY = ("",) * len(SETTINGS)
_signer: ContextVar[Actor | None] = ContextVar("signer", default=None)


def signer() -> Actor | None:
    """Who signs the changes of the current transaction, if anybody."""
    return _signer.get()


def _values(by: Actor, reason: str) -> tuple[str, ...]:
    return (
        str(by.user_id or ""),
        str(by.membership_id or ""),
        by.role or "ANONYMOUS",
        by.request_id,
        reason.replace("\0", ""),
    )


def _set(values: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)


@contextmanager
def signed(by: Actor, reason: str = "") -> Iterator[None]:
    """Changes inside the block are signed by the actor; inside another ``signed`` block the outer one stays.

    The block must be inside a transaction (RuntimeError), best one of its own: ``audit.context.acting``.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("signed needs a transaction")
    if _signer.get() is not None:
        yield
        return
    token = _signer.set(by)
    try:
        _set(_values(by, reason))
        yield
        if len(connection.savepoint_ids) > 0:
            # A surrounding transaction goes on: what it writes next is not this actor's doing.
            _set(_NOBODY)
    finally:
        _signer.reset(token)
