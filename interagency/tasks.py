"""Recurring work: has a body's head heard today how its work stands; whose access to a task is over?"""

from family_support.base import clock
from family_support.base.tasks import task
from interagency.digests import send_digests
from interagency.grants import tidy_task_grants


@task(name="interagency.body_digests")
def body_digests() -> int:
    """Send the day's digests that have not gone out; how many."""
    return send_digests(clock.now())


@task(name="interagency.tidy_grants")
def tidy_grants() -> int:
    """Take back what an officer of a task kept beyond the end of the membership; how many tasks."""
    return tidy_task_grants(now=clock.now())
