from family_support.base import clock
from family_support.base.tasks import task
from family_support.oversight.unsigned import alarm_unsigned
from family_support.oversight.watch import watch


@task(name="oversight.watch")
def watch_looking() -> int:
    """Every ten minutes: unusual looking, and changes that nobody signed; how many alerts and changes are new."""
    now = clock.now()
    return watch(now) + alarm_unsigned(now)
