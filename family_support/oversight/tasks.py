from family_support.base import clock
from family_support.base.tasks import task
from family_support.oversight.watch import watch


@task(name="oversight.watch")
def watch_looking() -> int:
    """Every ten minutes: alerts about unusual looking; how many are new."""
    return watch(clock.now())
