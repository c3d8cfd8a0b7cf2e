"""Recurring work of cases: an entry in the schedule, one action."""

from cases.actions import expire_consents
from family_support.base import clock
from family_support.base.tasks import task


@task(name="cases.expire_consents")
def expire() -> int:
    """Daily: mark consents whose last day has passed; how many."""
    return expire_consents(now=clock.now())
