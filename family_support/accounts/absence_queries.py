"""Who is away, who stands in, and what nobody takes over by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from family_support.accounts.models import Absence, Membership
from family_support.accounts.roles import STANDS_IN, UNIT_HEADS, Role
from family_support.base.actor import Actor


class Left(NamedTuple):
    """Something of the absent person that is not handed over by itself: its name and where to do it by hand."""

    label: str
    url: str


LeftBehind = Callable[[Sequence[Absence], Actor], Mapping[int, list[Left]]]
_left_behind: list[LeftBehind] = []


def register_left_behind(find: LeftBehind) -> LeftBehind:
    """An upper app says what of the absent people stays (restricted cases): rows by absence, in a fixed number of
    queries."""
    _left_behind.append(find)
    return find


def left_behind(absences: Sequence[Absence], actor: Actor) -> dict[int, list[Left]]:
    """What stays with each absent person, by absence."""
    found: dict[int, list[Left]] = {}
    for find in _left_behind:
        for key, rows in find(absences, actor).items():
            found.setdefault(key, []).extend(rows)
    return found


def absences_for_list(actor: Actor, *, over: bool, on: date) -> QuerySet[Absence]:
    """Absences the actor keeps: those that last or are to come, the earliest first; or those over, the last first."""
    rows = Absence.objects.visible_to(actor).with_names()
    running = rows.standing().filter(ends_on__gte=on)
    if over:
        return rows.exclude(pk__in=running.values("pk")).order_by("-starts_on", "-pk")
    return running.order_by("starts_on", "pk")


def away_on(center_id: int, on: date) -> dict[int, Absence]:
    """Who of a Center is away on a day, by membership: without the reasons' being anybody's business. One query."""
    rows = Absence.objects.in_force(on).filter(membership__center_id=center_id)
    return {row.membership_id: row for row in rows.select_related("membership__user", "substitute__user")}


def may_be_away(actor: Actor, on: date) -> QuerySet[Membership]:
    """Those whose absence the actor records."""
    rows = Membership.objects.active(on)
    if actor.role == Role.BODY_ADMIN:
        rows = rows.filter(agency_id=actor.agency_id or 0, role=Role.AGENCY_OFFICER)
    else:
        rows = rows.filter(center_id=actor.center_id or 0, role__in=sorted({*STANDS_IN, Role.DIRECTOR}))
        if not actor.is_director and actor.role in UNIT_HEADS:
            rows = rows.exclude(role=Role.DIRECTOR).exclude(user_id=actor.user_id)
    return rows.select_related("user").order_by("user__last_name", "user__first_name", "pk")


def may_stand_in_for_somebody(actor: Actor, on: date) -> QuerySet[Membership]:
    """Those the actor chooses a substitute from; the action sees to the rest."""
    rows = Membership.objects.active(on)
    if actor.role == Role.BODY_ADMIN:
        rows = rows.filter(agency_id=actor.agency_id or 0, role=Role.AGENCY_OFFICER)
    else:
        rows = rows.filter(center_id=actor.center_id or 0).exclude(role=Role.DIRECTOR)
    return rows.select_related("user").order_by("user__last_name", "user__first_name", "pk")
