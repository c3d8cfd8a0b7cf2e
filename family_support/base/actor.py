"""Who acts: a user with one active membership, loaded once a request or task and passed to every action as
``by``.
"""

from dataclasses import dataclass, replace

SYSTEM_ROLE = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """A user and one *active* membership; several memberships are a switcher, never a union.

    ``role`` is a value of ``accounts.roles.Role`` (a string), or ``SYSTEM_ROLE`` for the product itself.
    ``acting`` is true for an acting director. ``iin_index`` is the blind index of the user's own IIN (barred
    list). ``channel`` is the one door of a machine (``accounts.models.MachineClient.Door``); empty for people.
    ``standing_for`` are the memberships of absent colleagues whom this one stands in for today (ADR 22).
    """

    user_id: int | None = None
    membership_id: int | None = None
    role: str = ""
    name: str = ""
    center_id: int | None = None
    agency_id: int | None = None
    district_id: int | None = None
    region_id: int | None = None
    acting: bool = False
    iin_index: str = ""
    request_id: str = ""
    channel: str = ""
    standing_for: tuple[int, ...] = ()

    @property
    def is_system(self) -> bool:
        """The product itself: a sweep, a handler, a reference load."""
        return self.role == SYSTEM_ROLE

    @property
    def is_anonymous(self) -> bool:
        """Nobody signed in and not the product itself."""
        return self.user_id is None and not self.is_system

    @property
    def is_director(self) -> bool:
        """The director of a Center, or who acts as one by order (rules.md 6.13)."""
        return self.center_id is not None and (self.role == "director" or self.acting)

    def has_role(self, *roles: str) -> bool:
        """Whether the active membership has one of the roles."""
        return bool(self.role) and self.role in roles

    def for_request(self, request_id: str) -> "Actor":
        """The same actor under another request id."""
        return replace(self, request_id=request_id)


SYSTEM = Actor(role=SYSTEM_ROLE, name=SYSTEM_ROLE)
ANONYMOUS = Actor()
