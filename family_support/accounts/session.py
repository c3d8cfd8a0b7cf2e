"""What a session remembers beside the user: membership, moment of sign-in, second factor, demo sign-in."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session

from family_support.accounts import sign_in_actions
from family_support.accounts.models import SignIn
from family_support.base import clock

MEMBERSHIP = "membership_id"
SIGNED_IN_AT = "signed_in_at"
SIGN_IN = "sign_in"
DEMO = "demo_sign_in"


def begin(request: Any, user: Any, now: datetime) -> None:
    """Note the moment of sign-in, where the absolute age counts from, and the device for the page of sessions."""
    request.session[SIGNED_IN_AT] = now.timestamp()
    noted = sign_in_actions.begin(
        user=user,
        session_key=request.session.session_key,
        header=request.headers.get("User-Agent", ""),
        now=now,
    )
    request.session[SIGN_IN] = noted.pk


def too_old(request: Any, now: datetime) -> bool:
    """Whether the session outlived SESSION_ABSOLUTE_AGE; one without a moment of sign-in did."""
    began = request.session.get(SIGNED_IN_AT)
    if not isinstance(began, int | float):
        return True
    return now.timestamp() - began > timedelta(seconds=settings.SESSION_ABSOLUTE_AGE).total_seconds()


def run_out(request: Any, now: datetime) -> None:
    """Note that the session became too old; who signs it out comes next."""
    key = request.session.session_key
    sign_in_actions.leave(user=request.user, session_key=key, now=now, ending=SignIn.Ending.RUN_OUT)


def seconds_left(request: Any, now: datetime) -> int:
    """How long the session can go on at most, however busy it is."""
    began = request.session.get(SIGNED_IN_AT)
    if not isinstance(began, int | float):
        return 0
    return max(int(began + settings.SESSION_ABSOLUTE_AGE - now.timestamp()), 0)


def idle_left(request: Any, now: datetime) -> int:
    """How long the session lasts if nothing more is done: known by its row only."""
    rows = Session.objects.filter(session_key=request.session.session_key)
    ends = rows.values_list("expire_date", flat=True).first()
    return max(int((ends - now).total_seconds()), 0) if ends else 0


def record_second_factor(request: Any, user: AbstractBaseUser, kind: str = "totp") -> None:
    """The person has just proved to hold the second factor in this session."""
    record_authentication(request, user, "mfa", type=kind)


def record_fresh_password(request: Any, user: AbstractBaseUser) -> None:
    """The password was given a moment ago: allauth need not ask for it again before a second factor is set up."""
    record_authentication(request, user, "password", reauthenticated=True)


def passed_second_factor(request: Any, user: AbstractBaseUser) -> bool:
    """Whether this session saw the user's second factor, or is a one-click session of demo mode."""
    if settings.DEMO_MODE and request.session.get(DEMO) == user.pk:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def used_recovery_code(request: Any, user: AbstractBaseUser) -> bool:
    """Whether the second factor of this sign-in was a recovery code."""
    records = get_authentication_records(request, user)
    return any(record.get("type") == Authenticator.Type.RECOVERY_CODES for record in records)


def note_second_factor(request: Any, user: AbstractBaseUser, authenticator: Any, **kwargs: Any) -> None:
    """Setting a second factor up proves it: the session passed (receiver of allauth's `authenticator_added`)."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_second_factor(request, user)


def note_left(request: Any, user: Any, **kwargs: Any) -> None:
    """The session ends by signing out (receiver of Django's `user_logged_out`, sent before it is emptied)."""
    if user is not None and request is not None and request.session.session_key:
        sign_in_actions.leave(user=user, session_key=request.session.session_key, now=clock.now())


def note_password(request: Any, user: Any, **kwargs: Any) -> None:
    """A changed or reset password ends every other session (receiver of allauth's signals)."""
    here = request.user.is_authenticated and request.user.pk == user.pk
    sign_in_actions.password_changed(
        user=user,
        now=clock.now(),
        sign_in_id=request.session.get(SIGN_IN) if here else None,
        session_key=request.session.session_key or "" if here else "",
    )
