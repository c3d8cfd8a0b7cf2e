"""The quarter of a Center, its conclusion and corrections; events and notes; the quarter of region and country."""

from monitoring.models.outreach import AnalyticNote, OutreachEvent
from monitoring.models.proposals import ProposedShortcoming
from monitoring.models.quarter import (
    OUTSIDE,
    READERS,
    SENT_STATES,
    CorrectionsAnnex,
    FrozenRecords,
    QuarterlyReport,
    QuarterlyReportQuerySet,
    Shortcoming,
)
from monitoring.models.roundup import Roundup

__all__ = [
    "OUTSIDE",
    "READERS",
    "SENT_STATES",
    "AnalyticNote",
    "CorrectionsAnnex",
    "FrozenRecords",
    "OutreachEvent",
    "ProposedShortcoming",
    "QuarterlyReport",
    "QuarterlyReportQuerySet",
    "Roundup",
    "Shortcoming",
]
