"""What a database of this product must be like, whatever made it: closed to everybody but owner and runtime role."""

from typing import Any, Protocol


class Cursor(Protocol):
    """The part of a DB-API cursor used here: Django's and psycopg's both fit."""

    def execute(self, sql: str, params: Any = None) -> Any: ...
    def fetchone(self) -> Any: ...


def quoted(identifier: str) -> str:
    """The identifier as PostgreSQL reads it literally."""
    return '"' + identifier.replace('"', '""') + '"'


def secure_database(cursor: Cursor, runtime_role: str) -> None:
    """Close the cursor's current database: the public may nothing, the runtime role may connect.

    Run as the database's owner. Rights on a database are not copied with a template, so every clone needs this
    again; rights inside it (schemas, tables) are copied and stay `prepare_database`'s business. Idempotent.
    """
    cursor.execute("SELECT current_database()")
    database = quoted(cursor.fetchone()[0])
    role = quoted(runtime_role)
    cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM {role}")
    cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {role}")
