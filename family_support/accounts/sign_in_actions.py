"""Sessions begin at sign-in and end: by the person, by an administrator, with the password, the role or the account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from family_support.accounts import permissions
from family_support.accounts.devices import device_of
from family_support.accounts.models import SignIn, User
from family_support.accounts.sign_ins import SignInQuerySet
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Invalid, Missing
from family_support.outbox.events import emit

# How long it can be looked up when somebody was signed in; the history keeps it as long as itself.
KEPT = timedelta(days=365)


def person(user: User) -> Actor:
    """The person as author before a role is chosen: signing in and out is nobody else's doing."""
    return Actor(user_id=user.pk, name=user.short_name)


def begin(*, user: User, session_key: str, header: str, now: datetime) -> SignIn:
    """Note a sign-in with its device (`header` is the browser's User-Agent, which is not kept)."""
    browser, system = device_of(header)
    with acting(person(user)):
        return SignIn.objects.create(
            user=user, session_key=session_key, browser=browser, system=system, started_at=now
        )


def password_changed(
    *, user: User, now: datetime, sign_in_id: int | None = None, session_key: str = ""
) -> None:
    """All sessions end but the one that changed it, which goes on under the new key that Django gave it."""
    with acting(person(user)):
        mine = SignIn.objects.filter(user=user, ended_at__isnull=True)
        if sign_in_id and session_key:
            mine.filter(pk=sign_in_id).update(session_key=session_key)
        end_all(user_id=user.pk, ending=SignIn.Ending.PASSWORD, by=person(user), now=now, but=session_key)


def _end(rows: SignInQuerySet, ending: str, now: datetime) -> int:
    """End these at once. How many there were."""
    keys = dict(rows.filter(ended_at__isnull=True).select_for_update().values_list("pk", "session_key"))
    Session.objects.filter(session_key__in=keys.values()).delete()
    return SignIn.objects.filter(pk__in=keys).update(ended_at=now, ending=ending, session_key="")


def end_all(*, user_id: int, ending: str, by: Actor, now: datetime, but: str = "", reason: str = "") -> int:
    """End every session of an account, or all but the one with the key `but`. How many. For actions only."""
    with acting(by, reason=reason):
        rows = SignIn.objects.filter(user_id=user_id)
        return _end(rows.exclude(session_key=but) if but else rows, ending, now)


def leave(*, user: User, session_key: str, now: datetime, ending: str = SignIn.Ending.LEFT) -> None:
    """The person signed out here, or the session became too old."""
    with acting(person(user)):
        _end(SignIn.objects.filter(user=user, session_key=session_key), ending, now)


def end_own(*, pk: int, by: Actor, now: datetime) -> None:
    """End one of the own sessions. Raises Missing for another's and for one that is over."""
    with acting(by):
        if not _end(SignIn.objects.visible_to(by).filter(pk=pk), SignIn.Ending.PERSON, now):
            raise Missing()


def end_own_others(*, but: str, by: Actor, now: datetime) -> int:
    """End all of the own sessions but the present one. How many."""
    with acting(by):
        rows = SignIn.objects.visible_to(by).exclude(session_key=but)
        return _end(rows, SignIn.Ending.PERSON, now)


def end_sessions_of(*, user: User, reason: str, by: Actor, now: datetime) -> int:
    """An administrator ends all sessions of an account, for example when a device was lost, and with them the links to
    its calendar. How many sessions.

    Raises Invalid without a reason, Forbidden for the own account and for accounts of others.
    """
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    permissions.check_can_change_user(by, user, list(user.memberships.all()))
    with acting(by, reason=reason.strip()):
        number = end_all(
            user_id=user.pk, ending=SignIn.Ending.ADMINISTRATOR, by=by, now=now, reason=reason.strip()
        )
        emit("accounts.access_cut", user_id=user.pk)
    return number


def forget_sessions(now: datetime) -> int:
    """Daily: sessions that ran out are noted as over and dropped; sign-ins of more than a year ago too. How many."""
    Session.objects.filter(expire_date__lt=now).delete()
    with acting(SYSTEM):
        alive = SignIn.objects.open(now).values("pk")
        over = SignIn.objects.filter(ended_at__isnull=True).exclude(pk__in=alive)
        # A sign-in of this very moment may not have stored its session yet.
        settled = over.filter(started_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
        ended = _end(settled, SignIn.Ending.RUN_OUT, now)
        SignIn.objects.filter(ended_at__lt=now - KEPT).delete()
    return ended
