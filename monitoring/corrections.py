"""A frozen quarter against its records today: which figures differ, by which records, and why (rules.md 6.15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from family_support.audit.models import Change
from family_support.base.figures import HIDDEN, Column, Row, Table, Text, Value, text_of
from monitoring.counting import Gathered, Record
from monitoring.indicators import find, gather_all, indicators, tables
from monitoring.models import CorrectionsAnnex, FrozenRecords, QuarterlyReport
from monitoring.quarters import Quarter

COUNT = Column("count", "")
Keys = dict[str, dict[str, dict[str, list[list[Any]]]]]


def keys_of(gathered: Mapping[str, Gathered]) -> Keys:
    """What is frozen beside the figures: [key, key of the case, weight] of every record counted."""
    found: Keys = {}
    for code, cells in gathered.items():
        rows = found.setdefault(code, {})
        for (row, column), records in cells.items():
            rows.setdefault(row, {})[column] = [list(record) for record in records]
    return found


@dataclass(frozen=True)
class Correction:
    """One figure that differs: frozen and now; of the records, how many came late, changed, or count no more."""

    code: str
    row: str
    column: str
    names: Mapping[str, str]
    frozen: int
    now: int
    late: int = 0
    changed: int = 0
    gone: int = 0
    sensitive: bool = False
    # Keys of the cases of those records: for who may see them, never for an annex.
    cases: tuple[int, ...] = field(default=(), compare=False)

    @property
    def difference(self) -> int:
        return self.now - self.frozen

    def as_json(self) -> dict[str, Any]:
        """For an annex: figures and reasons without the records."""
        kept = asdict(self)
        del kept["cases"]
        return {**kept, "names": dict(self.names)}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Correction:
        return cls(**line)


def corrections(report: QuarterlyReport) -> list[Correction]:
    """What differs now from the frozen figures, in the order of the report."""
    quarter = Quarter(report.year, report.quarter)
    frozen = FrozenRecords.objects.get(report=report)
    gathered = gather_all(report.center, quarter)
    mark = Change.objects.filter(
        table_name=FrozenRecords._meta.db_table, row_id=str(frozen.pk), operation="I"
    ).first()
    found = []
    for indicator in indicators():
        if indicator.as_of or indicator.code not in report.figures:
            continue
        before = frozen.records.get(indicator.code, {})
        rows = {
            row.key: row
            for row in (
                *(Row.from_json(line) for line in report.figures[indicator.code]),
                *indicator.rows(report.center, quarter, gathered[indicator.code]),
            )
        }
        cells = {(row, column) for row, columns in before.items() for column in columns}
        for row, column in sorted(cells | set(gathered[indicator.code]), key=lambda cell: _order(rows, cell)):
            old = {each[0]: Record(*each) for each in before.get(row, {}).get(column, ())}
            new = {record.pk: record for record in gathered[indicator.code].get((row, column), ())}
            if old == new or row not in rows:
                continue
            differing = _differing(old, new)
            part = indicator.part(row, column)
            table = part.table(report.center, quarter) if part else ""
            late = _entered_after(mark, table, differing.added)
            found.append(
                Correction(
                    indicator.code,
                    row,
                    column,
                    rows[row].names,
                    sum(record.weight for record in old.values()),
                    sum(record.weight for record in new.values()),
                    late,
                    len(differing.added) - late + len(differing.changed),
                    len(differing.gone),
                    rows[row].sensitive,
                    differing.cases,
                )
            )
    return [line for line in found if line.difference]


def _order(rows: Mapping[str, Row], cell: tuple[str, str]) -> tuple[int, str]:
    keys = list(rows)
    return (keys.index(cell[0]) if cell[0] in rows else len(keys), cell[1])


@dataclass(frozen=True)
class Differing:
    """Records that one figure counts and the other does not, or not so."""

    added: list[Record]
    changed: list[Record]
    gone: list[Record]

    @property
    def cases(self) -> tuple[int, ...]:
        found = (record.case_id for record in (*self.added, *self.changed, *self.gone))
        return tuple(dict.fromkeys(case_id for case_id in found if case_id is not None))


def _differing(old: Mapping[int, Record], new: Mapping[int, Record]) -> Differing:
    return Differing(
        [record for pk, record in new.items() if pk not in old],
        [record for pk, record in new.items() if pk in old and old[pk].weight != record.weight],
        [record for pk, record in old.items() if pk not in new],
    )


def _entered_after(mark: Change | None, table: str, added: list[Record]) -> int:
    """How many of the records were written after the figures froze; the others existed and have changed since.

    The history's own order tells, not a clock: an entry may carry any date.
    """
    if not added or mark is None or not table:
        return 0
    inserted = Change.objects.filter(
        table_name=table,
        row_id__in=[str(record.pk) for record in added],
        operation="I",
        pk__gt=mark.pk,
        at__gte=mark.at,
    )
    return inserted.values("row_id").distinct().count()


@dataclass(frozen=True)
class ShownCorrection:
    """A line of an annex, ready to be shown."""

    title: Text
    name: str
    heading: Text
    frozen: Value
    now: Value
    difference: int | None
    late: int
    changed: int
    gone: int

    @property
    def frozen_text(self) -> str:
        return text_of(self.frozen, COUNT)

    @property
    def now_text(self) -> str:
        return text_of(self.now, COUNT)

    @property
    def difference_text(self) -> str:
        """Signed; a dot where the figures are hidden."""
        if self.difference is None:
            return text_of(HIDDEN, COUNT)
        return f"{'+' if self.difference > 0 else '−'}{text_of(abs(self.difference), COUNT)}"

    @property
    def reasons(self) -> list[str]:
        """Why it differs, as far as it is told."""
        told = (
            (self.late, _("entered after the figures froze: {number}")),
            (self.changed, _("changed after the figures froze: {number}")),
            (self.gone, _("no longer counted: {number}")),
        )
        return [text.format(number=number) for number, text in told if number]


def shown(lines: Iterable[Correction], hidden: Iterable[tuple[str, str, str]] = ()) -> list[ShownCorrection]:
    """Lines with their titles; in a hidden one neither the figure now nor the difference is told, nor the reasons."""
    kept_back = set(hidden)
    found = []
    for line in lines:
        indicator = find(line.code)
        if indicator is None:
            continue
        heading = next((each.heading for each in indicator.columns if each.code == line.column), "")
        name = Row(line.row, line.names, {}).name
        is_hidden = (line.code, line.row, line.column) in kept_back
        found.append(
            ShownCorrection(
                indicator.title,
                name,
                heading,
                HIDDEN if is_hidden else line.frozen,
                HIDDEN if is_hidden else line.now,
                None if is_hidden else line.difference,
                0 if is_hidden else line.late,
                0 if is_hidden else line.changed,
                0 if is_hidden else line.gone,
            )
        )
    return found


def lines_of(annex: CorrectionsAnnex) -> list[Correction]:
    return [Correction.from_json(line) for line in annex.lines]


def by_difference(figures: Mapping[str, list[dict[str, Any]]], lines: Iterable[Correction]) -> list[Table]:
    """The tables of a report with, in place of each figure, by how much it was corrected."""
    amounts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for line in lines:
        amounts[line.code, line.row][line.column] = abs(line.difference)
    return [
        Table(
            table.code,
            table.title,
            table.definition,
            table.columns,
            [
                Row(row.key, row.names, amounts.get((table.code, row.key), {}), row.sensitive)
                for row in table.rows
            ],
            totals=table.totals,
        )
        for table in tables(figures)
    ]
