"""The shape of a quarter's figures: indicators of rows of named values, as computed and as frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language

Text = str | Promise
# A count, a share in percent, or None where there is nothing to divide by.
Value = float | int | None
LANGUAGES = ("kk", "ru", "en")
# What stands in place of a figure that is not shown outside the Center.
HIDDEN = -1
# Headings of more columns would have to be divided by syllables on a sheet of A4.
MOST_ON_PAPER = 9


def in_every_language(text: Text) -> dict[str, str]:
    """A translatable text in all three languages, to be frozen with the figures."""
    names = {}
    for language in LANGUAGES:
        with translation.override(language):
            names[language] = str(text)
    return names


@dataclass(frozen=True)
class Column:
    """One value of a row: its code, heading, and whether it is a share in percent, of which counts."""

    code: str
    heading: Text
    share: bool = False
    part: str = ""
    whole: tuple[str, ...] = ()
    decimals: int = 0


@dataclass(frozen=True)
class Row:
    """One row of an indicator: key, names in every language, values by column code.

    `sensitive`: about violence, minors, health or shelter, where a small figure points at a person sooner.
    """

    key: str
    names: Mapping[str, str]
    values: Mapping[str, Value]
    sensitive: bool = False

    @property
    def name(self) -> str:
        return self.names.get((get_language() or "ru")[:2]) or self.names["ru"]

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "names": dict(self.names),
            "values": dict(self.values),
            "sensitive": self.sensitive,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Row:
        """A row as it was frozen."""
        return cls(row["key"], row["names"], row["values"], row.get("sensitive", False))


@dataclass(frozen=True)
class ShownCell:
    """A value as text, with its column's heading (for cards on a phone)."""

    heading: Text
    text: str
    code: str = ""
    # Something was counted, and its records can be listed.
    counts: bool = False


@dataclass(frozen=True)
class ShownRow:
    """A row as texts."""

    name: str
    cells: list[ShownCell]


def text_of(value: Value, column: Column) -> str:
    """A figure in the active language: «1 284», «91,4», a dash for nothing to divide by, a dot for a hidden one."""
    if value is None:
        return "—"
    if value == HIDDEN:
        return "•"
    return number_format(value, decimal_pos=1 if column.share else column.decimals, force_grouping=True)


@dataclass
class Table:
    """An indicator with its rows, ready for a page, a sheet or a PDF."""

    code: str
    title: Text
    definition: Text
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)
    chart: bool = False
    # Rows that are the sum of others: {key of the sum: keys of its parts}.
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Its figures count no records that could be listed.
    is_computed: bool = False
    # Tables of one part of a report stand under one heading.
    section: str = ""

    @property
    def shown(self) -> list[ShownRow]:
        """Rows as texts for a page or a PDF."""
        return [
            ShownRow(
                row.name,
                [
                    ShownCell(
                        column.heading,
                        text_of(row.values.get(column.code), column),
                        column.code,
                        not column.share and (row.values.get(column.code) or 0) > 0,
                    )
                    for column in self.columns
                ],
            )
            for row in self.rows
        ]

    @property
    def parts(self) -> list[tuple[tuple[Column, ...], list[ShownRow]]]:
        """Columns and rows as a page of paper holds them: a table of ten and more is printed as two halves."""
        rows, middle = self.shown, (len(self.columns) + 1) // 2
        if len(self.columns) <= MOST_ON_PAPER:
            return [(self.columns, rows)]
        return [
            (self.columns[some], [ShownRow(row.name, row.cells[some]) for row in rows])
            for some in (slice(None, middle), slice(middle, None))
        ]

    @property
    def is_wide(self) -> bool:
        """Too many columns for half a page."""
        return len(self.columns) > 4

    def cells(self) -> Iterable[tuple[Row, list[Value]]]:
        for row in self.rows:
            yield row, [row.values.get(column.code) for column in self.columns]

    @property
    def total(self) -> int:
        """The sum of the first column, which always counts."""
        return int(sum(row.values.get(self.columns[0].code) or 0 for row in self.rows))


def share(part: int, whole: int) -> float | None:
    """Percent with one decimal; None when there is nothing to divide by."""
    return round(100 * part / whole, 1) if whole else None
