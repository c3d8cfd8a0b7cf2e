"""People, organizations and cases for tests, made through the real actions. Others extend it by their own noun.

center = a_center()                      # with a person in every role of a Center: center.people[Role.DIRECTOR]
by = actor_for(center.people[Role.CASEWORKER])
case = a_case(center)                    # self-referral at the desk, led by the caseworker
case = a_case_with_consent(center)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from cases.actions import (
    PersonData,
    Source,
    add_to_team,
    begin_assessment,
    record_consent,
    record_consultation,
    register_intake,
)
from cases.models import Case, Consent, Consultation, Intake
from family_support.accounts.actors import load_actor
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.validators import check_digit
from family_support.demo.papers import scan
from family_support.directory.models import Agency, Center, District, Region, Sector
from tests.lasting import lasting

# Tuesday 10 March 2026, 11:00 in Almaty: no holiday near.
NOON = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
_number = count(1)
# Serial numbers that have no check digit are skipped: what is given out must stay different all the same.
_given: set[str] = set()


def names(text: str) -> dict[str, str]:
    """One name in all three languages."""
    return {"name_kk": text, "name_ru": text, "name_en": text}


def an_iin(born: date = date(1990, 5, 17), *, female: bool = True, serial: int | None = None) -> str:
    """A valid synthetic IIN: another one at every call unless the serial number is given."""
    century = {18: 1, 19: 3, 20: 5}[born.year // 100] + (1 if female else 0)
    tried = serial if serial is not None else next(_number) % 10000
    while True:
        eleven = f"{born:%y%m%d}{century}{tried % 10000:04d}"
        last = check_digit(eleven)
        if last is not None and (serial is not None or eleven not in _given):
            _given.add(eleven)
            return f"{eleven}{last}"
        tried += 1


def a_district(name: str = "") -> District:
    code = f"7{next(_number):07d}"
    with acting(SYSTEM, reason="test"):
        region = Region.objects.filter(kato="71").first() or Region.objects.create(
            kato="71", **names("Астана")
        )
        return District.objects.create(region=region, code=code, **names(name or f"Район {code}"))


def a_membership(
    role: Role,
    *,
    center: Center | None = None,
    agency: Agency | None = None,
    iin: str = "",
    since: date = date(2020, 1, 1),
    until: date | None = None,
    user: User | None = None,
) -> Membership:
    """A person in a role of an organization; with an IIN where the barred list or staff matters."""
    with acting(SYSTEM, reason="test"):
        if user is None:
            user = _a_user()
            if iin:
                user.set_iin(iin)
            user.save()
        return Membership.objects.create(
            user=user,
            role=role,
            center=center if role in CENTER_ROLES else None,
            agency=agency if role in AGENCY_ROLES else None,
            starts_on=since,
            ends_on=until,
        )


def _a_user() -> User:
    number = next(_number)
    user = User(email=f"user{number}@test.example", last_name=f"Фамилия{number}", first_name="Имя")
    user.set_unusable_password()
    return user


@dataclass
class Place:
    """A Center with one person in every role of a Center."""

    center: Center
    people: dict[Role, Membership] = field(default_factory=dict)

    def by(self, role: Role = Role.CASEWORKER, *, at: datetime = NOON) -> Actor:
        return actor_for(self.people[role], at=at)


@lasting
def a_center(code: str = "", *, district: District | None = None) -> Place:
    code = code or f"T{next(_number):05d}"
    district = district or a_district()
    with acting(SYSTEM, reason="test"):
        center = Center.objects.create(code=code, district=district, bin="", **names(f"ЦПС {code}"))
        # All at once: nearly every test begins here.
        people = [
            Membership(user=_a_user(), role=role, center=center, starts_on=date(2020, 1, 1))
            for role in sorted(CENTER_ROLES)
        ]
        User.objects.bulk_create([membership.user for membership in people])
        Membership.objects.bulk_create(people)
    return Place(center, {Role(membership.role): membership for membership in people})


def an_agency(sector: str = "education", *, district: District | None = None, name: str = "") -> Agency:
    """A body of the sector (one of the reference rows)."""
    number = next(_number)
    with acting(SYSTEM, reason="test"):
        agency = Agency.objects.create(district=district or a_district(), **names(name or f"Орган {number}"))
        found = Sector.objects.filter(code=sector).first() or Sector.objects.create(
            code=sector, order=1, **names(sector)
        )
        agency.sectors.add(found)
    return agency


def actor_for(membership: Membership, *, at: datetime = NOON) -> Actor:
    """The Actor of a membership in force at the moment."""
    actor = load_actor(membership, at, "test")
    assert actor is not None, "the membership is not in force"
    return actor


def person_data(**changes: Any) -> PersonData:
    """A grown-up woman with an IIN of her own."""
    given: dict[str, Any] = {"last_name": "Сәрсенова", "first_name": "Айгүл", "phone": "+7 701 123 45 67"}
    if "iin" not in changes and "no_iin_reason" not in changes:
        given["iin"] = an_iin()
    return PersonData(**{**given, "safe_contact": "phone", **changes})


def intake_data(**changes: Any) -> dict[str, Any]:
    """Arguments of `register_intake` for a self-referral at the desk, without center, actor and moment."""
    return {
        "channel": Intake.Channel.SELF,
        "form": Intake.Form.DESK,
        "said": "Просит помочь с оформлением пособия и устройством ребёнка в детский сад.",
        **changes,
    }


def a_letter(**changes: Any) -> Source:
    """A letter with its scan, number and date."""
    given = {"letter_number": "12-34/567", "letter_date": date(2026, 3, 9), "upload": scan("letter")}
    return Source(**{**given, **changes})


def a_publication(**changes: Any) -> Source:
    """A link with the day when it was seen."""
    return Source(**{"link": "https://example.kz/post/1", "seen_on": date(2026, 3, 9), **changes})


def an_intake(place: Place, *, by: Actor | None = None, now: datetime = NOON, **changes: Any) -> Intake:
    """A registered intake; the caseworker registers and so leads the new case."""
    data = intake_data(**changes)
    data.setdefault("received_at", now)
    if "person" not in data:
        data["person"] = person_data()
    return register_intake(center=place.center, by=by or place.by(at=now), now=now, **data)


@lasting
def a_case(place: Place, *, team: bool = False, now: datetime = NOON, **changes: Any) -> Case:
    """A case in the intake stage led by the caseworker; `team` puts the other workers on it too."""
    intake = an_intake(place, now=now, **changes)
    assert intake.case is not None
    case = intake.case
    if team:
        for role in (Role.PSYCHOLOGIST, Role.LAWYER, Role.SOCIAL_WORKER):
            add_to_team(case=case, membership=place.people[role], by=place.by(at=now), now=now)
    return fresh(case)


def a_consent(case: Case, place: Place, *, now: datetime = NOON, **changes: Any) -> Consent:
    """A consent of the applicant in force, with transfer to third parties."""
    person = case.members.get(relation="self").person
    given: Mapping[str, Any] = {
        "given": True,
        "signed_on": now.date(),
        "data": Consent.Data.values,
        "third_parties": True,
        "valid_until": (now + timedelta(days=365)).date(),
        **changes,
    }
    return record_consent(case=case, person=person, by=place.by(at=now), now=now, **given)


@lasting
def a_case_with_consent(place: Place, *, now: datetime = NOON, **changes: Any) -> Case:
    """Intake answered with a consultation, consent given, assessment begun."""
    case = a_case(place, now=now, **changes)
    record_consultation(
        case=case,
        kind=Consultation.Kind.CONSULTATION,
        topic=Consultation.Topic.SOCIAL,
        summary="Разъяснены виды поддержки.",
        held_at=now,
        by=place.by(at=now),
        now=now,
    )
    a_consent(case, place, now=now)
    begin_assessment(case=case, by=place.by(at=now), now=now)
    return fresh(case)


def fresh(case: Case) -> Case:
    """The case as the database has it."""
    return Case.objects.select_related("center__district", "lead").get(pk=case.pk)
