"""Staff and vehicles against the norms, as they stood at the end of the quarter (R256 4 and annex)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from family_support.base.figures import Column, Row, in_every_language
from family_support.directory.models import Center
from monitoring.counting import choices
from monitoring.indicators.registry import add
from monitoring.quarters import Quarter
from staffing.queries import staffing_of


def _positions(center: Center, quarter: Quarter) -> list[Row]:
    """A row for every position of the annex that has a number, and the vehicles; nothing without a staffing table."""
    found = staffing_of(center, (quarter.ends_at - timedelta(seconds=1)).date())
    if found.table is None:
        return []
    rows = [
        Row(
            line.norm.code,
            line.norm.names,
            {
                "norm": float(line.minimum),
                "units": float(line.units),
                "occupied": float(line.occupied),
                "lacking": float(line.lacking),
            },
        )
        for line in found.lines
        if line.norm is not None and line.minimum is not None
    ]
    vehicles = Row("vehicles", in_every_language(_("Vehicles")), {"units": float(len(found.vehicles))})
    return [*rows, vehicles]


add(
    "staff",
    "resources",
    _("Staff against the norms"),
    _(
        "Units of each position at the end of the quarter: norm of the Center’s band, established, occupied, lacking."
    ),
    labels=choices([]),
    columns=(
        Column("norm", _("Norm"), decimals=1),
        Column("units", _("Established"), decimals=1),
        Column("occupied", _("Occupied"), decimals=1),
        Column("lacking", _("Lacking"), decimals=1),
    ),
    as_of=True,
    computed=_positions,
)
