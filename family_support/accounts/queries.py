"""Reads for the pages of accounts."""

from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from family_support.accounts.models import ActingDirector, Membership, User
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.base.actor import Actor


def users_for_list(actor: Actor, on: date) -> QuerySet[User]:
    """Accounts the actor administers, with the memberships in force: two queries however many there are."""
    in_force = (
        Membership.objects.visible_to(actor).active(on).select_related("center", "agency").order_by("pk")
    )
    return (
        User.objects.visible_to(actor)
        .prefetch_related(Prefetch("memberships", queryset=in_force, to_attr="in_force"))
        .order_by("last_name", "first_name", "pk")
    )


def with_role(users: QuerySet[User], role: str, on: date) -> QuerySet[User]:
    """Those who hold the role today."""
    return users.filter(Exists(Membership.objects.active(on).filter(user_id=OuterRef("pk"), role=role)))


def memberships_of(user: User, actor: Actor) -> QuerySet[Membership]:
    """The account's memberships that the actor sees, newest first."""
    mine = Membership.objects.visible_to(actor).filter(user=user)
    return mine.select_related("center", "agency").order_by("-starts_on", "-pk")


def acting_of_center(center_id: int) -> QuerySet[ActingDirector]:
    """Who stood, stands or will stand in for the director, newest first."""
    rows = ActingDirector.objects.filter(center_id=center_id)
    return rows.select_related("membership__user").order_by("-starts_on")


def may_stand_in(center_id: int, on: date) -> QuerySet[Membership]:
    """Who of the Center can be named acting director: anybody in force but the director."""
    staff = Membership.objects.active(on).of_center(center_id).exclude(role=Role.DIRECTOR)
    return staff.select_related("user").order_by("user__last_name", "user__first_name", "pk")


def organization_kind(role: str) -> str:
    """What a membership of the role needs: "center", "agency" or "" (none)."""
    if role in CENTER_ROLES:
        return "center"
    return "agency" if role in AGENCY_ROLES else ""
