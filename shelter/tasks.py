"""Recurring work of the shelter: an entry in the schedule, one action."""

from family_support.base import clock
from family_support.base.tasks import task
from shelter.actions import remind_notices


@task(name="shelter.remind_notices")
def remind() -> int:
    """Every minute: notices about minors that are late and not sent are said again; how many."""
    return remind_notices(now=clock.now())
