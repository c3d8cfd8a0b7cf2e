"""Accounts, memberships, acting directors: each change signed in the history by who made it."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.accounts import permissions
from family_support.accounts.absence_actions import director_away, is_away
from family_support.accounts.models import LANGUAGES, ActingDirector, Membership, SignIn, User
from family_support.accounts.numbers import number_changed
from family_support.accounts.queries import organization_kind
from family_support.accounts.roles import NEEDS_APPROVAL, Role
from family_support.accounts.sign_in_actions import end_all
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.base.models import bump, check_version
from family_support.base.rows import one
from family_support.directory.models import Agency, Center
from family_support.outbox.events import emit

PERSONAL_FIELDS = ("email", "last_name", "first_name", "patronymic", "language")


def _check_unused(*, email: str, iin: str, except_id: int | None = None) -> None:
    others = User.objects.exclude(pk=except_id)
    if others.filter(email=email).exists():
        raise Invalid("email_taken", fields={"email": _("There is an account with this e-mail.")})
    if iin and others.filter(iin_index=User.index_of(iin)).exists():
        raise Invalid("iin_taken", fields={"iin": _("There is an account with this IIN.")})


def _check_organization(role: str, center: Center | None, agency: Agency | None) -> None:
    needed = organization_kind(role)
    if needed == "center" and (center is None or agency is not None):
        raise Invalid("center_needed", fields={"center": _("This role belongs to a Center.")})
    if needed == "agency" and (agency is None or center is not None):
        raise Invalid("agency_needed", fields={"agency": _("This role belongs to a body.")})
    if not needed and (center is not None or agency is not None):
        raise Invalid("no_organization", fields={"role": _("This role belongs to no Center and no body.")})


def create_user(
    *,
    email: str,
    last_name: str,
    first_name: str,
    role: str,
    by: Actor,
    now: datetime,
    patronymic: str = "",
    iin: str = "",
    language: str = "ru",
    center: Center | None = None,
    agency: Agency | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> User:
    """An account with its first membership. The person sets a password by the reset page, then a second factor.

    Raises Invalid (e-mail or IIN taken, organization does not fit the role), Forbidden.
    """
    email = email.strip().lower()
    with acting(by):
        permissions.check_can_give(by, None, role, agency.pk if agency else None)
        _check_organization(role, center, agency)
        _check_unused(email=email, iin=iin)
        user = User(
            email=email, last_name=last_name, first_name=first_name, patronymic=patronymic, language=language
        )
        user.created_at = now
        user.set_iin(iin)
        user.set_unusable_password()
        user.save()
        _add(user, role, center, agency, starts_on or local_date(now), ends_on, by)
        emit("accounts.user_created", user_id=user.pk)
    return user


def change_user(
    *,
    user: User,
    email: str,
    last_name: str,
    first_name: str,
    patronymic: str,
    language: str,
    version: int | str | None,
    by: Actor,
    now: datetime,
    iin: str | None = None,
) -> User:
    """Correct a person's account; `iin` None leaves the number as it is.

    Another number opens no case that keeps the person out, and is told to the person and to the security officers: by
    it people are kept out, and recognized by the state's sign-in.

    Raises Invalid, Forbidden, Conflict (`stale_version`).
    """
    email = email.strip().lower()
    with acting(by):
        user = _locked(user)
        permissions.check_can_change_user(by, user, list(user.memberships.all()))
        check_version(user, version)
        _check_unused(email=email, iin=iin or "", except_id=user.pk)
        user.email, user.last_name, user.first_name = email, last_name, first_name
        user.patronymic, user.language = patronymic, language
        before = user.iin_index
        another = iin is not None and User.index_of(iin) != before
        if another:
            user.set_iin(iin or "")
        bump(user)
        user.save()
        if another:
            number_changed(user, before, now)
            emit("accounts.iin_changed", user_id=user.pk, by=by.user_id)
    return user


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def deactivate_user(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Close an account at once: its sessions end with it. Raises Invalid without a reason, Forbidden."""
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    return _set_active(user=user, active=False, reason=reason, by=by, now=now)


def reactivate_user(*, user: User, reason: str, by: Actor, now: datetime) -> User:
    """Open a closed account again. Raises Invalid without a reason, Forbidden."""
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    return _set_active(user=user, active=True, reason=reason, by=by, now=now)


def _set_active(*, user: User, active: bool, reason: str, by: Actor, now: datetime) -> User:
    with acting(by, reason=reason):
        user = _locked(user)
        permissions.check_can_change_user(by, user, list(user.memberships.all()))
        if user.is_active == active:
            raise Conflict("already", _("The account is in that state already."))
        user.is_active = active
        bump(user)
        user.save(update_fields=["is_active", "version"])
        if not active:
            end_all(user_id=user.pk, ending=SignIn.Ending.CLOSED, by=by, now=now)
            emit("accounts.user_deactivated", user_id=user.pk)
    return user


def add_membership(
    *,
    user: User,
    role: str,
    starts_on: date,
    by: Actor,
    now: datetime,
    center: Center | None = None,
    agency: Agency | None = None,
    ends_on: date | None = None,
) -> Membership:
    """One more role in one organization. Raises Invalid, Forbidden (own account, not theirs), Conflict (twice)."""
    with acting(by):
        user = _locked(user)
        permissions.check_can_give(by, user.pk, role, agency.pk if agency else None)
        _check_organization(role, center, agency)
        return _add(user, role, center, agency, starts_on, ends_on, by)


def _add(
    user: User,
    role: str,
    center: Center | None,
    agency: Agency | None,
    starts_on: date,
    ends_on: date | None,
    by: Actor,
) -> Membership:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("ends_before_start", fields={"ends_on": _("The last day lies before the first one.")})
    row = Membership.objects.create(
        user=user,
        role=role,
        center=center,
        agency=agency,
        starts_on=starts_on,
        ends_on=ends_on,
        given_by_id=by.user_id,
        awaits_approval=role in NEEDS_APPROVAL and not by.is_system,
    )
    if row.awaits_approval:
        emit("accounts.role_awaits", membership_id=row.pk)
    return row


def _awaited(membership: Membership, by: Actor) -> Membership:
    row = one(Membership.objects.select_for_update(of=("self",)), pk=membership.pk)
    permissions.check_can_approve(by, row)
    if not row.awaits_approval:
        raise Conflict("decided", _("This role has been decided on already."))
    return row


def approve_membership(*, membership: Membership, by: Actor, now: datetime) -> Membership:
    """The security officer agrees to a role that rules over accounts or the audit: from now on it is in force.

    Raises Forbidden (another role, own account, own gift), Missing, Conflict (decided already).
    """
    with acting(by):
        row = _awaited(membership, by)
        row.awaits_approval, row.approved_by_id, row.approved_at = False, by.user_id, now
        row.save(update_fields=["awaits_approval", "approved_by", "approved_at"])
    return row


def decline_membership(*, membership: Membership, reason: str, by: Actor, now: datetime) -> None:
    """The security officer refuses: the role, never in force, disappears; the history keeps it with the reason.

    Raises Invalid without a reason, else as `approve_membership`.
    """
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    with acting(by, reason=reason.strip()):
        _awaited(membership, by).delete()


def end_membership(
    *, membership: Membership, ends_on: date, reason: str, by: Actor, now: datetime
) -> Membership:
    """Let a membership end after a day, today at the earliest yesterday so that it stops at once.

    Raises Invalid (no reason, day before yesterday or before the start), Forbidden, Conflict (ended before).
    """
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    today = local_date(now)
    with acting(by, reason=reason):
        membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        permissions.check_can_end(by, membership)
        if membership.ends_on is not None and membership.ends_on < today:
            raise Conflict("ended", _("This membership has ended already."))
        if ends_on < max(membership.starts_on, today - timedelta(days=1)):
            raise Invalid(
                "too_early", fields={"ends_on": _("The last day can be yesterday at the earliest.")}
            )
        membership.ends_on = ends_on
        membership.save(update_fields=["ends_on"])
        if ends_on < today:
            end_all(user_id=membership.user_id, ending=SignIn.Ending.MEMBERSHIP, by=by, now=now)
        emit("accounts.membership_ended", user_id=membership.user_id)
    return membership


def name_acting_director(
    *,
    membership: Membership,
    order_number: str,
    order_date: date,
    starts_on: date,
    ends_on: date,
    by: Actor,
    now: datetime,
) -> ActingDirector:
    """Name who stands in for the director of the membership's Center, by order, for a period (decision 6.13).

    Raises Invalid (period, not here or away then), Forbidden, Missing (another Center), Conflict (somebody stands in).
    """
    if ends_on < starts_on:
        raise Invalid("ends_before_start", fields={"ends_on": _("The last day lies before the first one.")})
    if ends_on < local_date(now):
        raise Invalid("past", fields={"ends_on": _("The period lies in the past.")})
    if membership.center_id is None or membership.role == Role.DIRECTOR:
        raise Invalid("not_staff", fields={"membership": _("Choose a worker of the Center.")})
    with acting(by, reason=order_number):
        permissions.check_can_name_acting(by, membership.center_id)
        # Whoever records this person's absence at the same moment waits, and then sees the order.
        Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        in_force = Membership.objects.active(starts_on).filter(pk=membership.pk)
        if not in_force.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=ends_on)).exists():
            raise Invalid(
                "not_staff", fields={"membership": _("This person does not work here for the whole period.")}
            )
        if is_away(membership, starts_on, ends_on):
            raise Invalid("away_then", fields={"membership": _("This person is away in these days.")})
        named = ActingDirector.objects.create(
            center_id=membership.center_id,
            membership=membership,
            order_number=order_number,
            order_date=order_date,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        emit("accounts.acting_named", membership_id=membership.pk)
    return named


def end_acting(*, acting_director: ActingDirector, by: Actor, now: datetime) -> None:
    """Take the stand-in back from today on; one that has not begun disappears (the history keeps it).

    Raises Forbidden, Missing, Conflict (over already; the director is away and stood in for by it).
    """
    today = local_date(now)
    with acting(by, reason=acting_director.order_number):
        # Whoever records the director's absence at the same moment has the person's row.
        Membership.objects.select_for_update(of=("self",)).get(pk=acting_director.membership_id)
        row = ActingDirector.objects.select_for_update(of=("self",)).get(pk=acting_director.pk)
        permissions.check_can_name_acting(by, row.center_id)
        if row.ends_on < today:
            raise Conflict("ended", _("This period is over already."))
        if director_away(row.membership, max(today, row.starts_on), row.ends_on):
            raise Conflict(
                "director_away",
                _("The director is away in these days and this person stands in: end that absence first."),
            )
        if row.starts_on >= today:
            row.delete()
        else:
            row.ends_on = today - timedelta(days=1)
            row.save(update_fields=["ends_on"])


def switch_membership(*, membership_id: int, user: User, now: datetime) -> Membership:
    """The membership that the session goes on with. Raises Missing unless it is the user's own and in force."""
    return one(Membership.objects.active(local_date(now)), pk=membership_id, user_id=user.pk)


def change_own_settings(
    *,
    user: User,
    by: Actor,
    now: datetime,
    language: str | None = None,
    theme: str | None = None,
    notice_mail: str | None = None,
) -> User:
    """The person's own language, theme and mail about notices; None leaves it. Raises Invalid for an unknown one."""
    if language is not None and language not in dict(LANGUAGES):
        raise Invalid("language", fields={"language": _("Choose one of the languages.")})
    if theme is not None and theme not in User.Theme.values:
        raise Invalid("theme", fields={"theme": _("Choose one of the themes.")})
    if notice_mail is not None and notice_mail not in User.NoticeMail.values:
        raise Invalid("notice_mail", fields={"notice_mail": _("Choose one of the ways.")})
    with acting(by):
        user = _locked(user)
        user.language = language or user.language
        user.theme = theme or user.theme
        user.notice_mail = notice_mail or user.notice_mail
        user.save(update_fields=["language", "theme", "notice_mail"])
    return user
