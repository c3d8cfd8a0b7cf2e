"""Tables of a report under its headings, with their charts: for pages and papers alike."""

from __future__ import annotations

from dataclasses import dataclass

from family_support.base.figures import HIDDEN, Table, Text
from family_support.ui.components import Chart
from monitoring.charts import bars
from monitoring.indicators import SECTIONS


@dataclass(frozen=True)
class Section:
    """Indicators of one part of the report, each with its chart if it has one."""

    title: Text
    tables: list[tuple[Table, Chart | None]]


def sections_of(shown: list[Table]) -> list[Section]:
    """Tables under the headings of the report."""
    charts = bars([table for table in shown if table.chart and not _hides(table)])
    drawn = [(table, charts.get(table.code)) for table in shown]
    return [
        Section(title, [each for each in drawn if each[0].section == code])
        for code, title in SECTIONS.items()
        if any(table.section == code for table in shown)
    ]


def _hides(table: Table) -> bool:
    """A bar of a hidden figure would be no bar, or tell it."""
    return any(row.values.get(table.columns[0].code) == HIDDEN for row in table.rows)
