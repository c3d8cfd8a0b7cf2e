"""Who took part, who signed, who decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Person
from family_support.accounts.models import ActingDirector, Membership
from family_support.documents.models import Attachment
from ipr.models.plan import PlanVersion


class Participant(models.Model):
    """A specialist who took part in drawing up the plan (R256 15)."""

    class Specialty(models.TextChoices):
        LAWYER = "lawyer", _("Lawyer")
        PSYCHOLOGIST = "psychologist", _("Psychologist")
        SOCIAL_PEDAGOGUE = "social_pedagogue", _("Social pedagogue")
        MEDICAL = "medical", _("Medical worker")
        SOCIAL_WORKER = "social_worker", _("Social worker")
        POLICE = "police", _("Local police officer")
        NGO = "ngo", _("NGO representative")
        OTHER = "other", _("Other specialist")

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="participants")
    name = models.CharField(_("name"), max_length=200)
    specialty = models.CharField(_("specialty"), max_length=20, choices=Specialty.choices)
    organization = models.CharField(_("organization"), max_length=300, blank=True)
    # Empty only for those recorded before the day was asked for.
    took_part_on = models.DateField(_("took part on"), null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.get_specialty_display()} {self.pk}"


class Signature(models.Model):
    """A signature recorded from paper, with its scan; void when the version goes back to draft."""

    class Party(models.TextChoices):
        CENTER = "center", _("Center")
        FAMILY = "family", _("Person (family)")

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="signatures")
    round = models.PositiveSmallIntegerField()
    party = models.CharField(_("party"), max_length=10, choices=Party.choices)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_on = models.DateField(_("date of signature"))
    scan = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+", verbose_name=_("scan"))
    content_hash = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ("recorded_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("version", "round", "party"),
                condition=Q(void_at__isnull=True),
                name="signature_once_a_party",
            ),
            models.CheckConstraint(
                name="signature_party_has_signer",
                condition=Q(party="center", membership__isnull=False, person__isnull=True)
                | Q(party="family", membership__isnull=True, person__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_id}: {self.party}"


class Approval(models.Model):
    """The head's decision on a round of a version: never by its author or signer (rules.md 6.13)."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="approvals")
    round = models.PositiveSmallIntegerField()
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    acting = models.ForeignKey(
        ActingDirector, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("version", "round"), name="approval_once_a_round"),
            models.CheckConstraint(
                name="approval_return_has_reason", condition=Q(decision="approved") | ~Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_id}: {self.decision}"
