"""The shape of a quarter's figures: indicators of rows of named values, as computed and as frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language

Text = str | Promise
LANGUAGES = ("kk", "ru", "en")


def in_every_language(text: Text) -> dict[str, str]:
    """A translatable text in all three languages, to be frozen with the figures."""
    names = {}
    for language in LANGUAGES:
        with translation.override(language):
            names[language] = str(text)
    return names


@dataclass(frozen=True)
class Column:
    """One value of a row: its code, heading, and whether it is a share in percent."""

    code: str
    heading: Text
    share: bool = False


@dataclass(frozen=True)
class Row:
    """One row of an indicator: key, names in every language, values by column code (None: nothing to divide by)."""

    key: str
    names: Mapping[str, str]
    values: Mapping[str, float | int | None]

    @property
    def name(self) -> str:
        return self.names.get((get_language() or "ru")[:2]) or self.names["ru"]

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "names": dict(self.names), "values": dict(self.values)}


@dataclass
class Table:
    """An indicator with its rows, ready for a page, a sheet or a PDF."""

    code: str
    title: Text
    definition: Text
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)
    chart: bool = False

    def cells(self) -> Iterable[tuple[Row, list[float | int | None]]]:
        for row in self.rows:
            yield row, [row.values.get(column.code) for column in self.columns]

    @property
    def total(self) -> int:
        """The sum of the first column, which always counts."""
        return int(sum(row.values.get(self.columns[0].code) or 0 for row in self.rows))


def share(part: int, whole: int) -> float | None:
    """Percent with one decimal; None when there is nothing to divide by."""
    return round(100 * part / whole, 1) if whole else None
