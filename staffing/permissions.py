"""Who keeps the staffing of a Center (security.md, row "indicators, conclusions, staffing")."""

from family_support.base.actor import Actor
from family_support.base.errors import Forbidden, Missing
from staffing.models import KEEPERS


def keeps(actor: Actor) -> bool:
    """Whether the role has the function: the director, who acts as one by order, and the methodology unit."""
    return actor.role in KEEPERS or actor.is_director


def can_keep(actor: Actor, center_id: int) -> bool:
    """Whether the actor records the staffing of this Center."""
    return keeps(actor) and actor.center_id == center_id


def check_can_keep(actor: Actor, center_id: int) -> None:
    """Errors: Forbidden for a role without the function, Missing for another Center."""
    if not keeps(actor):
        raise Forbidden()
    if actor.center_id != center_id:
        raise Missing()
