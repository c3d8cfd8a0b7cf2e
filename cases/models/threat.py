"""A direct threat to life or health, and what was done at once (R256 22)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from family_support.accounts.models import Membership


class ThreatQuerySet(models.QuerySet["Threat"]):
    def open(self) -> ThreatQuerySet:
        return self.filter(responded_at__isnull=True)


class Threat(models.Model):
    """A threat flagged in a case. It stays open until the response is recorded: who was engaged, what was agreed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="threats")
    flagged_at = models.DateTimeField(_("flagged"))
    flagged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("what threatens"))
    responded_at = models.DateTimeField(_("response in force"), null=True, blank=True)
    responded_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    response = models.TextField(_("who was engaged and what was agreed"), blank=True)

    objects = ThreatQuerySet.as_manager()

    class Meta:
        verbose_name = _("threat to life or health")
        verbose_name_plural = _("threats to life or health")
        ordering = ("flagged_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(responded_at__isnull=True), name="threat_open_once"
            ),
            models.CheckConstraint(
                name="threat_response_complete",
                condition=Q(responded_at__isnull=True, response="")
                | (Q(responded_at__isnull=False) & ~Q(response="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.pk}"
