"""Mail of the demo: nothing of the past goes out, and a few addresses were refused for a day."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.notifications.models import Mail

# What the operator finds parked: errors of a mail server, the newest mails last.
REFUSED = ("SMTPRecipientsRefused", "SMTPRecipientsRefused", "SMTPDataError")
TRIES = 30


def settle_mail(now: datetime) -> None:
    """Mark what was written as sent in its time, but for the last ones, which the server did not take."""
    waiting = Mail.objects.filter(sent_at__isnull=True).order_by("-created_at", "-pk")
    refused = list(waiting.values_list("pk", flat=True)[: len(REFUSED)])
    with acting(SYSTEM):
        waiting.exclude(pk__in=refused).update(sent_at=F("created_at"), next_attempt_at=None)
        for pk, error in zip(refused, REFUSED, strict=False):
            Mail.objects.filter(pk=pk).update(
                attempts=TRIES, error=error, parked_at=now, next_attempt_at=None
            )
