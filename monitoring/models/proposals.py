"""Shortcomings that the records themselves show, before somebody names or dismisses them (R192 14)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMModelMixin, transition

from family_support.accounts.models import Membership
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency
from monitoring.models.quarter import QuarterlyReport, Shortcoming


class ProposedShortcoming(FSMModelMixin, Versioned):
    """A figure beyond its threshold, with the records behind it: accepted into the conclusion, or dismissed."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("shortcoming", "Proposed")
        ACCEPTED = "accepted", pgettext_lazy("shortcoming", "Accepted")
        DISMISSED = "dismissed", pgettext_lazy("shortcoming", "Dismissed")

    report = models.ForeignKey(QuarterlyReport, on_delete=models.CASCADE, related_name="proposals")
    rule = models.CharField(max_length=40)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("body")
    )
    # What the rule counts by beside the body: the norm that was breached.
    detail = models.CharField(max_length=300, blank=True)
    # `count` of `whole` records (0 where the rule only counts), against the threshold in force when computed.
    count = models.PositiveIntegerField(_("figure"))
    whole = models.PositiveIntegerField(default=0)
    threshold = models.PositiveSmallIntegerField(_("threshold"))
    # Keys of the cases behind the figure; null for records without a case.
    records = models.JSONField(default=list)
    state = StateField(_("state"), default=State.PROPOSED, choices=State.choices)
    reason = models.TextField(_("why it is dismissed"), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    shortcoming = models.OneToOneField(
        Shortcoming, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposed"
    )

    class Meta:
        verbose_name = _("proposed shortcoming")
        verbose_name_plural = _("proposed shortcomings")
        ordering = ("report", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("report", "rule", "agency", "detail"),
                name="proposal_once_a_report",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="proposal_decided_by_someone",
                condition=Q(state="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="proposal_dismissed_with_reason", condition=~Q(state="dismissed") | ~Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.pk}"

    @transition(field=state, source=State.PROPOSED, target=State.ACCEPTED)
    def accept(self) -> None:
        """It stands in the conclusion as a shortcoming."""

    @transition(field=state, source=State.PROPOSED, target=State.DISMISSED)
    def dismiss(self) -> None:
        """Not a shortcoming, with the reason."""
