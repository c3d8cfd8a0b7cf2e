"""What a person is told: notices in the product, and mail that says only that there is something to read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.access.barred import barred_case_ids
from family_support.accounts.models import Membership
from family_support.base.actor import Actor


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """The actor's own; of a case that keeps the actor out by name not even those told before."""
        own = self.filter(recipient_id=actor.membership_id)
        return own.exclude(case_id__in=barred_case_ids(actor)) if actor.iin_index else own

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing one membership is told once. The text is made from `kind` when shown, in the reader's language."""

    recipient = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    case_id = models.BigIntegerField(null=True, db_index=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    params = models.JSONField(default=dict)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    event_id = models.BigIntegerField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("event_id", "recipient", "kind"), name="notice_once_an_event"),
        )
        indexes = (
            models.Index(
                fields=("recipient", "-created_at"), condition=Q(read_at__isnull=True), name="notice_unread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> MailQuerySet:
        return self.filter(sent_at__isnull=True, parked_at__isnull=True)

    def parked(self) -> MailQuerySet:
        """Given up: the operator looks at these."""
        return self.filter(parked_at__isnull=False)


class Mail(models.Model):
    """An outgoing message with a Message-ID of its own: sent at least once, recognizable when twice."""

    recipient = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, null=True, related_name="mail")
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    # The class of the last failure: a code, never the server's text, which may repeat the address.
    error = models.CharField(max_length=100, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        indexes = (
            models.Index(
                fields=("next_attempt_at",),
                condition=Q(sent_at__isnull=True, parked_at__isnull=True),
                name="mail_waiting",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="mail_sent_or_parked", condition=Q(sent_at__isnull=True) | Q(parked_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return self.message_id
