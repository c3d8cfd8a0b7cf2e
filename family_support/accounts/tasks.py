"""Recurring work of accounts: an entry in the schedule, one action."""

from family_support.accounts.machine_actions import forget_tokens
from family_support.accounts.sign_in_actions import forget_sessions
from family_support.base import clock
from family_support.base.tasks import task


@task(name="accounts.forget_tokens")
def forget() -> int:
    """Daily: drop access tokens that are over; how many."""
    return forget_tokens()


@task(name="accounts.forget_sessions")
def forget_old_sessions() -> int:
    """Daily: sessions that ran out; how many."""
    return forget_sessions(clock.now())
