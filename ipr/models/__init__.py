"""The individual work plan (ИПР): versions, measures, signatures, approval (R256 15–17, R192 8)."""

from ipr.models.ending import EndDecision, EndProposal
from ipr.models.measures import FamilyMeasure, Measure, MeasureTemplate
from ipr.models.plan import Plan, PlanVersion
from ipr.models.signing import Approval, Participant, Signature

__all__ = [
    "Approval",
    "EndDecision",
    "EndProposal",
    "FamilyMeasure",
    "Measure",
    "MeasureTemplate",
    "Participant",
    "Plan",
    "PlanVersion",
    "Signature",
]
