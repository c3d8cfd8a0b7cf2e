"""Who breaks the glass, and who looks at it afterwards (ADR 24)."""

from __future__ import annotations

from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden

# Who works with families of the Center. The director opens restricted cases with a reason; a clerk opens none at all.
BREAKING = WORKERS | UNIT_HEADS
REVIEWERS = frozenset({Role.SECURITY_OFFICER})


def can_break_glass(actor: Actor) -> bool:
    return actor.center_id is not None and actor.role in BREAKING and not actor.is_director


def check_can_break_glass(actor: Actor) -> None:
    """Errors: Forbidden for roles that do not work with families of a Center."""
    if not can_break_glass(actor):
        raise Forbidden


def check_can_review(actor: Actor) -> None:
    """Errors: Forbidden for anybody but the security officer."""
    if actor.role not in REVIEWERS:
        raise Forbidden
