"""Recurring work of mobile groups: an entry in the schedule, one action."""

from family_support.base import clock
from family_support.base.tasks import task
from mobile_groups.actions import expire_groups, remind_alarms


@task(name="mobile_groups.remind_alarms")
def remind() -> int:
    """Every minute: alarms that nobody has acknowledged are said again; how many."""
    return remind_alarms(now=clock.now())


@task(name="mobile_groups.expire_groups")
def expire() -> int:
    """Hourly: mandates of past years end; how many."""
    return expire_groups(now=clock.now())
