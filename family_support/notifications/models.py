"""What a person is told: notices in the product, and mail that says only that there is something to read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.access.barred import barred_case_ids
from family_support.access.scopes import not_kept_back
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.loudness import Loudness
from family_support.base.waiting import turn_has_come

# The param of a notice told to a substitute: the membership in whose place (ADR 22).
IN_PLACE_OF = "in_place_of"
# How long a mail waits after its first, second, … try that failed.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 60))


class DigestQuerySet(models.QuerySet["Digest"]):
    def visible_to(self, actor: Actor) -> DigestQuerySet:
        """The person's own."""
        return self.filter(user_id=actor.user_id or 0)


class Digest(models.Model):
    """What one person was mailed on one day of work, in figures: one a person and day, whatever their roles."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    created_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    # Of them those that tell of something late.
    late = models.PositiveIntegerField(default=0)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = (
            models.UniqueConstraint(fields=("user", "on"), name="digest_once_a_day"),
            models.CheckConstraint(
                name="digest_of_something", condition=Q(total__gt=0) & Q(late__lte=models.F("total"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """The actor's own; of a case or a family that keeps the actor out by name not even those told before."""
        own = self.filter(recipient_id=actor.membership_id)
        if not actor.iin_index:
            return own
        return own.exclude(case_id__in=barred_case_ids(actor)).filter(not_kept_back(actor))

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at__isnull=True)

    def urgent(self) -> NoticeQuerySet:
        return self.filter(loudness=Loudness.URGENT)

    def for_digest(self) -> NoticeQuerySet:
        """What a digest would tell: unread, and in no digest yet."""
        return self.unread().filter(loudness=Loudness.DIGEST, digest__isnull=True)


class Notice(models.Model):
    """One thing one membership is told once. The text is made from `kind` when shown, in the reader's language."""

    recipient = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    case_id = models.BigIntegerField(null=True, db_index=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    params = models.JSONField(default=dict)
    loudness = models.CharField(
        max_length=10, choices=Loudness.choices, default=Loudness.DIGEST, db_default=Loudness.DIGEST
    )
    # The digest that told of it.
    digest = models.ForeignKey(
        Digest, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
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
            models.Index(
                fields=("recipient",),
                condition=Q(read_at__isnull=True, digest__isnull=True, loudness="digest"),
                name="notice_for_digest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def urgent(self) -> bool:
        return self.loudness == Loudness.URGENT


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> MailQuerySet:
        return self.filter(sent_at__isnull=True, parked_at__isnull=True)

    def due(self, now: datetime) -> MailQuerySet:
        """Waiting ones whose next try may begin."""
        return self.waiting().filter(turn_has_come(now, PAUSES))

    def parked(self) -> MailQuerySet:
        """A day of tries was in vain: the system administrator decides."""
        return self.filter(parked_at__isnull=False, given_up_at__isnull=True)

    def visible_to(self, actor: Actor) -> MailQuerySet:
        """The system administrator's, without addresses; a person reads the notice itself."""
        return self if actor.role == Role.SYSTEM_ADMIN else self.none()


class Mail(models.Model):
    """An outgoing message with a Message-ID of its own: sent at least once, recognizable when twice."""

    recipient = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, null=True, related_name="mail")
    digest = models.OneToOneField(Digest, on_delete=models.CASCADE, null=True, related_name="mail")
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    # Sent again by the administrator: the day of tries counts from here.
    again_from = models.DateTimeField(null=True)
    # Not sent itself: this one to the same person went out after it was written, and says the same.
    covered_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
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
            models.Index(
                fields=("parked_at",),
                condition=Q(parked_at__isnull=False, given_up_at__isnull=True),
                name="mail_parked",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="mail_sent_or_parked", condition=Q(sent_at__isnull=True) | Q(parked_at__isnull=True)
            ),
            models.CheckConstraint(
                name="mail_of_notice_or_digest",
                condition=Q(notice__isnull=False, digest__isnull=True)
                | Q(notice__isnull=True, digest__isnull=False),
            ),
            models.CheckConstraint(
                name="mail_given_up_when_parked",
                condition=Q(given_up_at__isnull=True) | Q(parked_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.message_id


class MailDecisionQuerySet(models.QuerySet["MailDecision"]):
    def visible_to(self, actor: Actor) -> MailDecisionQuerySet:
        return self if actor.role == Role.SYSTEM_ADMIN else self.none()


class MailDecision(models.Model):
    """What the system administrator decided about a mail that could not be sent."""

    class Decision(models.TextChoices):
        AGAIN = "again", _("sent again")
        GIVEN_UP = "given_up", _("given up")

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="decisions")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = MailDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about a mail")
        verbose_name_plural = _("decisions about mail")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.mail_id} {self.decision}"
