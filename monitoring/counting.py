"""How an indicator counts: parts that name records. A figure and the list behind it come from the same query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from django.db.models import F, Q, QuerySet

from family_support.base.figures import Column, Row, Text, in_every_language, share
from family_support.base.prepared import Given, Together
from family_support.directory.models import Center
from monitoring.quarters import Quarter


class Record(NamedTuple):
    """One record that a figure counts: its key, the key of its case if it has one, and how much it counts for."""

    pk: int
    case_id: int | None
    weight: int = 1


# {(row, column): records}
Gathered = dict[tuple[str, str], list[Record]]


# Stand in the queries of the parts for the Center and the quarter that each call brings.
ANY_CENTER = cast(Center, Given("center"))
ANY_QUARTER = cast(
    Quarter,
    SimpleNamespace(
        starts_at=Given("starts_at"),
        ends_at=Given("ends_at"),
        first_day=Given("first_day"),
        next=SimpleNamespace(first_day=Given("day_after")),
    ),
)


def during(path: str, quarter: Quarter) -> Q:
    """The moment lies in the quarter, by the local calendar."""
    return Q(**{f"{path}__gte": quarter.starts_at, f"{path}__lt": quarter.ends_at})


def days_during(path: str, quarter: Quarter) -> Q:
    """The same for a calendar day."""
    return Q(**{f"{path}__gte": quarter.first_day, f"{path}__lt": quarter.next.first_day})


@dataclass(frozen=True)
class Part:
    """Records of one column: of one `row`, or spread over rows `by` a field. `of` gives the Center's, `at` is the
    moment that must lie in the quarter; counted are different `unit`s, or the sum of `weight`.

    `of` takes the Center as a whole and of the quarter its ends: stand-ins for both come too (`rows`)."""

    of: Callable[[Center, Quarter], QuerySet]
    at: str = ""
    where: Q | None = None
    row: str = ""
    by: str = ""
    column: str = "count"
    unit: str = "pk"
    case: str | None = "case_id"
    weight: str = ""

    def records(self, center: Center, quarter: Quarter) -> QuerySet:
        found = self.of(center, quarter)
        if self.at:
            found = found.filter(during(self.at, quarter))
        return found.filter(self.where) if self.where is not None else found

    def table(self, center: Center, quarter: Quarter) -> str:
        """The database table of the records; empty where different things of theirs are counted, not they."""
        return self.of(center, quarter).model._meta.db_table if self.unit == "pk" else ""

    def rows(self) -> QuerySet[Any, tuple[Any, ...]]:
        """What stands behind the part, for any Center and quarter: row, unit, case, weight."""
        paths = (self.by or self.unit, self.unit, self.case or self.unit, self.weight or self.unit)
        return self.records(ANY_CENTER, ANY_QUARTER).order_by().values_list(*(F(path) for path in paths))

    def cell(
        self, prefix: str, by: str | None, unit: int, case: int | None, weight: int | None
    ) -> tuple[str, Record] | None:
        """The row and the record of what `rows` gave; None where it belongs to no row."""
        if by is None:
            return None
        key = f"{prefix}{by}" if self.by else self.row
        return key, Record(unit, case if self.case else None, weight or 0 if self.weight else 1)


@dataclass(frozen=True)
class Label:
    """What a row is called, and whether a small figure in it points at a person sooner."""

    key: str
    names: Mapping[str, str]
    sensitive: bool = False


Labels = Callable[[Center, Collection[str]], Iterable[Label]]
COUNT_CODE = "count"


@dataclass(frozen=True)
class Indicator:
    """What is counted, how it is defined, by which parts, and how its rows are called.

    `computed` gives rows that are computed and not counted (they have no list behind them); `local` ones mean something
    in one Center only and are not added up over several; `as_of` ones show how records stood when they were counted,
    so that a later figure corrects nothing.
    """

    code: str
    section: str
    title: Text
    definition: Text
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    labels: Labels
    prefix: str = ""
    chart: bool = False
    local: bool = False
    as_of: bool = False
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    computed: Callable[[Center, Quarter], list[Row]] | None = None

    def gather(self, center: Center, quarter: Quarter) -> Gathered:
        """Every record behind every figure, each once."""
        return self._gatherer(center, quarter)[self.code]

    @cached_property
    def _gatherer(self) -> Gatherer:
        return Gatherer([self])

    def part(self, row: str, column: str) -> Part | None:
        """The part behind a figure."""
        fitting = (part for part in self.parts if part.column == column and (part.by or part.row == row))
        return next(fitting, None)

    def rows(self, center: Center, quarter: Quarter, gathered: Gathered | None = None) -> list[Row]:
        """Figures of all rows, shares worked out from the counts."""
        cells = self.gather(center, quarter) if gathered is None else gathered
        keys = {row for row, _column in cells}
        rows = []
        for label in self.labels(center, keys):
            values: dict[str, Any] = {
                column.code: sum(record.weight for record in cells.get((label.key, column.code), ()))
                for column in self.columns
                if not column.share
            }
            rows.append(Row(label.key, label.names, with_shares(values, self.columns), label.sensitive))
        return rows + (self.computed(center, quarter) if self.computed else [])


class Gatherer:
    """The records behind the figures of some indicators by one statement, made once: they have a hundred parts, and
    to put a hundred queries together takes ten times as long as to ask them."""

    def __init__(self, indicators: Sequence[Indicator]) -> None:
        self._codes = [each.code for each in indicators]
        self._parts = [(each, part) for each in indicators for part in each.parts]
        self._ask = Together([part.rows for _each, part in self._parts], "text", "bigint", "bigint", "bigint")

    def __call__(self, center: Center, quarter: Quarter) -> dict[str, Gathered]:
        found: dict[str, dict[tuple[str, str], dict[int, Record]]] = {
            code: defaultdict(dict) for code in self._codes
        }
        for place, *values in self._ask(
            center=center.pk,
            starts_at=quarter.starts_at,
            ends_at=quarter.ends_at,
            first_day=quarter.first_day,
            day_after=quarter.next.first_day,
        ):
            indicator, part = self._parts[place]
            if (cell := part.cell(indicator.prefix, *values)) is not None:
                row, record = cell
                found[indicator.code][row, part.column][record.pk] = record
        return {
            code: {cell: list(records.values()) for cell, records in cells.items()}
            for code, cells in found.items()
        }


def with_shares(values: dict[str, Any], columns: Iterable[Column]) -> dict[str, Any]:
    """The counts of a row with the shares of its columns."""
    for column in columns:
        if column.share and column.part:
            whole = sum(values.get(code) or 0 for code in column.whole)
            values[column.code] = share(values.get(column.part) or 0, whole)
    return values


def choices(options: Iterable[tuple[str, Text]], *, sensitive: Collection[str] = ()) -> Labels:
    """A row for every choice, counted or zero."""

    @cache
    def told() -> list[Label]:
        return [Label(code, in_every_language(label), code in sensitive) for code, label in options]

    return lambda center, keys: told()


def only_counted(labels: Labels) -> Labels:
    """The same rows without those in which nothing was counted."""

    def counted(center: Center, keys: Collection[str]) -> list[Label]:
        return [label for label in labels(center, keys) if label.key in keys]

    return counted
