"""Each hour: has a body's head heard today how its work stands?"""

from family_support.base import clock
from family_support.base.tasks import task
from interagency.digests import send_digests


@task(name="interagency.body_digests")
def body_digests() -> int:
    """Send the day's digests that have not gone out; how many."""
    return send_digests(clock.now())
