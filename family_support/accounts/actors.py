"""From a membership to the Actor that actions take: what it may comes from here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import get_language

from family_support.accounts.models import Absence, ActingDirector, Membership, MembershipQuerySet, User
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.prepared import AnyOf, Given, Prepared

LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Standing:
    """A membership in force on a day, with everything that an Actor and the switcher are made of."""

    membership_id: int
    user_id: int
    role: str
    name: str
    iin_index: str
    center_id: int | None
    agency_id: int | None
    district_id: int | None
    region_id: int | None
    # kk, ru, en; three empty ones where it belongs to no organization.
    organization_names: tuple[str, ...]
    acting: bool
    standing_for: tuple[int, ...]

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label)

    @property
    def organization(self) -> str:
        """The Center's or body's name in the active language, as `Named.name` chooses it."""
        names = dict(zip(LANGUAGES, self.organization_names, strict=True))
        return names.get((get_language() or "ru")[:2], "") or names["ru"]

    def actor(self, request_id: str = "") -> Actor:
        return Actor(
            user_id=self.user_id,
            membership_id=self.membership_id,
            role=self.role,
            name=self.name,
            center_id=self.center_id,
            agency_id=self.agency_id,
            district_id=self.district_id,
            region_id=self.region_id,
            acting=self.acting,
            iin_index=self.iin_index,
            request_id=request_id,
            standing_for=self.standing_for,
        )


def _of(memberships: MembershipQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    """The columns of a Standing for those of the memberships that are in force on the given day."""
    on: Any = Given("on")
    acting = ActingDirector.objects.filter(
        membership_id=OuterRef("pk"), center_id=OuterRef("center_id"), starts_on__lte=on, ends_on__gte=on
    )
    away = Absence.objects.in_force(on).filter(substitute_id=OuterRef("pk")).order_by("membership_id")
    places = [
        f"{kind}__{column}"
        for kind in ("center", "agency")
        for column in ("district_id", "district__region_id", *(f"name_{language}" for language in LANGUAGES))
    ]
    return (
        memberships.active(on)
        .annotate(is_acting=Exists(acting), stood_for=ArraySubquery(away.values("membership_id")))
        .order_by("pk")
        .values_list(
            "pk", "user_id", "role", "center_id", "agency_id", "user__first_name", "user__last_name", "user__iin_index",
            "is_acting", "stood_for", *places,
        )
    )  # fmt: skip


# A program comes by the API with a token of its own; no session acts for it.
_of_user = Prepared(lambda: _of(Membership.objects.filter(user_id=Given("user")).exclude(role=Role.MACHINE)))
_of_ids = Prepared(lambda: _of(Membership.objects.filter(AnyOf("pk", "ids"))))


def _standing(row: tuple[Any, ...]) -> Standing:
    pk, user_id, role, center_id, agency_id, first_name, last_name, iin_index, acting, stood_for, *places = (
        row
    )
    district_id, region_id, *names = places[:5] if center_id else places[5:]
    return Standing(
        membership_id=pk,
        user_id=user_id,
        role=role,
        name=User.shortened(first_name, last_name),
        iin_index=iin_index,
        center_id=center_id,
        agency_id=agency_id,
        district_id=district_id,
        region_id=region_id,
        organization_names=tuple(name or "" for name in names),
        acting=acting,
        standing_for=tuple(stood_for),
    )


def standings_of(user: User, on: date) -> list[Standing]:
    """Those in which a person may act on a day, the oldest first: one query."""
    return [_standing(row) for row in _of_user(user=user.pk, on=on)]


def standings(memberships: Iterable[int], on: date) -> list[Standing]:
    """Those of the memberships that are in force on a day: one query."""
    return [_standing(row) for row in _of_ids(ids=list(memberships), on=on)]


def load_actor(membership: Membership | int, now: datetime, request_id: str = "") -> Actor | None:
    """The Actor of a membership, or None when it is not in force at the moment (ended, not begun, user inactive)."""
    pk = membership if isinstance(membership, int) else membership.pk
    found = standings([pk], local_date(now))
    return found[0].actor(request_id) if found else None


def choose(held: Iterable[Standing], wanted: int | None) -> Standing | None:
    """The membership of the session if it is among those in force, else the first one; never more than one."""
    first = None
    for standing in held:
        if standing.membership_id == wanted:
            return standing
        first = first or standing
    return first
