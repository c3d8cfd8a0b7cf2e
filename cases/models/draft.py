"""What somebody has typed into a new intake and not registered yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedJSONField


class IntakeDraftQuerySet(models.QuerySet["IntakeDraft"]):
    def visible_to(self, actor: Actor) -> IntakeDraftQuerySet:
        """One's own: nobody else ever reads it."""
        return self.filter(membership_id=actor.membership_id)


class IntakeDraft(models.Model):
    """One a membership, encrypted as one text; gone with the registration, or after a week."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    content = EncryptedJSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"))

    objects = IntakeDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of an intake")
        verbose_name_plural = _("drafts of intakes")

    def __str__(self) -> str:
        return f"{self.membership_id}"
