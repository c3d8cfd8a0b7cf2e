"""What a session remembers beside the user: membership, moment of sign-in, second factor, demo sign-in."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

MEMBERSHIP = "membership_id"
SIGNED_IN_AT = "signed_in_at"
DEMO = "demo_sign_in"


def begin(request: Any, now: datetime) -> None:
    """Note the moment of sign-in: the absolute age counts from here."""
    request.session[SIGNED_IN_AT] = now.timestamp()


def too_old(request: Any, now: datetime) -> bool:
    """Whether the session outlived SESSION_ABSOLUTE_AGE; one without a moment of sign-in did."""
    began = request.session.get(SIGNED_IN_AT)
    if not isinstance(began, int | float):
        return True
    return now.timestamp() - began > timedelta(seconds=settings.SESSION_ABSOLUTE_AGE).total_seconds()


def record_second_factor(request: Any, user: AbstractBaseUser) -> None:
    """The person has just proved to hold the second factor in this session."""
    record_authentication(request, user, "mfa", type="totp")


def record_fresh_password(request: Any, user: AbstractBaseUser) -> None:
    """The password was given a moment ago: allauth need not ask for it again before a second factor is set up."""
    record_authentication(request, user, "password", reauthenticated=True)


def passed_second_factor(request: Any, user: AbstractBaseUser) -> bool:
    """Whether this session saw the user's second factor, or is a one-click session of demo mode."""
    if settings.DEMO_MODE and request.session.get(DEMO) == user.pk:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def note_second_factor(request: Any, user: AbstractBaseUser, authenticator: Any, **kwargs: Any) -> None:
    """Setting a second factor up proves it: the session passed (receiver of allauth's `authenticator_added`)."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_second_factor(request, user)
