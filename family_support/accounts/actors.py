"""From a membership to the Actor that actions take: what it may comes from here and nowhere else."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from family_support.accounts.models import Absence, ActingDirector, Membership, MembershipQuerySet, User
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date

ORGANIZATIONS = ("center__district", "agency__district")


def for_actors(memberships: MembershipQuerySet, on: date) -> MembershipQuerySet:
    """The memberships in force on a day with everything an Actor is made of: one query."""
    standing_in = ActingDirector.objects.filter(
        membership_id=OuterRef("pk"), center_id=OuterRef("center_id"), starts_on__lte=on, ends_on__gte=on
    )
    away = Absence.objects.in_force(on).filter(substitute_id=OuterRef("pk")).order_by("membership_id")
    return (
        memberships.active(on)
        .select_related("user", *ORGANIZATIONS)
        .annotate(is_acting=Exists(standing_in), stood_for=ArraySubquery(away.values("membership_id")))
        .order_by("pk")
    )


def memberships_of(user: User, on: date) -> list[Membership]:
    """Those in which a person whom the caller has loaded may act on a day, as `for_actors` gives them: one query.

    A program comes by the API with a token of its own; no session acts for it.
    """
    mine = Membership.objects.filter(user_id=user.pk).exclude(role=Role.MACHINE)
    rows = list(for_actors(mine, on).select_related(None).select_related(*ORGANIZATIONS))
    for row in rows:
        row.user = user
    return rows


def actor_of(membership: Membership, request_id: str) -> Actor:
    """The Actor of a membership had through `for_actors`."""
    organization = membership.organization
    district = organization.district if organization else None
    return Actor(
        user_id=membership.user_id,
        membership_id=membership.pk,
        role=membership.role,
        name=membership.user.short_name,
        center_id=membership.center_id,
        agency_id=membership.agency_id,
        district_id=district.pk if district else None,
        region_id=district.region_id if district else None,
        acting=bool(getattr(membership, "is_acting", False)),
        iin_index=membership.user.iin_index,
        request_id=request_id,
        standing_for=tuple(getattr(membership, "stood_for", ())),
    )


def load_actor(membership: Membership | int, now: datetime, request_id: str = "") -> Actor | None:
    """The Actor of a membership, or None when it is not in force at the moment (ended, not begun, user inactive)."""
    pk = membership if isinstance(membership, int) else membership.pk
    found = for_actors(Membership.objects.filter(pk=pk), local_date(now)).first()
    return actor_of(found, request_id) if found else None


def choose(memberships: Iterable[Membership], wanted: int | None) -> Membership | None:
    """The membership of the session if it is among those in force, else the first one; never more than one."""
    first = None
    for membership in memberships:
        if membership.pk == wanted:
            return membership
        first = first or membership
    return first
