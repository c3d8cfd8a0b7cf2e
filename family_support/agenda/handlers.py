"""Whoever had a lost device, or an account that was taken over, keeps no link made from there."""

from __future__ import annotations

from family_support.agenda.models import CalendarFeed
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.outbox.events import handles
from family_support.outbox.models import Event


@handles("accounts.access_cut")
def end_links_of(event: Event) -> None:
    """An administrator has ended the sessions, or the second factor was reset: the calendar's links end as well."""
    with acting(SYSTEM):
        links = CalendarFeed.objects.in_force().filter(membership__user_id=event["user_id"])
        links.update(revoked_at=clock.now())
