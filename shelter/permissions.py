"""Who may do what with stays and places: `check_` raises, `can_` answers (security.md, row "stay, residents")."""

from __future__ import annotations

from cases.models import Case
from cases.permissions import check_can_work, check_open, directs, works
from family_support.accounts.roles import WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden, Missing

# Who places families, and who sees how many places are free.
PLACING = WORKERS
SEEING_BOARD = WORKERS | {Role.DIRECTOR}


def can_place(actor: Actor, case: Case) -> bool:
    """Workers of the case's team reserve, check in and out, and send notices."""
    return (actor.is_system or actor.role in PLACING) and works(case, actor) and not case.is_closed


def check_can_place(actor: Actor, case: Case) -> None:
    """Errors: Forbidden for roles that place nobody, Missing outside the team, Conflict in a closed case."""
    if not actor.is_system and actor.role not in PLACING:
        raise Forbidden
    check_can_work(actor, case)


def can_decide(actor: Actor, case: Case) -> bool:
    """The director gives the reasons of a new episode and of an overstay, never on work of their own."""
    return actor.is_director and directs(case, actor)


def check_can_decide(actor: Actor, case: Case) -> None:
    """Errors: Forbidden for others than the director, Missing for who worked on the case, Conflict when closed."""
    if not actor.is_director:
        raise Forbidden
    if not directs(case, actor):
        raise Missing
    check_open(case)


def can_manage_places(actor: Actor) -> bool:
    return actor.is_director


def check_can_manage_places(actor: Actor) -> None:
    """Errors: Forbidden for others than the director."""
    if not (actor.is_system or can_manage_places(actor)):
        raise Forbidden
