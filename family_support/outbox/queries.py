"""The outbox for the operator's health page: counts and codes, no content."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from family_support.outbox.models import Delivery, DeliveryQuerySet, DeliveryState


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """How delivery stands; ``oldest`` is the moment of the oldest event not delivered yet."""

    pending: int
    retrying: int
    parked: int
    oldest: datetime | None


def health() -> OutboxHealth:
    """Counts over pending and parked deliveries."""
    pending = Q(state=DeliveryState.PENDING)
    row = Delivery.objects.exclude(state=DeliveryState.DONE).aggregate(
        pending=Count("id", filter=pending),
        retrying=Count("id", filter=pending & Q(attempts__gt=0)),
        parked=Count("id", filter=Q(state=DeliveryState.PARKED)),
        oldest=Min("event__created_at", filter=pending),
    )
    return OutboxHealth(**row)


def parked() -> DeliveryQuerySet:
    """Deliveries given up, latest first, with their events."""
    return Delivery.objects.parked().select_related("event").order_by("-parked_at")
