"""Reads for the assessment's pages."""

from __future__ import annotations

from datetime import date

from assessments.models import Assessment
from assessments.rules import Findings, GroundFact
from cases.models import Case, Threat


def draft_of(case: Case) -> Assessment | None:
    """The draft in work, if any."""
    return case.assessments.filter(state=Assessment.State.DRAFT).first()


def concluded_of(case: Case) -> Assessment | None:
    """The assessment in force, if any."""
    return case.assessments.filter(state=Assessment.State.CONCLUDED).first()


def last_concluded_before(assessment: Assessment) -> Assessment | None:
    """What a draft is shown beside, or what an older conclusion followed: the newest concluded before it began."""
    older = assessment.case.assessments.exclude(state=Assessment.State.DRAFT).exclude(pk=assessment.pk)
    return older.filter(started_at__lt=assessment.started_at).order_by("-concluded_at").first()


def is_urgent(assessment: Assessment) -> bool:
    """A threat flagged after the draft began makes it urgent too (rules.md 6.6)."""
    return assessment.urgent or assessment.case.threat_at is not None


def findings_of(assessment: Assessment, on: date) -> Findings:
    """What the pure rules look at, on a local date."""
    return Findings(
        situation=assessment.situation,
        hls_found=assessment.hls_found,
        grounds=[
            GroundFact(
                number=row.ground.number,
                in_force=row.ground.valid_from <= on
                and (row.ground.valid_to is None or on <= row.ground.valid_to),
                needs_form=bool(row.ground.forms),
                form=row.form,
            )
            for row in assessment.grounds.select_related("ground")
        ],
        own_means=assessment.own_means_note,
        risk=assessment.risk,
        risk_reason=assessment.risk_reason,
        response_measures=assessment.response_measures,
        conclusion=assessment.conclusion,
        urgent=is_urgent(assessment),
        threat_open=Threat.objects.open().filter(case=assessment.case_id).exists(),
        immediate_measures=assessment.immediate_measures.count(),
    )
