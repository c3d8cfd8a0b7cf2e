"""Recurring work of data protection."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.protection.actions import propose


@task(name="protection.propose")
def propose_erasure() -> int:
    """Daily: put what the law lets go on the lists of the Centers; how many cases."""
    return propose(now=clock.now())
