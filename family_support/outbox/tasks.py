"""The deliverer as tasks: every minute by beat, and at once after a commit that wrote an event."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.outbox.delivery import deliver_due, forget_delivered


@task(name="outbox.deliver")
def deliver_events() -> int:
    """Deliver what is due; harmless when run twice at once. How many were delivered."""
    return deliver_due(clock.now).done


@task(name="outbox.forget")
def forget_events() -> int:
    """Daily: drop old delivered events."""
    return forget_delivered(clock.now())
