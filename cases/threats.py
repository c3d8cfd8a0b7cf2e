"""What a threat sets off in the same transaction: the app above registers it, so that none stands unanswered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise

from cases.models import Case, Threat
from family_support.base.actor import Actor


class Reaction(Protocol):
    """Called with the threat just written, its case locked; `brief` is what others may be told of it."""

    def __call__(self, threat: Threat, brief: str, *, by: Actor, now: datetime) -> None: ...


_reactions: list[Reaction] = []


def register_reaction(reaction: Reaction) -> Reaction:
    """Called once, when the applications are ready."""
    _reactions[:] = [reaction]
    return reaction


def react(threat: Threat, brief: str, *, by: Actor, now: datetime) -> None:
    """Errors: RuntimeError where nobody answers threats: then none may be written."""
    if not _reactions:
        raise RuntimeError("No reaction to threats is registered: a threat would stand unanswered.")
    _reactions[0](threat, brief, by=by, now=now)


@dataclass(frozen=True)
class ThreatLine:
    """How the response to a case's open threat stands, and the page where it is led."""

    text: str | Promise
    url: str


LineFor = Callable[[Case, Actor], ThreatLine | None]
_lines: list[LineFor] = []


def register_line(line_for: LineFor) -> LineFor:
    """Called once: the line in the red banner of a case with an open threat; at most one query."""
    _lines[:] = [line_for]
    return line_for


def line_of(case: Case, actor: Actor) -> ThreatLine | None:
    """The line for this actor; None where there is nothing for them to follow."""
    return _lines[0](case, actor) if _lines else None
