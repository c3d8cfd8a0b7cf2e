"""``acting``: one transaction with its author. Every action's body runs inside it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from family_support.base.actor import Actor
from family_support.base.database_context import signed, signer
from family_support.base.database_errors import conflicts_translated


def current_actor() -> Actor | None:
    """Who acts in the current ``acting`` block, if anybody (logs, tests)."""
    return signer()


@contextmanager
def acting(by: Actor, reason: str = "") -> Iterator[None]:
    """One transaction whose changes the history signs with ``by`` and ``reason``.

    Nested use is a savepoint and keeps the outer author. Violations of registered constraints leave it as Conflict.
    """
    with conflicts_translated(), transaction.atomic(), signed(by, reason):
        yield
