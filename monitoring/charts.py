"""Charts of a quarter: one Vega-Lite specification for page and PDF, with the figures beside it as a table."""

from typing import Any

from django.utils.translation import get_language, pgettext

from family_support.documents.charts import render_chart
from family_support.ui.components import Chart
from monitoring.figures import Table

BAR_HEIGHT = 26
# Long names are cut in the chart; the table beside it has them whole.
LABEL_WIDTH = 260


def bars(table: Table) -> Chart | None:
    """Horizontal bars of an indicator's first column; None when there is nothing to show."""
    first = table.columns[0]
    rows = [(row.name, row.values.get(first.code) or 0) for row in table.rows]
    if not any(value > 0 for _name, value in rows):
        return None
    return Chart(
        title=table.title,
        svg=render_chart(_spec(rows, str(first.heading)), (get_language() or "ru")[:2]),
        header=(pgettext("column of names", "Name"), first.heading),
        rows=rows,
    )


def _spec(rows: list[tuple[str, Any]], heading: str) -> dict[str, Any]:
    names = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labelLimit": LABEL_WIDTH},
    }
    values = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": heading, "tickMinStep": 1, "format": "d"},
    }
    return {
        "data": {"values": [{"name": name, "value": value} for name, value in rows]},
        "width": 420,
        "height": {"step": BAR_HEIGHT},
        "encoding": {"y": names, "x": values},
        "layer": [
            {"mark": {"type": "bar", "color": "#0b5cad", "height": 16}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "value", "type": "quantitative", "format": "d"}},
            },
        ],
    }
