"""Small cells are not shown outside the Center, and cannot be subtracted back (security.md); pure."""

from collections.abc import Iterable
from dataclasses import replace

from monitoring.figures import HIDDEN, Column, Row, Table

SMALL = 4
SMALL_SENSITIVE = 9
# Violence, minors, health and shelter: a figure there points at a person sooner.
SENSITIVE = frozenset({"urgent", "grounds"})


def suppress(tables: Iterable[Table]) -> list[Table]:
    """The same tables with small figures hidden, and beside a lone hidden figure the next smallest one too."""
    return [_suppressed(table) for table in tables]


def _suppressed(table: Table) -> Table:
    limit = SMALL_SENSITIVE if table.code in SENSITIVE else SMALL
    values = [dict(row.values) for row in table.rows]
    counts = [column for column in table.columns if not column.share]
    for column in counts:
        _hide_column(values, column.code, limit)
    if len(counts) > 1:
        for row in values:
            _hide_row(row, [column.code for column in counts])
    for column in table.columns:
        if column.share:
            _hide_shares(values, column, counts)
    rows = [Row(row.key, row.names, shown) for row, shown in zip(table.rows, values, strict=True)]
    return replace(table, rows=rows, chart=False)


def _hide_column(values: list[dict], code: str, limit: int) -> None:
    for row in values:
        if 0 < (row.get(code) or 0) <= limit:
            row[code] = HIDDEN
    if sum(row.get(code) == HIDDEN for row in values) == 1:
        shown = [row for row in values if (row.get(code) or 0) > 0]
        if shown:
            min(shown, key=lambda row: row[code])[code] = HIDDEN


def _hide_row(row: dict, codes: list[str]) -> None:
    """Columns of a row add up too: one hidden figure among them takes the next smallest with it."""
    if sum(row.get(code) == HIDDEN for code in codes) == 1:
        shown = [code for code in codes if (row.get(code) or 0) > 0]
        if shown:
            row[min(shown, key=lambda code: row[code])] = HIDDEN


def _hide_shares(values: list[dict], column: Column, counts: list[Column]) -> None:
    """A percentage is given only where everything it could be computed from is shown."""
    for row in values:
        if any(row.get(each.code) == HIDDEN for each in counts):
            row[column.code] = None if row.get(column.code) is None else HIDDEN
