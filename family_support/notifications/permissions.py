"""Who may decide about mail that could not be sent."""

from __future__ import annotations

from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden

DECIDERS = frozenset({Role.SYSTEM_ADMIN})


def check_can_decide_mail(actor: Actor) -> None:
    """Errors: Forbidden for anybody but the system administrator."""
    if not can_decide_mail(actor):
        raise Forbidden()


def can_decide_mail(actor: Actor) -> bool:
    return actor.role in DECIDERS
