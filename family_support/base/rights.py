"""What the runtime role may do inside the database: rows yes, but no structure, no history and no lists that
only migrations write.
"""

from collections.abc import Callable

from family_support.base.database import Cursor, quoted

Grants = Callable[[Cursor, str], None]
ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
_limited: dict[str, tuple[str, ...]] = {
    "django_migrations": ("SELECT",),
    "base_allowed_transition": ("SELECT",),
    "base_key_fingerprint": ("SELECT",),
}
_extra: list[Grants] = []


def limit_table(table: str, *rights: str) -> None:
    """Give the runtime role only these rights on a public table, like ``"SELECT", "INSERT"`` for an
    append-only one.
    """
    if not set(rights) <= set(ALL):
        raise ValueError(f"rights of {table} must be some of {ALL}")
    _limited[table] = rights


def limited_tables() -> dict[str, tuple[str, ...]]:
    """Table -> the only rights of the runtime role."""
    return dict(_limited)


def register_grants(grants: Grants) -> None:
    """Have ``grants(cursor, runtime_role)`` called too, for an app's own schema; it must be idempotent."""
    if grants not in _extra:
        _extra.append(grants)


def grant_rights(cursor: Cursor, runtime_role: str) -> None:
    """Set every right inside the database anew. Run as the owner, after migrating. Idempotent."""
    role = quoted(runtime_role)
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    for kind in ("TABLES", "SEQUENCES"):
        cursor.execute(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {role}")
    cursor.execute(f"GRANT {', '.join(ALL)} ON ALL TABLES IN SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {', '.join(ALL)} ON TABLES TO {role}")
    cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}")
    for table, rights in sorted(_limited.items()):
        cursor.execute("SELECT to_regclass(%s)", [f"public.{quoted(table)}"])
        if cursor.fetchone()[0] is None:
            continue
        cursor.execute(f"REVOKE ALL ON public.{quoted(table)} FROM {role}")
        if rights:
            cursor.execute(f"GRANT {', '.join(rights)} ON public.{quoted(table)} TO {role}")
    for grants in _extra:
        grants(cursor, runtime_role)
