"""The runtime role's only right on the history: reading the views."""

from family_support.base.database import Cursor, quoted


def grant_reading(cursor: Cursor, runtime_role: str) -> None:
    """Close the schema ``audit`` but for SELECT on its reading views. Idempotent; run as the owner."""
    role = quoted(runtime_role)
    for who in ("PUBLIC", role):
        cursor.execute(f"REVOKE ALL ON SCHEMA audit FROM {who}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM {who}")
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA audit FROM {who}")
        cursor.execute(f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM {who}")
    cursor.execute(f"GRANT USAGE ON SCHEMA audit TO {role}")
    for view in ("reading", "trail", "health", "sealed"):
        cursor.execute(f"GRANT SELECT ON audit.{view} TO {role}")
