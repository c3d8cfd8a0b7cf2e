"""Recurring work of accounts: an entry in the schedule, one action."""

from family_support.accounts.machine_actions import forget_tokens
from family_support.base.tasks import task


@task(name="accounts.forget_tokens")
def forget() -> int:
    """Daily: drop access tokens that are over; how many."""
    return forget_tokens()
