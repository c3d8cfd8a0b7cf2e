"""What a version says, as plain data: hashed when it is frozen, compared when it is amended."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ipr.models import FamilyMeasure, Measure, Participant, PlanVersion

FORM = 1


def measure_content(measure: Measure) -> dict[str, Any]:
    """A measure of a body or of the Center: codes and ids, not names that a directory may correct."""
    return {
        "key": str(measure.key),
        "sector": measure.sector.code,
        "template": measure.template.code,
        "text": measure.text,
        "goal": measure.goal,
        "purpose": measure.purpose,
        "person": measure.person_id,
        "agency": measure.agency_id,
        "by_center": measure.by_center,
        "service": measure.service.code if measure.service else None,
        "starts_on": measure.starts_on.isoformat(),
        "due_on": measure.due_on.isoformat(),
    }


def family_content(measure: FamilyMeasure) -> dict[str, Any]:
    """A measure of the family's own: what was agreed, not how it went."""
    return {
        "key": str(measure.key),
        "text": measure.text,
        "person": measure.person_id,
        "starts_on": measure.starts_on.isoformat(),
        "due_on": measure.due_on.isoformat(),
    }


def participant_content(participant: Participant) -> dict[str, Any]:
    content = {
        "name": participant.name,
        "specialty": participant.specialty,
        "organization": participant.organization,
    }
    # Content that was frozen before the day was asked for keeps its hash.
    day = participant.took_part_on
    return {**content, "took_part_on": day.isoformat()} if day else content


def content_of(version: PlanVersion) -> dict[str, Any]:
    """The whole version; the order in which its rows were written does not count."""
    measures = version.measures.select_related("sector", "template", "service")
    return {
        "form": FORM,
        "plan": version.plan_id,
        "number": version.number,
        "starts_on": version.starts_on.isoformat() if version.starts_on else None,
        "ends_on": version.ends_on.isoformat() if version.ends_on else None,
        "goal": version.goal,
        "measures": sorted((measure_content(each) for each in measures), key=lambda each: each["key"]),
        "family": sorted(
            (family_content(each) for each in version.family_measures.all()), key=lambda each: each["key"]
        ),
        "participants": sorted(
            (participant_content(each) for each in version.participants.all()),
            key=lambda each: tuple(each.values()),
        ),
    }


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(version: PlanVersion) -> str:
    """What the signatures and the approval stand on."""
    return hash_of(content_of(version))
