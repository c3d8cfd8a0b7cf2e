"""What can be worked out from figures that are shown: exact for sums, whichever tables they stand in; pure.

Every published sum ("the total is its parts", "both tables count the same", "a region is its Centers") is an equation
between cells. A hidden cell is given away when the equations and the shown cells leave it one value only; then more
is hidden until nothing is. Elimination is done modulo a large prime: quick, and as good as exact for sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Cell = TypeVar("Cell", bound=Hashable)
PRIME = (1 << 61) - 1


@dataclass(frozen=True)
class Sum(Generic[Cell]):
    """`left` cells together are as much as `right` cells together."""

    left: Sequence[Cell]
    right: Sequence[Cell]

    def coefficients(self) -> dict[Cell, int]:
        found: dict[Cell, int] = defaultdict(int)
        for cell in self.left:
            found[cell] += 1
        for cell in self.right:
            found[cell] -= 1
        return {cell: coefficient for cell, coefficient in found.items() if coefficient}


def determined(hidden: Collection[Cell], sums: Iterable[Mapping[Cell, int]]) -> set[Cell]:
    """The hidden cells that linear equations with everything else known leave one value only."""
    rows: dict[Cell, dict[Cell, int]] = {}  # by pivot
    users: dict[Cell, set[Cell]] = defaultdict(set)  # in which rows (by pivot) a cell stands
    unknown = set(hidden)
    for equation in sums:
        row = {cell: value % PRIME for cell, value in equation.items() if cell in unknown}
        for cell in [each for each in row if each in rows]:
            if cell in row:
                _subtract(row, rows[cell], row[cell])
        if not row:
            continue
        pivot = min(row, key=lambda cell: len(users[cell]))
        inverse = pow(row[pivot], -1, PRIME)
        row = {cell: value * inverse % PRIME for cell, value in row.items()}
        for other in list(users[pivot]):
            target = rows[other]
            before = set(target)
            _subtract(target, row, target[pivot])
            for cell in before - set(target):
                users[cell].discard(other)
            for cell in set(target) - before:
                users[cell].add(other)
        rows[pivot] = row
        for cell in row:
            users[cell].add(pivot)
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    for cell, value in other.items():
        left = (row.get(cell, 0) - times * value) % PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)


@dataclass
class Publication(Generic[Cell]):
    """Cells with their values, the sums that tie them, and which of them are hidden.

    `fixed` cells were published before: hidden or shown they stay so. `protected` ones must not be given away
    (None: every hidden one).
    """

    values: Mapping[Cell, int]
    sums: Sequence[Sum[Cell]]
    hidden: set[Cell]
    fixed: Collection[Cell] = frozenset()
    protected: Collection[Cell] | None = None
    _equations: list[dict[Cell, int]] = field(init=False)
    _of_cell: dict[Cell, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self._equations = [each.coefficients() for each in self.sums]
        self._of_cell = defaultdict(list)
        for number, equation in enumerate(self._equations):
            for cell in equation:
                self._of_cell[cell].append(number)

    def given_away(self) -> set[Cell]:
        """Hidden cells that can be worked out: by the sums, or because a sum says that each of its hidden parts is
        the least it can be, one."""
        return self._given_away(self._equations)

    def _given_away(self, equations: Sequence[Mapping[Cell, int]]) -> set[Cell]:
        hidden = {cell for equation in equations for cell in equation if cell in self.hidden}
        found = determined(hidden, equations)
        for equation in equations:
            parts = [cell for cell in equation if cell in self.hidden]
            signs = {equation[cell] for cell in parts}
            if parts and len(signs) == 1 and all(self.values[cell] == 1 for cell in parts):
                found.update(parts)
        return found if self.protected is None else {cell for cell in found if cell in self.protected}

    def close(self, rank: Callable[[Cell], tuple] | None = None) -> None:
        """Hide more until nothing hidden is given away; first what `rank` puts first (the smallest figure).

        Where nothing is left to hide beside a cell, it stays as it is: the caller withholds whole sums then.
        """
        order = rank or (lambda cell: (self.values[cell],))
        for equations in self._apart():
            self._close(equations, order)

    def _apart(self) -> list[list[dict[Cell, int]]]:
        """The equations in groups that share no cell: each is solved by itself."""
        seen: set[int] = set()
        groups = []
        for first in range(len(self._equations)):
            if first in seen:
                continue
            seen.add(first)
            group, front = [], [first]
            while front:
                number = front.pop()
                group.append(self._equations[number])
                for cell in self._equations[number]:
                    near = [other for other in self._of_cell[cell] if other not in seen]
                    seen.update(near)
                    front += near
            groups.append(group)
        return groups

    def _close(self, equations: Sequence[Mapping[Cell, int]], order: Callable[[Cell], tuple]) -> None:
        stuck: set[Cell] = set()
        while True:
            open_cells = self._given_away(equations) - stuck
            if not open_cells:
                return
            for cell in sorted(open_cells, key=repr):
                beside = self._beside(cell)
                if beside:
                    self.hidden.add(min(beside, key=lambda each: (order(each), repr(each))))
                else:
                    stuck.add(cell)

    def _beside(self, cell: Cell) -> list[Cell]:
        """The nearest cells still shown: in a sum with it, else in one with a hidden cell there, and so on."""
        reached, front = {cell}, {cell}
        while front:
            near = {
                other
                for hidden in front
                for number in self._of_cell[hidden]
                for other in self._equations[number]
            }
            found = self._may_hide(near)
            if found:
                return found
            front = (near & self.hidden) - reached
            reached |= front
        return []

    def _may_hide(self, cells: Collection[Cell]) -> list[Cell]:
        """Figures before zeros: to hide a zero says little, and is the last resort."""
        fixed = self.fixed
        free = [cell for cell in cells if cell not in self.hidden and cell not in fixed]
        return [cell for cell in free if self.values[cell]] or free
