"""Recurring work of cases: an entry in the schedule, one action."""

from cases.actions import expire_consents, forget_drafts
from cases.grants import tidy_case_grants
from family_support.base import clock
from family_support.base.tasks import task


@task(name="cases.expire_consents")
def expire() -> int:
    """Daily: mark consents whose last day has passed; how many."""
    return expire_consents(now=clock.now())


@task(name="cases.forget_drafts")
def forget() -> int:
    """Daily: forget drafts of intakes that nobody has touched for a week; how many."""
    return forget_drafts(now=clock.now())


@task(name="cases.tidy_grants")
def tidy_grants() -> int:
    """Daily: named access whose membership or grant ended by its date; how many cases."""
    return tidy_case_grants(now=clock.now())
