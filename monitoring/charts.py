"""Charts of a quarter: one Vega-Lite specification for page and PDF, with the figures beside it as a table."""

import textwrap
from collections.abc import Sequence
from typing import Any

from django.utils.html import escape
from django.utils.translation import get_language, pgettext

from family_support.base.figures import Table
from family_support.documents.charts import render_charts
from family_support.ui.components import Chart

LINE_HEIGHT = 15
# Long names go over several lines of so many letters; the table beside the chart has them too.
LINE_LETTERS = 38
# Up to here every whole number has its tick.
FEW = 8
# A single point is no line.
FEWEST_POINTS = 2


def bars(tables: Sequence[Table]) -> dict[str, Chart]:
    """Horizontal bars of each indicator's first column, by its code; without those that have nothing to show."""
    drawn = {}
    for table in tables:
        rows = [(row.name, row.values.get(table.columns[0].code) or 0) for row in table.rows]
        if any(value > 0 for _name, value in rows):
            drawn[table.code] = (table, rows)
    specs = [_spec(rows, str(table.columns[0].heading)) for table, rows in drawn.values()]
    return {
        table.code: Chart(
            title=table.title,
            svg=_titled(svg, table.title),
            header=(pgettext("column of names", "Name"), table.columns[0].heading),
            rows=rows,
        )
        for (table, rows), svg in zip(drawn.values(), _drawn(specs), strict=True)
    }


def _drawn(specs: Sequence[dict[str, Any]]) -> list[str]:
    return render_charts(specs, (get_language() or "ru")[:2])


def _titled(svg: str, title: Any) -> str:
    """What the drawing shows, for who does not see it, in the page and in the PDF."""
    start = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:start]}<title>{escape(title)}</title>{svg[start:]}"


def _ticks(largest: float) -> dict[str, Any]:
    """Whole numbers only: small axes would otherwise repeat them."""
    return {"values": list(range(int(largest) + 1))} if largest <= FEW else {"tickCount": 5}


def _spec(rows: list[tuple[str, Any]], heading: str) -> dict[str, Any]:
    wrapped = [(textwrap.wrap(name, LINE_LETTERS, break_long_words=False), value) for name, value in rows]
    lines = max(len(name) for name, _value in wrapped)
    names = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "axis": {
            "title": None,
            "labelLimit": 0,
            "labelExpr": "split(datum.value, '\\n')",
            "labelBaseline": "middle",
        },
    }
    values = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": heading, "format": "d", **_ticks(max(value for _name, value in rows))},
    }
    return {
        "data": {"values": [{"name": "\n".join(name), "value": value} for name, value in wrapped]},
        "padding": {"left": 16, "right": 24, "top": 5, "bottom": 5},
        "width": 400,
        "height": {"step": max(26, lines * LINE_HEIGHT + 6)},
        "encoding": {"y": names, "x": values},
        "layer": [
            {"mark": {"type": "bar", "color": "#0b5cad", "height": 16}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "value", "type": "quantitative", "format": "d"}},
            },
        ],
    }


def lines(
    title: Any, labels: list[str], series: list[tuple[str, list[Any]]], rows: list[list[Any]]
) -> Chart | None:
    """Lines over quarters, a gap where a figure is hidden or missing; `rows` are the same as texts for the table.

    None when there is no line to draw, or only one along zero while the other figures are hidden.
    """
    values = [
        {"name": name, "quarter": label, "order": place, "value": value}
        for name, points in series
        for place, (label, value) in enumerate(zip(labels, points, strict=True))
    ]
    seen = [point["value"] for point in values if point["value"] is not None]
    if len(seen) < FEWEST_POINTS or not any(seen):
        return None
    spec = {
        "data": {"values": values},
        "padding": {"left": 8, "right": 24, "top": 5, "bottom": 5},
        "width": 560,
        "height": 240,
        "mark": {"type": "line", "point": {"size": 60, "filled": True}, "strokeWidth": 2.5},
        "encoding": {
            "x": {
                "field": "quarter",
                "type": "ordinal",
                "sort": {"field": "order"},
                "axis": {"title": None},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": None, "tickCount": 5},
                "scale": {"zero": True},
            },
            "color": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "legend": {"columns": 2, "labelLimit": 300},
            },
            # Told apart without colour too.
            "strokeDash": {"field": "name", "type": "nominal", "sort": None, "legend": None},
        },
    }
    (svg,) = _drawn([spec])
    return Chart(
        title=title, svg=_titled(svg, title), header=(pgettext("column of names", "Name"), *labels), rows=rows
    )
