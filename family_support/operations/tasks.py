"""The pulse that proves a worker alive, and the look at the watch, so that the watcher is watched too."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.operations.broker import PULSE_TASK
from family_support.operations.incidents import look_at_the_watch


@task(name=PULSE_TASK)
def pulse() -> None:
    """Nothing: that a worker carried it out is all there is to know."""


@task(name="operations.look")
def look() -> bool:
    """Whether the watch is silent, every minute."""
    return look_at_the_watch(clock.now())
