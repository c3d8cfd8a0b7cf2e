"""Who stands behind a role of an organization on a day."""

from __future__ import annotations

from datetime import date

from family_support.accounts.models import ActingDirector, Membership
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
