"""Charts: one Vega-Lite specification gives the same SVG for the page and for the PDF."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from family_support.documents.children import RenderError, run_child

__all__ = ["PALETTE", "RenderError", "render_charts"]

SECONDS = 45
FONT = "Inter Variable, Inter, sans-serif"
# Told apart without colour vision, and 3:1 against white.
PALETTE = ["#0b5cad", "#c2570c", "#146c43", "#8c1d18", "#5f4b8b", "#52606d"]

NUMBERS = {
    "kk": {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", " ₸"]},
    "ru": {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", " ₸"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", " ₸"]},
}

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "#ffffff",
    "range": {"category": PALETTE},
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "labelColor": "#3d4752",
        "titleColor": "#3d4752",
        "gridColor": "#d5dbe1",
        "domainColor": "#7b8794",
        "tickColor": "#7b8794",
    },
    "axisX": {"grid": False, "labelAngle": 0, "labelLimit": 120},
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelColor": "#3d4752",
        "orient": "top",
        "title": None,
    },
    "bar": {"color": PALETTE[0]},
    "line": {"color": PALETTE[0], "point": True},
    "text": {"fontSize": 12, "color": "#1c2733"},
}


def render_charts(specs: Sequence[dict[str, Any]], language: str) -> list[str]:
    """Each chart as an <svg> element without scripts, styles and addresses, in the number format of the language.

    A specification holds its own data (``data.values``); nothing is fetched. The charts of a page go to one child:
    its engine takes ten times as long to start as to draw. RenderError when the child fails.
    """
    if not specs:
        return []
    job = {"specs": specs, "config": CONFIG, "format": NUMBERS.get(language, NUMBERS["ru"])}
    drawn = json.loads(run_child("svg", json.dumps(job, default=str).encode(), seconds=SECONDS))
    return [_plain(svg) for svg in drawn]


def _plain(svg: str) -> str:
    """Without inline styles (the content security policy refuses them), with the font named on the root."""
    start = svg.find("<svg")
    if start < 0:
        raise RenderError()
    svg = svg[start:]
    svg = re.sub(r'\sstyle="[^"]*"', "", svg)
    return svg.replace("<svg", f'<svg font-family="{FONT}" focusable="false"', 1)
