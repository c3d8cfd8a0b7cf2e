"""Files that came in, and files the product made."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.access.scopes import attachment_rules, readable_cases, worked_cases
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedTextField
from family_support.documents.registry import renderers


def storage_name(instance: object, filename: str) -> str:
    """A name that says nothing about the person or the paper."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of_subject(self, model: str, pk: int) -> AttachmentQuerySet:
        return self.filter(subject_type=model, subject_id=pk)

    def visible_to(self, actor: Actor) -> AttachmentQuerySet:
        """Attachments of the team's own cases, for a director of cases opened with a reason, and those that an upper
        app's own scope opens (security.md, row "attachments")."""
        director = actor.is_director
        condition = Q(case_id__in=readable_cases(actor) if director else worked_cases(actor))
        for rule in attachment_rules():
            condition |= Q(pk__in=rule(actor))
        return self.filter(condition)


class Attachment(models.Model):
    """A scan, a report's file, evidence. The bytes lie under a random name; the original name is encrypted."""

    class Kind(models.TextChoices):
        SIGNED_PAPER = "signed_paper", _("Signed paper")
        CONSENT = "consent", _("Consent")
        REPORT = "report", _("Execution report")
        EVIDENCE = "evidence", _("Evidence")
        LETTER = "letter", _("Letter")
        OTHER = "other", _("Other")

    case_id = models.BigIntegerField(null=True, db_index=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    file = models.FileField(upload_to=storage_name)
    name = EncryptedTextField(_("file name"))
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    sha256 = models.CharField(max_length=64)
    # Null: the sender of a request added it, who has no account.
    added_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = (
            models.Index(fields=("subject_type", "subject_id"), name="attachment_by_subject"),
            models.Index(fields=("added_at",), name="attachment_by_moment"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RenderingQuerySet(models.QuerySet["Rendering"]):
    def of_subject(self, model: str, pk: int) -> RenderingQuerySet:
        return self.filter(subject_type=model, subject_id=pk)

    def queued(self) -> RenderingQuerySet:
        return self.filter(state=Rendering.State.QUEUED)

    def visible_to(self, actor: Actor) -> RenderingQuerySet:
        """Renderings of subjects that their own app lets the actor read on paper."""
        condition = Q(pk__in=())
        for (subject_type, file_format), renderer in renderers().items():
            condition |= Q(
                subject_type=subject_type, format=file_format, subject_id__in=renderer.visible(actor)
            )
        return self.filter(condition)


class Rendering(models.Model):
    """A file the product makes in the background: queued, then ready whole or failed, never half."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("file", "being prepared")
        READY = "ready", pgettext_lazy("file", "ready")
        FAILED = "failed", pgettext_lazy("file", "failed")

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    format = models.CharField(max_length=4, choices=Format.choices)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    file = models.FileField(upload_to=storage_name, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    queued_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The class of the last failure: a code for the operator, never a message that may hold data.
    error = models.CharField(max_length=100, blank=True)
    requested_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RenderingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rendering")
        verbose_name_plural = _("renderings")
        constraints = (
            models.UniqueConstraint(
                fields=("subject_type", "subject_id", "format", "language"), name="rendering_once"
            ),
            models.CheckConstraint(
                name="rendering_ready_has_file",
                condition=~Q(state="ready") | (Q(ready_at__isnull=False) & ~Q(sha256="") & ~Q(file="")),
            ),
        )
        indexes = (models.Index(fields=("queued_at",), condition=Q(state="queued"), name="rendering_queued"),)

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} {self.format}"
