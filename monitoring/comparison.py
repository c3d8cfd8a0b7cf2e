"""Region beside region, Center beside Center, quarter after quarter: all from what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from family_support.base.actor import Actor
from family_support.base.figures import HIDDEN, Column, Row, Text, Value, text_of
from family_support.directory.models import Region
from family_support.ui.components import Chart
from monitoring.charts import lines
from monitoring.indicators import find, indicators
from monitoring.models import SENT_STATES, QuarterlyReport, Roundup
from monitoring.quarters import Quarter

# How far trends look back.
QUARTERS = 8
COMPARED = 5
# More lines than this in one drawing cannot be told apart.
MOST_LINES = 6
Figures = Mapping[str, Sequence[Mapping[str, Any]]]

# What a region is told by at first sight: (indicator, row, column).
KEY_FIGURES = (
    ("quality", "no_person", "of", gettext_lazy("Intakes")),
    ("assessments", "all", "count", gettext_lazy("Assessments")),
    ("plans", "approved", "count", gettext_lazy("Plans approved")),
    ("plans", "completed", "count", gettext_lazy("Plans completed")),
)


def value_of(figures: Figures, code: str, row: str, column: str) -> Value:
    """A published figure: None where there is none."""
    for each in figures.get(code, ()):
        if each["key"] == row:
            found: Value = each["values"].get(column)
            return found
    return None


def quarter_label(quarter: Quarter) -> str:
    return _("{number} q. {year}").format(number=quarter.number, year=quarter.year)


def back(quarter: Quarter, count: int) -> list[Quarter]:
    """So many quarters up to this one, oldest first."""
    found = [quarter]
    while len(found) < count:
        found.append(found[-1].previous)
    return found[::-1]


def _in_quarters(quarters: Sequence[Quarter]) -> Q:
    condition = Q(pk__in=())
    for quarter in quarters:
        condition |= Q(year=quarter.year, quarter=quarter.number)
    return condition


def periods(actor: Actor) -> list[Quarter]:
    """Quarters for which something was sent, newest first."""
    rows = QuarterlyReport.objects.visible_to(actor).order_by().values_list("year", "quarter").distinct()
    return sorted((Quarter(year, number) for year, number in rows), reverse=True)


def sent_since(roundup: Roundup, quarter: Quarter) -> set[int]:
    """Centers that have sent their report of the quarter and are not in the roundup."""
    sent = QuarterlyReport.objects.filter(
        year=quarter.year, quarter=quarter.number, state__in=SENT_STATES
    ).values_list("center_id", flat=True)
    return set(sent) - set(roundup.centers)


@dataclass(frozen=True)
class Line:
    """A unit (a region, a Center, a key figure) with a value for each quarter or column."""

    name: str
    texts: list[str]
    values: list[Value]
    url: str = ""


def trends(roundup: Roundup) -> Chart | None:
    """Key figures of a region or the country over the quarters up to this one; None when there is one only."""
    quarters = back(Quarter(roundup.year, roundup.quarter), QUARTERS)
    rows = {
        Quarter(row.year, row.quarter): row
        for row in Roundup.objects.filter(_in_quarters(quarters), region=roundup.region_id)
    }
    known = [quarter for quarter in quarters if quarter in rows]
    if len(known) < 2:
        return None
    series = [
        Line(str(label), *_values([rows[quarter].figures for quarter in known], code, row, column))
        for code, row, column, label in KEY_FIGURES
    ]
    return _drawn(_("Key figures by quarter"), known, series)


def _values(figures: Sequence[Figures], code: str, row: str, column: str) -> tuple[list[str], list[Value]]:
    values = [value_of(each, code, row, column) for each in figures]
    indicator = find(code)
    shown = next((each for each in indicator.columns if each.code == column), None) if indicator else None
    return [text_of(value, shown or Column(column, "")) for value in values], values


def _drawn(title: Text, quarters: Sequence[Quarter], series: Sequence[Line]) -> Chart | None:
    labels = [quarter_label(quarter) for quarter in quarters]
    drawn = [(line.name, [None if value == HIDDEN else value for value in line.values]) for line in series]
    return lines(title, labels, drawn, [[line.name, *line.texts] for line in series])


@dataclass(frozen=True)
class CentersTable:
    """Key figures of the Centers of a roundup, side by side."""

    headings: list[Text]
    rows: list[Line]


def centers_of(roundup: Roundup) -> CentersTable:
    """The Centers of a region (or of the country), each with its key figures as published."""
    reports = (
        QuarterlyReport.objects.filter(
            year=roundup.year, quarter=roundup.quarter, state__in=SENT_STATES, center__in=roundup.centers
        )
        .select_related("center")
        .defer("figures")
        .order_by("center__code")
    )
    rows = []
    for report in reports:
        texts, values = [], []
        for code, row, column, _label in KEY_FIGURES:
            (text,), (value,) = _values([report.shown], code, row, column)
            texts.append(text)
            values.append(value)
        rows.append(Line(report.center.name, texts, values, reverse("ministry-report", args=(report.pk,))))
    return CentersTable([label for *_rest, label in KEY_FIGURES], rows)


@dataclass(frozen=True)
class Choice:
    """What is compared: a figure, the Centers of a region or (without one) the regions, up to a quarter."""

    code: str
    row: str
    region: Region | None
    quarter: Quarter


@dataclass(frozen=True)
class Compared:
    """Units by quarters, for each column of the figure's indicator."""

    title: str
    definition: Text
    # Whose Centers stand beside one another; without one the regions do.
    region: Region | None
    quarters: list[str]
    chart: Chart | None
    tables: list[tuple[Text, list[Line]]] = field(default_factory=list)


def figure_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every figure that can be compared, by indicator, intakes first; rows as in the last roundup."""
    last = Roundup.objects.filter(region__isnull=True).order_by("-year", "-quarter").first()
    found = []
    for indicator in sorted(indicators(), key=lambda each: each.code != "intakes"):
        rows = last.figures.get(indicator.code, ()) if last else ()
        if rows and not indicator.local:
            options = [(f"{indicator.code}:{row['key']}", Row.from_json(row).name) for row in rows]
            found.append((str(indicator.title), options))
    return found


def compare(choice: Choice, actor: Actor) -> Compared | None:
    """The chosen figure of every unit over the last quarters; None for an indicator that there is not."""
    indicator = find(choice.code)
    if indicator is None:
        return None
    quarters = back(choice.quarter, COMPARED)
    units: dict[str, dict[Quarter, Figures]] = {}
    name = choice.row
    for unit, quarter, figures in _published(choice, quarters, actor):
        units.setdefault(unit, {})[quarter] = figures
        for row in figures.get(choice.code, ()):
            if row["key"] == choice.row:
                name = Row.from_json(row).name
    tables: list[tuple[Text, list[Line]]] = []
    for column in indicator.columns:
        rows = [
            Line(
                unit,
                *_values([of.get(quarter, {}) for quarter in quarters], choice.code, choice.row, column.code),
            )
            for unit, of in sorted(units.items())
        ]
        if any(value for line in rows for value in line.values) or not tables:
            tables.append((column.heading, rows))
    chart = None
    if tables and 0 < len(tables[0][1]) <= MOST_LINES:
        chart = _drawn(f"{name}: {tables[0][0]}", quarters, tables[0][1])
    labels = [quarter_label(quarter) for quarter in quarters]
    return Compared(f"{indicator.title}: {name}", indicator.definition, choice.region, labels, chart, tables)


def _published(
    choice: Choice, quarters: Sequence[Quarter], actor: Actor
) -> list[tuple[str, Quarter, Figures]]:
    if choice.region is None:
        rows = Roundup.objects.visible_to(actor).filter(_in_quarters(quarters), region__isnull=False)
        return [
            (row.region.name, Quarter(row.year, row.quarter), row.figures)
            for row in rows.select_related("region")
        ]
    reports = (
        QuarterlyReport.objects.visible_to(actor)
        .filter(_in_quarters(quarters), center__district__region=choice.region)
        .select_related("center")
        .defer("figures")
    )
    return [(row.center.name, Quarter(row.year, row.quarter), row.shown) for row in reports]
