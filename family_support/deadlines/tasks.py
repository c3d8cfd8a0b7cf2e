"""The sweep and the recount as tasks, every minute by beat; twice at once does no harm."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.deadlines.recount import run_all
from family_support.deadlines.sweep import sweep


@task(name="deadlines.sweep")
def sweep_deadlines() -> int:
    """Record every level that has come; how many."""
    return sweep(clock.now()).levels


@task(name="deadlines.recount")
def recount_deadlines() -> int:
    """Count open deadlines again by the versions of the calendar that came out; how many batches."""
    return run_all(clock.now())
