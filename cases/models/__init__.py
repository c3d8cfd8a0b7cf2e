"""Intakes, people, consents, consultations, and the case they belong to."""

from cases.models.case import Case, CaseGrant, CaseUserObjectPermission, NumberCounter, TeamMember
from cases.models.consent import Consent
from cases.models.draft import IntakeDraft
from cases.models.intake import Consultation, Intake
from cases.models.person import CaseMember, Person
from cases.models.submission import FamilyCard, Submission
from cases.models.threat import Threat
from cases.models.timeline import TimelineEntry
from cases.models.transfer import IntakeTransfer
from cases.models.violence import ViolenceRecord, ViolenceSupport

__all__ = [
    "Case",
    "CaseGrant",
    "CaseMember",
    "CaseUserObjectPermission",
    "Consent",
    "Consultation",
    "FamilyCard",
    "Intake",
    "IntakeDraft",
    "IntakeTransfer",
    "NumberCounter",
    "Person",
    "Submission",
    "TeamMember",
    "Threat",
    "TimelineEntry",
    "ViolenceRecord",
    "ViolenceSupport",
]
