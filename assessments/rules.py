"""When a primary assessment may be concluded (R256 2(2), 13(2), 14(2); Social Code art. 133): pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class GroundFact:
    """A ground that the assessment names: whether it is in force, and whether a form must be and is named."""

    number: int
    in_force: bool = True
    needs_form: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an assessment found so far. A Digital Family Card level has no place here: it is never a ground."""

    situation: str
    hls_found: bool | None
    grounds: Sequence[GroundFact]
    own_means: str
    risk: str
    risk_reason: str
    response_measures: str
    conclusion: str
    urgent: bool = False
    threat_open: bool = False
    immediate_measures: int = 0


def obstacles(found: Findings) -> dict[str, Text]:
    """What keeps the assessment from being concluded: form field -> message; empty when it may be.

    A hard life situation objectively disrupts life and cannot be overcome alone (R256 2(2)): it needs at least one
    ground in force and the reason why the family cannot overcome it. An urgent assessment needs immediate measures.
    """
    gaps: dict[str, Text] = {}
    if not found.situation.strip():
        gaps["situation"] = _("Describe first what disrupts the family's life.")
    if found.hls_found is None:
        gaps["hls_found"] = _("Say whether a hard life situation was found.")
    elif found.hls_found:
        gaps |= _hls_gaps(found)
    if not found.risk:
        gaps["risk"] = _("Choose the level of risk.")
    elif found.threat_open and found.risk != CRITICAL:
        gaps["risk"] = _("While a threat is open the risk is critical: its alarm has to be closed first.")
    if not found.risk_reason.strip():
        gaps["risk_reason"] = _("Say what the level of risk rests on.")
    if not found.response_measures.strip():
        gaps["response_measures"] = _("Name the measures of response (R256 13(2), 14(2)).")
    if not found.conclusion.strip():
        gaps["conclusion"] = _("Write the conclusion.")
    if found.urgent and not found.immediate_measures:
        gaps["immediate_measures"] = _(
            "Life or health is threatened: assign at least one immediate measure first (R256 13(2), 14(2))."
        )
    return gaps


def _hls_gaps(found: Findings) -> dict[str, Text]:
    gaps: dict[str, Text] = {}
    in_force = [fact for fact in found.grounds if fact.in_force]
    if not in_force:
        gaps["grounds"] = _(
            "A hard life situation needs at least one ground in force (Social Code art. 133)."
        )
    elif len(in_force) < len(found.grounds):
        gaps["grounds"] = _("A ground that is no longer in force is among those chosen: take it away.")
    elif any(fact.needs_form and not fact.form for fact in in_force):
        gaps["grounds"] = _("Name the form of the cruel treatment.")
    if not found.own_means.strip():
        gaps["own_means_note"] = _("Say why the family cannot overcome it alone (R256 2(2)).")
    return gaps


def may_conclude(found: Findings) -> bool:
    """Whether nothing is missing."""
    return not obstacles(found)


def draft_gaps(found: Findings) -> dict[str, Text]:
    """The obstacles outside the conclusion's own form: they block the way to it, with the reason shown."""
    own = {"hls_found", "risk", "risk_reason", "response_measures", "conclusion", "grounds", "own_means_note"}
    return {field: text for field, text in obstacles(found).items() if field not in own}


def met_terms(*, urgent: bool) -> tuple[str, ...]:
    """The terms that a conclusion meets: the urgent one only when immediate measures are assigned."""
    return ("assessment", "assessment_urgent") if urgent else ("assessment",)


def check_day(day: date | None, today: date) -> Text | None:
    """The message for a day that has not come yet, or None."""
    return _("The date is in the future.") if day and day > today else None
