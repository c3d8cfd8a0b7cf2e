"""The only reader of the clock. Views and tasks call it once and pass ``now`` down; rules and actions never
do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told_moment", default=None)


def now() -> datetime:
    """The moment, aware, in UTC."""
    return _told.get() or timezone.now()  # noqa: TID251 - the one place


def is_told() -> bool:
    """Whether the moment is a told one: no worker is asked to hurry with what happened in the past."""
    return _told.get() is not None


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, the clock stands at a moment: for demo data, whose past is lived through event by event."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def local_date(moment: datetime) -> date:
    """The calendar day of a moment in the product's time zone (Asia/Almaty): 19:00 UTC is already tomorrow
    there.
    """
    return timezone.localtime(moment).date()


def today() -> date:
    """Today's calendar day in the product's time zone; for the edge only."""
    return local_date(now())


def day_begins(day: date) -> datetime:
    """The midnight of the product's time zone that a day begins with."""
    return datetime.combine(day, time(), timezone.get_default_timezone())
