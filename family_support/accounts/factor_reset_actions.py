"""Who lost phone and recovery codes comes in again: an administrator asks, a security officer agrees."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from family_support.accounts import permissions
from family_support.accounts.models import LEAST_WORDS, FactorReset, SignIn, User
from family_support.accounts.sign_in_actions import end_all
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.base.rows import one
from family_support.outbox.events import emit


def _open_account(pk: int) -> User:
    """Locked before its request, by whoever asks and whoever approves: neither waits for the other's row."""
    user = User.objects.select_for_update().get(pk=pk)
    if not user.is_active:
        raise Conflict("closed", _("The account is closed: open it first."))
    return user


def ask_reset(*, user: User, identity_check: str, by: Actor, now: datetime) -> FactorReset:
    """Ask that the second factors and the password of an account be taken away. Nothing changes before it is approved.

    Raises Invalid (how the identity was checked), Forbidden (own account, not theirs), Conflict (closed, asked before).
    """
    if len(identity_check.strip()) < LEAST_WORDS:
        text = _("Say in at least 10 characters how you made sure who this is.")
        raise Invalid("identity_check_needed", fields={"identity_check": text})
    with acting(by):
        permissions.check_can_change_user(by, user, list(user.memberships.all()))
        if by.user_id is None:
            raise Forbidden()
        row = FactorReset.objects.create(
            user=_open_account(user.pk),
            identity_check=identity_check.strip(),
            asked_by_id=by.user_id,
            asked_at=now,
        )
        emit("accounts.factor_reset_asked", reset_id=row.pk)
    return row


def _undecided(reset: FactorReset, by: Actor) -> FactorReset:
    row = one(FactorReset.objects.select_for_update(of=("self",)), pk=reset.pk)
    permissions.check_can_decide_reset(by, row)
    return _still_open(row)


def _still_open(row: FactorReset) -> FactorReset:
    if row.outcome == FactorReset.Outcome.WITHDRAWN:
        raise Conflict("withdrawn", _("This request has been withdrawn."))
    if row.outcome:
        raise Conflict("decided", _("This request has been decided on already."))
    return row


def _decide(row: FactorReset, outcome: FactorReset.Outcome, reason: str, by: Actor, now: datetime) -> None:
    row.outcome, row.reason, row.decided_by_id, row.decided_at = outcome, reason, by.user_id, now
    row.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])
    emit("accounts.factor_reset_decided", reset_id=row.pk)


def approve_reset(*, reset: FactorReset, by: Actor, now: datetime) -> FactorReset:
    """Second factors, recovery codes, password and sessions of the person end at once; links sent before open nothing.

    Raises Forbidden (another role, own account, own request), Missing, Conflict (decided, older than a week, closed).
    """
    with acting(by):
        permissions.check_can_decide_reset(by, reset)
        user = _open_account(reset.user_id)
        row = _undecided(reset, by)
        if row.too_old(now):
            raise Conflict(
                "too_old",
                _("This request is older than seven days: decline it, so that the identity is checked anew."),
            )
        Authenticator.objects.filter(user=user).delete()
        user.set_unusable_password()
        user.save(update_fields=["password"])
        end_all(user_id=user.pk, ending=SignIn.Ending.RESET, by=by, now=now)
        emit("accounts.access_cut", user_id=user.pk)
        _decide(row, FactorReset.Outcome.APPROVED, "", by, now)
    return row


def withdraw_reset(*, reset: FactorReset, by: Actor, now: datetime) -> FactorReset:
    """Whoever asked takes the request back before it is decided: the account stays as it is, others may ask anew.

    Raises Forbidden (another role), Missing (another's request, an account no longer theirs), Conflict (decided).
    """
    with acting(by):
        permissions.check_can_withdraw_reset(by)
        own = FactorReset.objects.select_for_update(of=("self",)).withdrawable_by(by)
        row = _still_open(one(own, pk=reset.pk))
        row.outcome, row.decided_by_id, row.decided_at = FactorReset.Outcome.WITHDRAWN, by.user_id, now
        row.save(update_fields=["outcome", "decided_by", "decided_at"])
        emit("accounts.factor_reset_withdrawn", reset_id=row.pk)
    return row


def decline_reset(*, reset: FactorReset, reason: str, by: Actor, now: datetime) -> FactorReset:
    """The account stays as it is; the request keeps the reason.

    Raises Invalid without a reason, Forbidden and Missing as `approve_reset`, Conflict (decided).
    """
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    with acting(by, reason=reason.strip()):
        row = _undecided(reset, by)
        _decide(row, FactorReset.Outcome.DECLINED, reason.strip(), by, now)
    return row
