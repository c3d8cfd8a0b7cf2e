"""Digests gathered and mail sent, every minute by beat; a broker's message is never the mail itself."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.notifications.digest import gather_digests
from family_support.notifications.mail import send_waiting

# Of a minute, so that the next run finds this one ended.
SECONDS = 45


@task(name="notifications.send_mail")
def send_mail() -> int:
    """Send the mails whose turn it is; how many."""
    return send_waiting(clock.now(), seconds=SECONDS)


@task(name="notifications.gather_digests")
def gather() -> int:
    """Gather the day's digests of those whose working day has begun; how many."""
    return gather_digests(clock.now())
