"""The indicators of a Center's quarter, each computed from records (R192 13, rules.md 6.15)."""

from monitoring.indicators import families, joint, plans, quality, unit  # noqa: F401 - they register themselves
from monitoring.indicators.registry import SECTIONS, compute, find, gather_all, indicators, tables

__all__ = ["SECTIONS", "compute", "find", "gather_all", "indicators", "tables"]
