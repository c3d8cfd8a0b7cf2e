"""The only reader of the clock. Views and tasks call it once and pass ``now`` down; rules and actions never
do.
"""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The moment, aware, in UTC."""
    return timezone.now()  # noqa: TID251 - the one place


def local_date(moment: datetime) -> date:
    """The calendar day of a moment in the product's time zone (Asia/Almaty): 19:00 UTC is already tomorrow
    there.
    """
    return timezone.localtime(moment).date()


def today() -> date:
    """Today's calendar day in the product's time zone; for the edge only."""
    return local_date(now())
