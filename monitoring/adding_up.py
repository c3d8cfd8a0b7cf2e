"""The quarter of regions and of the country from what the Centers sent: sums, and what of them may be shown; pure.

What a Center's sent report shows and hides is published and stays. A region or country figure is hidden when it is
small itself, or when with it a small figure of any Center or region could be worked out: by the sum over Centers, over
regions, or by the sums that tables share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from family_support.base.disclosure import Publication, Sum
from family_support.base.figures import HIDDEN, Row, Table
from monitoring.counting import with_shares
from monitoring.suppression import Cell, cells_of, small, sums_of, with_hidden

COUNTRY = "country"


@dataclass(frozen=True)
class Sent:
    """The tables of one Center's sent report, as frozen and as published."""

    center: int
    region: int
    tables: Sequence[Table]
    shown: Sequence[Table]


@dataclass(frozen=True)
class Earlier:
    """An earlier roundup of the same quarter: of which Centers, and what it showed."""

    region: int | None
    centers: frozenset[int]
    tables: Sequence[Table]


Node = str
PlacedCell = tuple[Node, Cell]


def region_node(region: int) -> Node:
    return f"region-{region}"


def center_node(center: int) -> Node:
    return f"center-{center}"


def summed(tables: Iterable[Sequence[Table]], local: Iterable[str]) -> list[Table]:
    """Tables added up row by row, those that mean something in one Center only left out; shares worked out anew."""
    left_out = set(local)
    found: dict[str, Table] = {}
    rows: dict[str, dict[str, Row]] = {}
    for group in tables:
        for table in group:
            if table.code in left_out:
                continue
            found.setdefault(table.code, table)
            merged = rows.setdefault(table.code, {})
            for row in table.rows:
                merged[row.key] = _added(merged.get(row.key), row, table)
    return [replace(table, rows=list(rows[code].values())) for code, table in found.items()]


def _added(sum_row: Row | None, row: Row, table: Table) -> Row:
    values = {
        column.code: (sum_row.values.get(column.code) or 0 if sum_row else 0)
        + (row.values.get(column.code) or 0)
        for column in table.columns
        if not column.share
    }
    sensitive = row.sensitive or (sum_row is not None and sum_row.sensitive)
    return Row(row.key, row.names, with_shares(values, table.columns), sensitive)


def add_up(
    sent: Sequence[Sent], *, local: Iterable[str] = (), earlier: Sequence[Earlier] = ()
) -> dict[int | None, list[Table]]:
    """What is shown of each region and, under None, of the country."""
    regions: dict[int, list[Sent]] = {}
    for each in sent:
        regions.setdefault(each.region, []).append(each)
    real: dict[int | None, list[Table]] = {
        region: summed([each.tables for each in members], local) for region, members in regions.items()
    }
    real[None] = summed([each.tables for each in sent], local)
    book = _Book()
    for each in sent:
        book.publish(center_node(each.center), each.tables, each.shown)
    for region, tables in real.items():
        book.offer(COUNTRY if region is None else region_node(region), tables)
    for region, members in regions.items():
        book.tie(region_node(region), [center_node(each.center) for each in members])
    book.tie(COUNTRY, [region_node(region) for region in regions])
    for number, old in enumerate(earlier):
        of_old = [each for each in sent if each.center in old.centers]
        node = f"earlier-{number}"
        book.publish(node, summed([each.tables for each in of_old], local), old.tables)
        book.tie(node, [center_node(each.center) for each in of_old])
    hidden = book.close()
    return {
        region: [
            with_hidden(table, hidden.get(COUNTRY if region is None else region_node(region), ()))
            for table in tables
        ]
        for region, tables in real.items()
    }


class _Book:
    """All cells of all levels with the sums that tie them."""

    def __init__(self) -> None:
        self.values: dict[PlacedCell, int] = {}
        self.sums: list[Sum[PlacedCell]] = []
        self.hidden: set[PlacedCell] = set()
        self.fixed: set[PlacedCell] = set()
        self.protected: set[PlacedCell] = set()
        self.parents: dict[PlacedCell, list[PlacedCell]] = {}

    def _enter(self, node: Node, tables: Sequence[Table]) -> None:
        self.values |= {(node, cell): value for cell, value in cells_of(tables).items()}
        self.protected |= {(node, cell) for cell in small(tables)}
        for each in sums_of(tables):
            self.sums.append(Sum([(node, cell) for cell in each.left], [(node, cell) for cell in each.right]))

    def publish(self, node: Node, real: Sequence[Table], shown: Sequence[Table]) -> None:
        """What is known already: it can neither be taken back nor be told more."""
        self._enter(node, real)
        cells = cells_of(shown)
        hidden = {(node, cell) for cell, value in cells.items() if value == HIDDEN}
        self.hidden |= hidden
        # Also what was hidden only beside a small figure: sums of rows are known from elsewhere now and then.
        self.protected |= hidden
        self.fixed |= {(node, cell) for cell in cells_of(real)}

    def offer(self, node: Node, tables: Sequence[Table]) -> None:
        """What is to be shown as far as it may be."""
        self._enter(node, tables)
        self.hidden |= {(node, cell) for cell in small(tables)}

    def tie(self, node: Node, parts: Sequence[Node]) -> None:
        """A node's figure is the sum of its parts'."""
        for place, cell in [each for each in self.values if each[0] == node]:
            below = [(part, cell) for part in parts if (part, cell) in self.values]
            self.sums.append(Sum([(place, cell)], below))
            self.parents[place, cell] = below

    def close(self) -> dict[Node, set[Cell]]:
        publication = Publication(self.values, self.sums, self.hidden, self.fixed, self.protected)

        def rank(cell: PlacedCell) -> tuple:
            # Hiding a sum whose parts are all shown hides nothing.
            helps = any(part in publication.hidden for part in self.parents.get(cell, ()))
            return (not helps, self.values[cell])

        publication.close(rank)
        found: dict[Node, set[Cell]] = {}
        for node, cell in publication.hidden:
            found.setdefault(node, set()).add(cell)
        return found
