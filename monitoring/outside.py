"""A corrections annex as it leaves the Center: no small difference, and none from which one could be worked out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from family_support.base.figures import HIDDEN, Table
from monitoring.corrections import Correction, ShownCorrection, by_difference, lines_of, shown
from monitoring.indicators import tables
from monitoring.models import CorrectionsAnnex, QuarterlyReport
from monitoring.suppression import Cell, cells_of, suppress


@dataclass(frozen=True)
class ShownAnnex:
    """An annex with its lines ready to be shown."""

    annex: CorrectionsAnnex
    lines: list[ShownCorrection]


def annexes_of(report: QuarterlyReport, *, outside: bool) -> list[ShownAnnex]:
    """Every annex, whole or as it leaves the Center."""
    if outside:
        return annexes_outside(report)
    rows = report.annexes.select_related("issued_by__user").order_by("number")
    return [ShownAnnex(annex, shown(lines_of(annex))) for annex in rows]


def annexes_outside(report: QuarterlyReport) -> list[ShownAnnex]:
    """Every annex; a line is hidden where the frozen figure, the figure now, or the difference to the frozen one or to
    the annex before would have to be hidden."""
    before: list[Correction] = []
    found = []
    for annex in report.annexes.select_related("issued_by__user").order_by("number"):
        lines = lines_of(annex)
        found.append(ShownAnnex(annex, shown(lines, _hidden(report, lines, before))))
        before = lines
    return found


def _hidden(report: QuarterlyReport, lines: list[Correction], before: list[Correction]) -> set[Cell]:
    now = {(line.code, line.row, line.column): line for line in lines}
    told = {cell for cell, value in cells_of(tables(report.shown)).items() if value == HIDDEN}
    for each in (
        by_difference(report.figures, lines),
        by_difference(report.figures, _steps(lines, before)),
        _as_of_now(report, lines),
    ):
        told |= {cell for cell, value in cells_of(suppress(each)).items() if value == HIDDEN}
    known = {cell for table in tables(report.figures) for cell in cells_of([table])}
    return {cell for cell in now if cell in told or cell not in known}


def _steps(lines: Iterable[Correction], before: Iterable[Correction]) -> list[Correction]:
    """What differs from the annex before, as if that had been frozen."""
    old = {(line.code, line.row, line.column): line.now for line in before}
    return [
        Correction(
            line.code,
            line.row,
            line.column,
            line.names,
            old.get((line.code, line.row, line.column), line.frozen),
            line.now,
            sensitive=line.sensitive,
        )
        for line in lines
    ]


def _as_of_now(report: QuarterlyReport, lines: Iterable[Correction]) -> list[Table]:
    """The report's tables with the corrected figures in place."""
    corrected = {(line.code, line.row, line.column): line.now for line in lines}
    found = tables(report.figures)
    for table in found:
        for place, row in enumerate(table.rows):
            values = {
                column.code: corrected.get((table.code, row.key, column.code), row.values.get(column.code))
                for column in table.columns
            }
            table.rows[place] = type(row)(row.key, row.names, values, row.sensitive)
    return found
