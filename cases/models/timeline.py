"""The case's past, one entry an act."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from family_support.accounts.models import Membership


class TimelineEntry(models.Model):
    """What happened, when, by whom. The sentence is made from `kind` and `params` in the reader's language."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("case", "-at"), name="timeline_of_case"),)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"
