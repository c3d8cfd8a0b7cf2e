"""Small cells are not shown outside the Center, and cannot be subtracted back (security.md); pure.

Hidden are figures of 1–4, of 1–9 where they point at a person sooner. Then, wherever a sum is known – a total in the
same table, or the same measures counted another way in a second one – so many others that subtraction does not bring
the hidden ones back. Sums across a row are published nowhere; a share is shown only where every count of its row is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from family_support.base.figures import HIDDEN, Column, Row, Table, Value

SMALL = 4
SMALL_SENSITIVE = 9


def suppress(
    tables: Iterable[Table],
    *,
    sensitive: Collection[str] = (),
    same_sums: Iterable[tuple[str, str]] = (),
) -> list[Table]:
    """The same tables with small figures hidden so that nothing brings them back; charts are left out.

    `sensitive` are codes of tables whose every figure is sensitive; `same_sums` pairs of codes of tables that count
    the same thing in two ways, so that the sums of their columns are equal.
    """
    grids = {
        table.code: _Grid(table, [dict(row.values) for row in table.rows], table.code in sensitive)
        for table in tables
    }
    for grid in grids.values():
        for column in grid.counts:
            grid.hide_small(column.code)
            grid.protect(column.code)
    for first, second in same_sums:
        if first in grids and second in grids:
            _keep_sum_unknown(grids[first], grids[second])
            _keep_sum_unknown(grids[second], grids[first])
    return [grid.shown() for grid in grids.values()]


def _keep_sum_unknown(unsafe: "_Grid", other: "_Grid") -> None:
    """Where nothing more can be hidden in a column, its sum must not be readable from the other table."""
    for column in unsafe.counts:
        if not unsafe.is_safe(column.code, unsafe.values) and not other.hidden(column.code, other.values):
            other.hide_next(column.code, other.values)


@dataclass
class _Grid:
    """A table with its values as they will be shown."""

    table: Table
    values: list[dict[str, Value]]
    sensitive: bool = False

    @property
    def counts(self) -> list[Column]:
        return [column for column in self.table.columns if not column.share]

    def limit(self, row: Row) -> int:
        return SMALL_SENSITIVE if row.sensitive or self.sensitive else SMALL

    def hide_small(self, code: str) -> None:
        for row, values in zip(self.table.rows, self.values, strict=True):
            if 0 < (values.get(code) or 0) <= self.limit(row):
                values[code] = HIDDEN

    def protect(self, code: str) -> None:
        """Hide more of the parts of every sum, or the sum itself, until subtraction gives nothing."""
        if not self.table.totals:
            self._hide_until_safe(code, self.values)
        by_key = {row.key: values for row, values in zip(self.table.rows, self.values, strict=True)}
        for total, keys in self.table.totals.items():
            parts = [by_key[key] for key in keys if key in by_key]
            if total not in by_key or by_key[total].get(code) == HIDDEN:
                continue
            self._hide_until_safe(code, parts)
            if not self.is_safe(code, parts):
                by_key[total][code] = HIDDEN

    def _hide_until_safe(self, code: str, parts: list[dict[str, Value]]) -> None:
        while not self.is_safe(code, parts) and self.hide_next(code, parts):
            pass

    def is_safe(self, code: str, parts: list[dict[str, Value]]) -> bool:
        """Nothing is hidden, or at least two are whose sum does not say that each of them is one."""
        hidden = self.hidden(code, parts)
        return not hidden or (len(hidden) > 1 and sum(hidden) > len(hidden))

    def hidden(self, code: str, parts: list[dict[str, Value]]) -> list[int]:
        """What the hidden cells of a column really hold."""
        ids = {id(values) for values in parts if values.get(code) == HIDDEN}
        return [
            int(row.values.get(code) or 0)
            for row, values in zip(self.table.rows, self.values, strict=True)
            if id(values) in ids
        ]

    def hide_next(self, code: str, parts: list[dict[str, Value]]) -> bool:
        """Hide the smallest figure still shown; whether there was one."""
        shown = [values for values in parts if (values.get(code) or 0) > 0]
        if not shown:
            return False
        min(shown, key=lambda values: values[code] or 0)[code] = HIDDEN
        return True

    def shown(self) -> Table:
        for column in self.table.columns:
            if column.share:
                self._hide_shares(column)
        rows = [replace(row, values=values) for row, values in zip(self.table.rows, self.values, strict=True)]
        return replace(self.table, rows=rows, chart=False)

    def _hide_shares(self, column: Column) -> None:
        for values in self.values:
            if values.get(column.code) is not None and any(
                values.get(each.code) == HIDDEN for each in self.counts
            ):
                values[column.code] = HIDDEN
