"""Giving out and taking back the link of one's calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.agenda.models import CalendarFeed, index_of, new_token
from family_support.agenda.scope import READERS
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden

# How exactly it is told when a calendar was last read: a phone asks every few minutes.
READ_NOTED_EVERY = timedelta(hours=1)


def give_link(*, by: Actor, now: datetime) -> str:
    """A new link for the actor's own calendar; one given out before stops. The token is told this once.

    Errors: Forbidden for roles without due dates.
    """
    if by.role not in READERS or by.membership_id is None:
        raise Forbidden
    token = new_token()
    with acting(by):
        Membership.objects.select_for_update(of=("self",)).get(pk=by.membership_id)
        CalendarFeed.objects.visible_to(by).in_force().update(revoked_at=now)
        CalendarFeed.objects.create(
            membership_id=by.membership_id, token_index=index_of(token), created_at=now
        )
    return token


def take_back_link(*, by: Actor, now: datetime) -> None:
    """Stop the actor's link at once. Errors: Conflict when there is none."""
    with acting(by):
        if not CalendarFeed.objects.visible_to(by).in_force().update(revoked_at=now):
            raise Conflict("no_link", _("There is no link to take back."))


def note_reading(*, feed: CalendarFeed, now: datetime) -> None:
    """Remember, to the hour, that the calendar was read: its owner sees that somebody reads it."""
    if feed.read_at is None or now - feed.read_at >= READ_NOTED_EVERY:
        with acting(SYSTEM):
            CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


def end_links(now: datetime) -> int:
    """Stop every link, as the key that their hashes were made with goes; how many. People make new ones."""
    with acting(SYSTEM):
        return CalendarFeed.objects.in_force().update(revoked_at=now)
