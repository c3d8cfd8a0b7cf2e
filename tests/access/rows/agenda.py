"""The month of due dates and the calendar of one's phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.agenda.actions import give_link
from family_support.agenda.scope import READERS
from tests.access.matrix import PUBLIC, Made, Role, kind, page

if TYPE_CHECKING:
    from tests.access.world import World


@kind("calendar-link")
def calendar_link(world: World, *, restricted: bool) -> Made | None:
    """The secret is the key: whoever has it reads the calendar, signed in or not."""
    if restricted:
        return None
    token = give_link(by=world.by(Role.CASEWORKER), now=world.now)
    return Made(None, {"token": token})


ROWS = (
    page("agenda", roles=READERS),
    page("calendar-feed", roles=READERS),
    page("calendar-feed-new", roles=READERS, methods="GET POST"),
    page("calendar-feed-end", roles=READERS, methods="GET POST"),
    page("calendar-ics", "calendar-link", roles=PUBLIC),
)
