"""Rows that are tried again after a pause (`attempts`, `next_attempt_at`): whose turn it is, whatever the clock did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

# Clocks of two hosts differ by less.
SKEW = timedelta(minutes=5)


def turn_has_come(now: datetime, pauses: Sequence[timedelta]) -> Q:
    """Rows whose next try may begin; `pauses` are the longest after the first, second, … try, the last for all more.

    A row that is put off for longer than its own pause was put off before the clock was set back: it does not wait for
    that hour to come again. One that was never tried waits for nothing.
    """
    turn = Q(next_attempt_at__lte=now) | Q(attempts=0)
    for tries, pause in enumerate(pauses, start=1):
        alike = Q(attempts=tries) if tries < len(pauses) else Q(attempts__gte=tries)
        turn |= alike & Q(next_attempt_at__gt=now + pause + SKEW)
    return turn
