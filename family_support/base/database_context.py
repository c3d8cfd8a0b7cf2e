"""The context that the database's audit trigger reads: settings of the current transaction only (safe behind
PgBouncer).
"""

from django.db import connection

from family_support.base.actor import SYSTEM_ROLE, Actor

SETTINGS = ("app.actor", "app.membership", "app.role", "app.request", "app.reason")
_SQL = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)


def set_context(by: Actor, reason: str = "") -> None:
    """Say who acts and why, until the current transaction ends.

    Raises RuntimeError outside a transaction: the setting would vanish at once and the change would have no
    author.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("set_context needs a transaction")
    role = by.role or (SYSTEM_ROLE if by.is_system else "ANONYMOUS")
    values = [str(by.user_id or ""), str(by.membership_id or ""), role, by.request_id, reason]
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)


def clear_context() -> None:
    """Forget who acts, for the rest of the current transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [""] * len(SETTINGS))
