"""Tables partitioned by month on their ``at`` column, with a DEFAULT partition that catches what has no
month yet.
"""

from datetime import UTC, date, datetime
from typing import NamedTuple

from django.db import connection, transaction

from family_support.base.database import quoted


class Partitioned(NamedTuple):
    """A table with monthly partitions ``<table>_y2026m11`` and the DEFAULT partition ``<table>_default``."""

    schema: str
    table: str


_registry: list[Partitioned] = []


def register_partitioned(schema: str, table: str) -> None:
    """Have ``make_partitions`` make a table's months ahead; call it in ``AppConfig.ready()``."""
    entry = Partitioned(schema, table)
    if entry not in _registry:
        _registry.append(entry)


def partitioned_tables() -> list[Partitioned]:
    """Every registered table."""
    return list(_registry)


def add_months(month: date, count: int) -> date:
    """The first day of the month ``count`` months later."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def make_month(entry: Partitioned, month: date) -> bool:
    """Make one month's partition (UTC bounds), moving in what the DEFAULT partition caught; False when it is
    there.

    Owner only.
    """
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    following = add_months(month, 1)
    end = datetime(following.year, following.month, 1, tzinfo=UTC)
    schema, parent = quoted(entry.schema), quoted(entry.table)
    name = f"{entry.table}_y{month:%Y}m{month:%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema}.{quoted(name)}"])
        if cursor.fetchone()[0] is not None:
            return False
        target, default = f"{schema}.{quoted(name)}", f"{schema}.{quoted(entry.table + '_default')}"
        cursor.execute(f"LOCK TABLE {schema}.{parent} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"CREATE TABLE {target} (LIKE {schema}.{parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(
            f"WITH moved AS (DELETE FROM {default} WHERE at >= %s AND at < %s RETURNING *) "  # noqa: S608
            f"INSERT INTO {target} SELECT * FROM moved",
            [start, end],
        )
        cursor.execute(
            f"ALTER TABLE {schema}.{parent} ATTACH PARTITION {target} FOR VALUES FROM (%s) TO (%s)",
            [start, end],
        )
    return True


def make_ahead(today: date, months: int = 3) -> list[str]:
    """Make the partitions of this month and ``months`` more for every registered table; the names of the new
    ones.
    """
    first = today.replace(day=1)
    made: list[str] = []
    for entry in partitioned_tables():
        for offset in range(months + 1):
            month = add_months(first, offset)
            if make_month(entry, month):
                made.append(f"{entry.schema}.{entry.table} {month:%Y-%m}")
    return made
