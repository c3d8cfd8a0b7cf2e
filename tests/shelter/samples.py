"""Places, stays in every state and notices, made through the real actions on top of `tests.factories`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from cases.actions import PersonData, add_member
from cases.models import Case, CaseMember, Person
from family_support.accounts.roles import Role
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from shelter import actions
from shelter.models import MinorNotice, Place, Shelter, Stay
from shelter.rules import Basis
from tests.factories import NOON, a_case_with_consent, an_agency, an_iin
from tests.factories import Place as Setting
from tests.plans import a_scan

_number = count(1)
LATER = NOON + timedelta(days=2)
ADDRESS = "Тайная улица, 77"


def a_shelter(setting: Setting) -> Shelter:
    return actions.put_shelter(
        shelter=None,
        center_id=setting.center.pk,
        name=f"Дом {next(_number)}",
        address=ADDRESS,
        phone="+7 701 000 00 00",
        by=SYSTEM,
    )


def a_place(setting: Setting, *, beds: int = 4, shelter: Shelter | None = None) -> Place:
    return actions.put_place(
        place=None,
        shelter=shelter or a_shelter(setting),
        name=f"Комната {next(_number)}",
        beds=beds,
        by=SYSTEM,
    )


def a_child(case: Case, setting: Setting, *, born: date = date(2018, 5, 5), now: datetime = NOON) -> Person:
    data = PersonData(last_name="Сәрсенова", first_name="Дана", birth_date=born, sex="f", iin=an_iin(born))
    return add_member(
        case=case, data=data, relation=CaseMember.Relation.CHILD, by=setting.by(at=now), now=now
    ).person


def applicant(case: Case) -> Person:
    return case.members.get(relation=CaseMember.Relation.SELF).person


def application(now: datetime = NOON) -> Basis:
    return Basis(chosen="application", application_on=local_date(now))


def referral(setting: Setting, sector: str = "health") -> Basis:
    agency = an_agency(sector, district=setting.center.district)
    return Basis("referral", agency, "12-3/45", local_date(NOON))


def a_reserved(
    setting: Setting,
    case: Case | None = None,
    *,
    place: Place | None = None,
    now: datetime = NOON,
    **changes: Any,
) -> Stay:
    case = case or a_case_with_consent(setting, now=now)
    given: dict[str, Any] = {
        "case": case,
        "person": applicant(case),
        "place": place or a_place(setting),
        "arrives_at": now,
        "by": setting.by(at=now),
        "now": now,
        **changes,
    }
    return actions.reserve_place(**given)


def admit(stay: Stay, setting: Setting, *, now: datetime = NOON, **changes: Any) -> Stay:
    given: dict[str, Any] = {
        "stay": stay,
        "admitted_at": now,
        "basis": application(now),
        "scan": a_scan(),
        "by": setting.by(at=now),
        "now": now,
        **changes,
    }
    return actions.check_in(**given)


def a_resident(
    setting: Setting, case: Case | None = None, *, place: Place | None = None, now: datetime = NOON
) -> Stay:
    return admit(a_reserved(setting, case, place=place, now=now), setting, now=now)


def with_child(setting: Setting, *, place: Place | None = None, now: datetime = NOON) -> Stay:
    """A resident with a child: both notices are due."""
    case = a_case_with_consent(setting, now=now)
    child = a_child(case, setting, now=now)
    return admit(a_reserved(setting, case, place=place, now=now), setting, now=now, minors=[child])


def leave(stay: Stay, setting: Setting, *, now: datetime = LATER, **changes: Any) -> Stay:
    given: dict[str, Any] = {
        "stay": stay,
        "checked_out_at": now,
        "going": "relatives",
        "leaving": "wish",
        "by": setting.by(at=now),
        "now": now,
        **changes,
    }
    return actions.check_out(**given)


def in_state(setting: Setting, state: str, *, now: datetime = NOON) -> Stay:
    stay = a_reserved(setting, now=now)
    if state == Stay.State.CANCELLED:
        return actions.cancel_reservation(stay=stay, reason="Не приехала.", by=setting.by(at=now), now=now)
    if state != Stay.State.RESERVED:
        stay = admit(stay, setting, now=now)
    if state == Stay.State.CHECKED_OUT:
        stay = leave(stay, setting, now=now + timedelta(hours=5))
    return stay


def a_notice(setting: Setting, state: str = "due", kind: str = "law_enforcement") -> MinorNotice:
    notice = with_child(setting).notices.get(kind=kind)
    if state != "due":
        notice = send(notice, setting)
    if state in ("received", "registered"):
        notice = actions.receive_notice(
            notice=notice, received_on=local_date(LATER), by=setting.by(), now=LATER
        )
    if state == "registered":
        notice = actions.register_notice(
            notice=notice,
            registration_number="ВХ-7",
            registered_on=local_date(LATER),
            by=setting.by(),
            now=LATER,
        )
    return notice


def send(
    notice: MinorNotice, setting: Setting, *, now: datetime = NOON + timedelta(hours=3), **changes: Any
) -> MinorNotice:
    sector = "police" if notice.kind == "law_enforcement" else "guardianship"
    given: dict[str, Any] = {
        "notice": notice,
        "agency": an_agency(sector),
        "way": "hand",
        "sent_at": now,
        "proof": a_scan(),
        "number": "17/3",
        "by": setting.by(at=now),
        "now": now,
        **changes,
    }
    return actions.send_notice(**given)


def director(setting: Setting, now: datetime = NOON) -> Any:
    return setting.by(Role.DIRECTOR, at=now)
