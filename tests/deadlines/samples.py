"""Plain terms for pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from family_support.deadlines.reference import shipped_terms


@dataclass(frozen=True)
class PlainTerm:
    code: str
    unit: str
    length: int | None
    acts_for: str
    warnings: Sequence[Mapping[str, Any]] = ()
    escalation: Mapping[str, Any] = field(default_factory=dict)


def shipped_term(code: str) -> PlainTerm:
    row = next(row for row in shipped_terms() if row["code"] == code)
    return PlainTerm(
        row["code"], row["unit"], row["length"], row["acts_for"], row["warnings"], row["escalation"]
    )
