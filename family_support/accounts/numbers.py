"""What follows, in the same transaction, when the IIN of an account changes: people are kept out of cases by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from family_support.accounts.models import User

# The account with its new number, the index of the old one (empty: there was none), the moment.
Follow = Callable[[User, str, datetime], None]
_following: list[Follow] = []


def register_change_of_number(follow: Follow) -> Follow:
    """An app that knows people by the index of their IIN says what has to follow."""
    _following.append(follow)
    return follow


def number_changed(user: User, before: str, now: datetime) -> None:
    """Inside the action that has changed and stored it."""
    for follow in _following:
        follow(user, before, now)
