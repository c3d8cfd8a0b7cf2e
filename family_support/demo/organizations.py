"""Three regions, four Centers, bodies of the twelve sectors in each district, and an account for each role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from family_support.accounts import demo
from family_support.accounts.actions import create_user
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.validators import check_digit
from family_support.demo.people import Invented, People
from family_support.directory.models import Agency, Center, District, Sector

# (code, district code, names kk/ru/en, address).
CENTERS = (
    ("AST01", "71121", "Есіл ауданының отбасын қолдау орталығы", "ЦПС района Есиль г. Астаны", "Esil Family Support Center", "г. Астана, ул. Демонстрационная, 1"),
    ("AST02", "71111", "Алматы ауданының отбасын қолдау орталығы", "ЦПС района Алматы г. Астаны", "Almaty District Family Support Center", "г. Астана, ул. Демонстрационная, 2"),
    ("KAR01", "3510131", "Қарағанды қаласының отбасын қолдау орталығы", "ЦПС г. Караганды", "Karaganda Family Support Center", "г. Караганда, ул. Демонстрационная, 3"),
    ("TUR01", "6110", "Түркістан қаласының отбасын қолдау орталығы", "ЦПС г. Туркестана", "Turkistan Family Support Center", "г. Туркестан, ул. Демонстрационная, 4"),
)  # fmt: skip
# (sectors of the body, names kk/ru/en): one body a statutory sector, and those beside the twelve.
BODIES = (
    (("education", "guardianship"), "Білім бөлімі", "Отдел образования", "Education department"),
    (("health",), "Емхана", "Поликлиника", "Polyclinic"),
    (("employment",), "Мансап орталығы", "Карьерный центр", "Career center"),
    (("social_protection",), "Жұмыспен қамту және әлеуметтік бағдарламалар бөлімі", "Отдел занятости и социальных программ", "Employment and social programs department"),
    (("sport",), "Дене шынықтыру және спорт бөлімі", "Отдел физической культуры и спорта", "Sport department"),
    (("culture",), "Мәдениет және тілдерді дамыту бөлімі", "Отдел культуры и развития языков", "Culture and languages department"),
    (("tourism",), "Кәсіпкерлік және туризм бөлімі", "Отдел предпринимательства и туризма", "Entrepreneurship and tourism department"),
    (("family_policy",), "Қоғамдық даму бөлімі", "Отдел общественного развития", "Community development department"),
    (("housing",), "Тұрғын үй-коммуналдық шаруашылық және тұрғын үй инспекциясы бөлімі", "Отдел жилищно-коммунального хозяйства и жилищной инспекции", "Housing department"),
    (("youth",), "Жастар ресурстық орталығы", "Молодёжный ресурсный центр", "Youth resource center"),
    (("internal_policy",), "Ішкі саясат бөлімі", "Отдел внутренней политики", "Internal policy department"),
    (("internal_affairs", "police"), "Полиция бөлімі", "Отдел полиции", "Police department"),
    (("probation",), "Пробация қызметі", "Служба пробации", "Probation service"),
    (("ngo",), "«Сенім» қоғамдық бірлестігі", "Общественное объединение «Сенім»", "NGO Senim"),
)  # fmt: skip
# How many people of each role a Center has.
STAFF = (
    (Role.DIRECTOR, 1),
    (Role.INTAKE_CLERK, 1),
    (Role.CASEWORKER, 3),
    (Role.PSYCHOLOGIST, 1),
    (Role.LAWYER, 1),
    (Role.SOCIAL_WORKER, 1),
    (Role.HEAD_ACCOMPANIMENT, 1),
    (Role.HEAD_METHODOLOGY, 1),
    (Role.METHODOLOGIST, 1),
    (Role.CENTER_ANALYST, 1),
)
COUNTRY = (Role.MINISTRY_ANALYST, Role.MINISTRY_EDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER)
ADULT = (date(1968, 1, 1), date(1999, 12, 31))


@dataclass
class Staffed:
    """A Center with its people and the bodies of its district."""

    center: Center
    people: dict[str, list[Membership]] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    officers: dict[int, Membership] = field(default_factory=dict)
    coordinators: list[Membership] = field(default_factory=list)
    # Members of the mobile group with accounts, the one on call first.
    group: list[Membership] = field(default_factory=list)
    # Who gives a body's tasks out, and its further officers beside the first.
    admins: dict[int, Membership] = field(default_factory=dict)
    seconds: list[Membership] = field(default_factory=list)

    def first(self, role: Role) -> Membership:
        return self.people[role][0]


def make(people: People, now: datetime, *, centers: Sequence[tuple[str, ...]] = CENTERS) -> list[Staffed]:
    """Everybody and everything that the stories need, in force from the moment on."""
    staffed = [_center(row, number, people, now) for number, row in enumerate(centers)]
    for role in COUNTRY:
        _account(people, role, role.value.replace("_", "-"), now)
    return staffed


def _center(row: tuple[str, ...], number: int, people: People, now: datetime) -> Staffed:
    code, district_code, kk, ru, en, address = row
    district = District.objects.get(code=district_code)
    with acting(SYSTEM):
        center = Center.objects.create(
            code=code,
            district=district,
            name_kk=kk,
            name_ru=ru,
            name_en=en,
            address=address,
            phone=f"+7700111000{number}",
            bin=_bin(number),
        )
    staffed = Staffed(center, agencies=_agencies(district))
    for role, count in STAFF:
        for place in range(1, count + 1):
            login = f"{role.value.replace('_', '-')}{place if count > 1 else ''}.{code.lower()}"
            staffed.people.setdefault(role, []).append(_account(people, role, login, now, center=center))
    for agency in dict.fromkeys(staffed.agencies.values()):
        login = f"officer-{agency.sectors.order_by('order')[0].code.replace('_', '-')}.{code.lower()}"
        staffed.officers[agency.pk] = _account(people, Role.AGENCY_OFFICER, login, now, agency=agency)
    social = staffed.agencies["social_protection"]
    login = f"coordinator.{code.lower()}"
    staffed.coordinators.append(_account(people, Role.COORDINATOR, login, now, agency=social))
    staffed.admins[social.pk] = _account(
        people, Role.BODY_ADMIN, f"body-admin.{code.lower()}", now, agency=social
    )
    login = f"officer2-social-protection.{code.lower()}"
    staffed.seconds.append(_account(people, Role.AGENCY_OFFICER, login, now, agency=social))
    for login, sector in (("group-member", "health"), ("group-police", "internal_affairs")):
        member = _account(
            people, Role.GROUP_MEMBER, f"{login}.{code.lower()}", now, agency=staffed.agencies[sector]
        )
        staffed.group.append(member)
    return staffed


def _agencies(district: District) -> dict[str, Agency]:
    found: dict[str, Agency] = {}
    with acting(SYSTEM):
        for sectors, kk, ru, en in BODIES:
            agency = Agency.objects.create(
                district=district,
                name_kk=f"{kk} ({district.name_kk})",
                name_ru=f"{ru} ({district.name_ru})",
                name_en=f"{en} ({district.name_en})",
            )
            agency.sectors.set(Sector.objects.filter(code__in=sectors))
            found |= dict.fromkeys(sectors, agency)
    return found


def _account(
    people: People,
    role: Role,
    login: str,
    now: datetime,
    *,
    center: Center | None = None,
    agency: Agency | None = None,
) -> Membership:
    person: Invented = people.person(born=ADULT, sex=people.random.choice("mff"))
    user = create_user(
        email=f"{login}@{demo.DOMAIN}",
        last_name=person.last_name,
        first_name=person.first_name,
        patronymic=person.patronymic,
        iin=person.iin,
        role=role,
        center=center,
        agency=agency,
        by=SYSTEM,
        now=now,
    )
    with acting(SYSTEM):
        demo.equip(user)
    return user.memberships.get()


def _bin(number: int) -> str:
    """A BIN with a right check digit: registered in January 2024, a legal person."""
    for serial in range(90000 + number * 10, 99999):
        eleven = f"240140{serial:05d}"
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"
    raise RuntimeError("no BIN left")
