"""The sweep as a task, every minute by beat; twice at once does no harm."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.deadlines.sweep import sweep


@task(name="deadlines.sweep")
def sweep_deadlines() -> int:
    """Record every level that has come; how many."""
    return sweep(clock.now()).levels
