"""The indicators of a Center's quarter, each computed from records (R192 13, rules.md 6.15)."""

from monitoring.indicators import (  # noqa: F401 - they register themselves
    doors,
    families,
    joint,
    plans,
    protection,
    quality,
    resources,
    unit,
)
from monitoring.indicators.registry import SECTIONS, compute, find, gather_all, indicators, tables

__all__ = ["SECTIONS", "compute", "find", "gather_all", "indicators", "tables"]
