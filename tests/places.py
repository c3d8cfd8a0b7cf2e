"""A Center with its people and a bare case: enough for the tests of the ground apps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from cases.models import Case, TeamMember
from family_support.accounts.actors import standings
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.deadlines.models import Deadline
from family_support.directory.models import Agency, Center, District

ALMATY = ZoneInfo("Asia/Almaty")
_number = count(1)


def at(text: str) -> datetime:
    """A moment of the Almaty clock, "2026-05-06 10:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY).astimezone(UTC)


def names(text: str) -> dict[str, str]:
    return {"name_kk": text, "name_ru": text, "name_en": text}


def make_center() -> Center:
    with acting(SYSTEM):
        district = District.objects.select_related("region").order_by("pk").first()
        return Center.objects.create(code=f"TST{next(_number)}", district=district, **names("Center"))


def make_agency() -> Agency:
    with acting(SYSTEM):
        district = District.objects.order_by("pk").first()
        return Agency.objects.create(district=district, **names(f"Agency {next(_number)}"))


def make_membership(role: Role, place: Center | Agency | None = None, *, iin: str = "") -> Membership:
    user = User(email=f"person{next(_number)}@example.org", last_name="Ахметова", first_name="Динара")
    user.set_unusable_password()
    user.set_iin(iin)
    with acting(SYSTEM):
        user.save()
        return Membership.objects.create(
            user=user,
            role=role,
            center=place if role in CENTER_ROLES else None,
            agency=place if role in AGENCY_ROLES else None,
            starts_on=date(2024, 1, 1),
        )


def actor(membership: Membership) -> Actor:
    return standings([membership.pk], date(2026, 5, 6))[0].actor("test")


def make_actor(role: Role, place: Center | Agency | None = None, *, iin: str = "") -> Actor:
    return actor(make_membership(role, place, iin=iin))


def make_case(center: Center, *team: Membership | Actor, restricted: bool = False) -> Case:
    """A case at its beginning, with these people on its team, the first one leading."""
    now = at("2026-05-06 10:00")
    with acting(SYSTEM):
        case = Case.objects.create(
            number=f"{center.code}-2026-{next(_number):05}",
            center=center,
            opened_at=now,
            restricted=restricted,
            restriction=Case.Restriction.VIOLENCE if restricted else "",
        )
        for place, member in enumerate(team):
            key = member.membership_id if isinstance(member, Actor) else member.pk
            TeamMember.objects.create(case=case, membership_id=key, is_lead=place == 0, starts_at=now)
            if place == 0:
                Case.objects.filter(pk=case.pk).update(lead_id=key)
    case.refresh_from_db()
    return case


def running(code: str) -> Deadline:
    return Deadline.objects.open().get(code=code)
