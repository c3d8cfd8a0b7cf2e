"""Who reads and who changes the reference data (security.md: calendar, terms, norms, grounds, catalogs)."""

from family_support.accounts.roles import CENTER_ROLES, MINISTRY_ROLES, Role
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden

READERS = CENTER_ROLES | MINISTRY_ROLES | {Role.SYSTEM_ADMIN}
EDITORS = frozenset({Role.MINISTRY_EDITOR})


def check_can_edit(by: Actor) -> None:
    """Raise Forbidden unless the actor edits the reference data for the ministry."""
    if not can_edit(by):
        raise Forbidden()


def can_edit(by: Actor) -> bool:
    """Whether the actor edits the reference data."""
    return by.is_system or by.role in EDITORS
