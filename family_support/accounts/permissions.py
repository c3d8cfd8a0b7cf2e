"""Who manages which accounts. Nobody manages their own: an administrator cannot raise their own rights."""

from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import ASKING, FactorReset, Membership, User
from family_support.accounts.roles import UNIT_HEADS, Role
from family_support.base.actor import Actor
from family_support.base.errors import AppError, Forbidden, Missing

# What a body's administrator may give, and only in the own body.
BODY_ADMIN_GIVES = frozenset({Role.AGENCY_OFFICER, Role.GROUP_MEMBER})


def _passes(check: object, *args: object) -> bool:
    try:
        check(*args)  # type: ignore[operator]
    except AppError:
        return False
    return True


def check_is_admin(by: Actor) -> None:
    """Raise Forbidden unless the actor administers accounts at all."""
    if not by.is_system and by.role not in (Role.SYSTEM_ADMIN, Role.BODY_ADMIN):
        raise Forbidden()


def check_not_self(by: Actor, user_id: int | None) -> None:
    """Raise Forbidden for one's own account: rights are given by somebody else."""
    if not by.is_system and by.user_id == user_id:
        raise Forbidden(
            "own_account", _("You cannot change your own account here: another administrator does it.")
        )


def check_can_change_user(by: Actor, user: User, memberships: list[Membership]) -> None:
    """Administrators change others' accounts; a body's one only accounts that belong wholly to the own body.

    `memberships` are all of the user's. Raises Forbidden.
    """
    check_is_admin(by)
    check_not_self(by, user.pk)
    if by.role == Role.BODY_ADMIN and any(
        not _gives_in_body(by, row.role, row.agency_id) for row in memberships
    ):
        raise Forbidden(
            "other_memberships", _("This person also works elsewhere: the system administrator does it.")
        )


def can_change_user(by: Actor, user: User, memberships: list[Membership]) -> bool:
    """The same as an answer."""
    return _passes(check_can_change_user, by, user, memberships)


def _gives_in_body(by: Actor, role: str, agency_id: int | None) -> bool:
    return agency_id is not None and agency_id == by.agency_id and role in BODY_ADMIN_GIVES


def check_can_give(by: Actor, user_id: int | None, role: str, agency_id: int | None) -> None:
    """Raise Forbidden unless the actor may give this role in this organization to this person."""
    check_is_admin(by)
    check_not_self(by, user_id)
    if role == Role.MACHINE:
        raise Forbidden(
            "machine_by_key", _("A program gets its access on the page of machine clients, not as a person.")
        )
    if by.role == Role.BODY_ADMIN and not _gives_in_body(by, role, agency_id):
        raise Forbidden("not_yours_to_give", _("You give roles of an officer in your own body only."))


def check_can_end(by: Actor, membership: Membership) -> None:
    """Raise Forbidden unless the actor may end the membership."""
    check_can_give(by, membership.user_id, membership.role, membership.agency_id)


def can_end(by: Actor, membership: Membership) -> bool:
    """The same as an answer."""
    return _passes(check_can_end, by, membership)


def check_can_approve(by: Actor, membership: Membership) -> None:
    """The security officer approves; never the own account, never what the same person gave in another role."""
    if by.role != Role.SECURITY_OFFICER:
        raise Forbidden()
    if by.user_id in (membership.user_id, membership.given_by_id):
        raise Forbidden("own_gift", _("Whoever gave the role or holds it cannot approve it."))


def check_can_decide_reset(by: Actor, reset: FactorReset) -> None:
    """The security officer decides; never about the own account, never what the same person asked for."""
    if by.role != Role.SECURITY_OFFICER:
        raise Forbidden()
    if by.user_id in (reset.user_id, reset.asked_by_id):
        raise Forbidden("own_request", _("Whoever asked for the reset or is reset cannot decide about it."))


def check_can_withdraw_reset(by: Actor) -> None:
    """Who asks for resets may take the own requests back; which they are, the queryset says."""
    if by.role not in ASKING:
        raise Forbidden()


def check_can_name_acting(by: Actor, center_id: int) -> None:
    """The director names who stands in, for the own Center; a stand-in names nobody (decision 6.13)."""
    if by.is_system:
        return
    if by.role != Role.DIRECTOR:
        raise Forbidden()
    if by.center_id != center_id:
        raise Missing()


def check_can_record_absence(by: Actor, membership: Membership) -> None:
    """Who assigns and reassigns records who is away: the director all of the Center, a head of unit all but the
    director and oneself, a body's administrator its officers (security.md, row "assign, reassign").

    Errors: Forbidden for other roles and for what the director does, Missing for another Center or body.
    """
    if by.is_system:
        return
    if by.role == Role.BODY_ADMIN:
        if by.agency_id is None or (membership.agency_id, membership.role) != (
            by.agency_id,
            Role.AGENCY_OFFICER,
        ):
            raise Missing()
        return
    if not by.is_director and by.role not in UNIT_HEADS:
        raise Forbidden()
    if membership.center_id != by.center_id:
        raise Missing()
    if not by.is_director and (membership.role == Role.DIRECTOR or membership.user_id == by.user_id):
        raise Forbidden("absence_not_yours", _("The director records this absence."))


def can_record_absence(by: Actor, membership: Membership) -> bool:
    """The same as an answer."""
    return _passes(check_can_record_absence, by, membership)


def check_can_edit_directory(by: Actor) -> None:
    """Raise Forbidden unless the actor edits Centers and bodies."""
    if not by.is_system and by.role not in (Role.SYSTEM_ADMIN, Role.MINISTRY_EDITOR):
        raise Forbidden()


def can_edit_directory(by: Actor) -> bool:
    """The same as an answer."""
    return _passes(check_can_edit_directory, by)


def check_can_set_hours(by: Actor, center_id: int) -> None:
    """Hours of a Center are set by its director (a stand-in too)."""
    if by.role != Role.DIRECTOR and not by.acting:
        raise Forbidden()
    if by.center_id != center_id:
        raise Missing()


def can_set_hours(by: Actor, center_id: int) -> bool:
    """The same as an answer."""
    return _passes(check_can_set_hours, by, center_id)


def check_keeps_machines(by: Actor) -> None:
    """Raise Forbidden unless the actor gives programs their access."""
    if not by.is_system and by.role != Role.SYSTEM_ADMIN:
        raise Forbidden()
