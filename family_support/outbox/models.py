"""Events and their deliveries: rows written in the same transaction as the change that they tell."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.base.waiting import turn_has_come

# How long a claim holds before another worker may try: longer than any handler, short enough to catch up in time.
LEASE = timedelta(seconds=60)
# How long a delivery waits after its first, second, … attempt that failed.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1800, 3600))


class Event(models.Model):
    """Something that happened: a type and the ids of what it concerns, never content."""

    type = models.CharField(_("type"), max_length=100)
    case_id = models.BigIntegerField(null=True)
    payload = models.JSONField(_("ids"), default=dict)
    created_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["created_at"], name="outbox_event_created")]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"

    def __getitem__(self, name: str) -> Any:
        """One of the ids: ``event["version_id"]``; KeyError when the event has none of that name."""
        return self.payload[name]


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "pending", _("pending")
    DONE = "done", _("done")
    PARKED = "parked", _("parked")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The words of the deliverer."""

    def pending(self) -> "DeliveryQuerySet":
        """Not done and not given up."""
        return self.filter(state=DeliveryState.PENDING)

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Pending ones whose next attempt may begin."""
        return self.pending().filter(turn_has_come(now, [max(LEASE, pause) for pause in PAUSES]))

    def parked(self) -> "DeliveryQuerySet":
        """Given up after the last attempt; the operator looks."""
        return self.filter(state=DeliveryState.PARKED)


class Delivery(models.Model):
    """One event for one handler."""

    State = DeliveryState

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("event")
    )
    handler = models.CharField(_("handler"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    parked_at = models.DateTimeField(_("parked at"), null=True)
    last_error = models.CharField(
        _("last error"), max_length=200, blank=True
    )  # a code, never a message with data

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="outbox_delivery_once"),
            models.CheckConstraint(
                condition=(
                    Q(state="pending", done_at__isnull=True, parked_at__isnull=True)
                    | Q(state="done", done_at__isnull=False, parked_at__isnull=True)
                    | Q(state="parked", done_at__isnull=True, parked_at__isnull=False)
                ),
                name="outbox_delivery_state_moments",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], name="outbox_delivery_due", condition=Q(state="pending")
            ),
            models.Index(fields=["parked_at"], name="outbox_delivery_parked", condition=Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"
