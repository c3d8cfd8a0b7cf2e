"""Who stands behind a role of an organization on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from family_support.access.scopes import listed_cases
from family_support.accounts.actors import standings
from family_support.accounts.models import Absence, ActingDirector, Membership
from family_support.accounts.roles import Role


def directors(center_id: int, on: date) -> list[int]:
    """Memberships that direct a Center on a local day: the director, and who stands in by order (rules.md 6.13)."""
    own = (
        Membership.objects.active(on)
        .of_center(center_id)
        .filter(role=Role.DIRECTOR)
        .values_list("pk", flat=True)
    )
    acting = ActingDirector.objects.filter(
        center_id=center_id, starts_on__lte=on, ends_on__gte=on, membership__in=Membership.objects.active(on)
    ).values_list("membership_id", flat=True)
    return list(dict.fromkeys([*own, *acting]))


def of_role(*roles: Role, on: date, center_id: int | None = None, agency_id: int | None = None) -> list[int]:
    """Memberships in one of the roles of a Center or a body on a local day."""
    rows = Membership.objects.active(on).filter(role__in=roles)
    if center_id is not None:
        rows = rows.filter(center_id=center_id)
    if agency_id is not None:
        rows = rows.filter(agency_id=agency_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def who_is_away(recipients: Iterable[int], on: date) -> set[int]:
    """Those of the memberships that are away on a local day."""
    rows = Absence.objects.in_force(on).filter(membership_id__in=set(recipients))
    return set(rows.values_list("membership_id", flat=True))


def with_substitutes(recipients: Iterable[int], case_id: int | None, on: date) -> set[int]:
    """The memberships, and who stands in for those of them that are away on a local day (ADR 22)."""
    told = set(recipients)
    return told | set(standing_in(told, case_id, on))


def standing_in(recipients: Iterable[int], case_id: int | None, on: date) -> dict[int, int]:
    """Who is told in whose place on a local day: substitute -> the absent, for those who are not told themselves.

    A substitute hears of a case only where it is listed to them: of a restricted one by their own grant, and never
    where the case keeps them out by name.
    """
    told = set(recipients)
    away = Absence.objects.in_force(on).filter(membership_id__in=told).exclude(substitute_id__in=told)
    pairs = away.order_by("-membership_id").values_list("substitute_id", "membership_id")
    found = dict(pairs) if told else {}
    if not found or case_id is None:
        return found
    reached = {}
    for each in standings(found, on):
        of_body = each.agency_id is not None
        if of_body or listed_cases(each.actor()).filter(pk=case_id).exists():
            reached[each.membership_id] = found[each.membership_id]
    return reached
