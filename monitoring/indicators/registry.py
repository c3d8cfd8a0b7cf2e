"""The indicators of a quarter in the order of the report, by the parts that R192 13 names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from family_support.base.figures import Table
from family_support.directory.models import Center
from monitoring.counting import Column, Gathered, Gatherer, Indicator, Labels, Part, Row, Text
from monitoring.quarters import Quarter

COUNT = Column("count", _("Number"))

# The first four are what R192 13 asks every quarter to look at.
SECTIONS: dict[str, Text] = {
    "joint": _("Joint work of bodies and organizations"),
    "status": _("Change of social status"),
    "factors": _("Social factors"),
    "prevention": _("Prevention of offences"),
    "intake": _("Intakes and first help"),
    "plans": _("Assessment and plans"),
    "protection": _("Threats, violence and temporary stay"),
    "terms": _("Terms and quality of records"),
    "unit": _("Work of the methodology unit"),
    "resources": _("Staff and vehicles"),
}

_registered: dict[str, Indicator] = {}


def add(
    code: str,
    section: str,
    title: Text,
    definition: Text,
    *parts: Part,
    labels: Labels,
    columns: Iterable[Column] = (COUNT,),
    prefix: str = "",
    chart: bool = False,
    local: bool = False,
    as_of: bool = False,
    totals: Mapping[str, tuple[str, ...]] | None = None,
    computed: Callable[[Center, Quarter], list[Row]] | None = None,
) -> None:
    """Register an indicator; within its section the order is that of registration."""
    _registered[code] = Indicator(
        code,
        section,
        title,
        definition,
        tuple(columns),
        parts,
        labels,
        prefix,
        chart,
        local,
        as_of,
        totals or {},
        computed,
    )


def indicators() -> list[Indicator]:
    """All of them, in the order of the report."""
    order = list(SECTIONS)
    return sorted(_registered.values(), key=lambda each: order.index(each.section))


def find(code: str) -> Indicator | None:
    return _registered.get(code)


def gather_all(center: Center, quarter: Quarter) -> dict[str, Gathered]:
    """The records behind every figure of a Center's quarter."""
    return _gatherer()(center, quarter)


@cache
def _gatherer() -> Gatherer:
    return Gatherer(indicators())


def compute(
    center: Center, quarter: Quarter, gathered: Mapping[str, Gathered] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """All figures of a Center's quarter, as JSON-able rows by indicator code."""
    found = gathered if gathered is not None else gather_all(center, quarter)
    return {
        each.code: [row.as_json() for row in each.rows(center, quarter, found[each.code])]
        for each in indicators()
    }


def tables(figures: Mapping[str, list[dict[str, Any]]]) -> list[Table]:
    """Figures as tables, in the order of the report; an indicator younger than the figures is left out."""
    return [
        Table(
            each.code,
            each.title,
            each.definition,
            each.columns,
            [Row.from_json(row) for row in figures[each.code]],
            each.chart,
            each.totals,
            is_computed=not each.parts,
            section=each.section,
        )
        for each in indicators()
        if each.code in figures
    ]
