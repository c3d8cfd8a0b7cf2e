"""A person's calendar feed: who reads it and by which link, of which only a keyed hash is kept."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.crypto import blind_index

TOKEN_BYTES = 32


def new_token() -> str:
    """256 bits of chance, as a part of an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def index_of(token: str) -> str:
    """What is kept of a token: without it and the key nobody makes the link again."""
    return blind_index(token, "calendar_feed")


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def in_force(self) -> CalendarFeedQuerySet:
        return self.filter(revoked_at__isnull=True)

    def visible_to(self, actor: Actor) -> CalendarFeedQuerySet:
        """One's own: nobody else learns that there is one."""
        return self.filter(membership_id=actor.membership_id or 0)


class CalendarFeed(models.Model):
    """A secret link to one membership's due dates. It ends with the membership, or when its owner takes it back."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    token_index = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        constraints = (
            models.UniqueConstraint(
                fields=("membership",), condition=Q(revoked_at__isnull=True), name="feed_one_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
