"""How loudly each level of a term is told: data of the term's row, edited by the ministry (rules.md 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from family_support.base.loudness import Loudness
from family_support.deadlines.models import DeadlineLevel

Level = DeadlineLevel.Level


def default_loudness(*, at_once: bool) -> Loudness:
    """Where a row says nothing: terms of threats and minors are urgent, others are gathered."""
    return Loudness.URGENT if at_once else Loudness.DIGEST


def levels_of(term: Any) -> Iterator[str]:
    """The levels that deadlines of a term may reach, in their order."""
    yield from (str(row["level"]) for row in term.warnings)
    yield Level.DUE_TODAY
    yield Level.OVERDUE
    if term.escalation:
        yield Level.ESCALATED
    yield from (f"chaser_{grade}" for grade, _days in enumerate(term.escalation.get("chasers", ()), start=1))


def loudness_of(term: Any) -> dict[str, Loudness]:
    """How loudly each level of a term is told: as its row says, else by default."""
    told: Mapping[str, str] = term.escalation.get("loudness", {})
    at_once = term.escalation.get("kind") == "at_once"
    return {
        level: Loudness(told[level]) if level in told else default_loudness(at_once=at_once)
        for level in levels_of(term)
    }
