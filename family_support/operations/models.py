"""What stopped and when: one row for each time a part of the product was silent or gave up."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.models import Membership


class Part(models.TextChoices):
    """What is watched. The last two are not processes: something in them was given up."""

    BEAT = "beat", pgettext_lazy("part", "Scheduler (beat)")
    WORKER = "worker", pgettext_lazy("part", "Background worker")
    WATCH = "watch", pgettext_lazy("part", "Watch")
    BROKER = "broker", pgettext_lazy("part", "Message broker")
    SWEEP = "sweep", pgettext_lazy("part", "Sweep of deadlines")
    EVENTS = "events", pgettext_lazy("part", "Delivery of events")
    MAIL = "mail", pgettext_lazy("part", "Sending of mail")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        return self.filter(closed_at__isnull=True)


class Incident(models.Model):
    """A part that was silent, or that gave something up, from when it was noticed until it was well again."""

    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    opened_at = models.DateTimeField(_("noticed at"))
    # The last sign of life before; none where the part never gave one.
    last_sign_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(_("ended at"), null=True)
    # The operator's last decision about it: what was given up is tried again.
    retried_at = models.DateTimeField(null=True)
    retried_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    retried = models.PositiveIntegerField(default=0)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("part",), condition=Q(closed_at__isnull=True), name="incident_open_once"
            ),
            models.CheckConstraint(
                name="incident_ends_after_it_began",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="incident_retried_by_somebody",
                condition=Q(retried_at__isnull=True, retried_by__isnull=True)
                | Q(retried_at__isnull=False, retried_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} {self.pk}"
