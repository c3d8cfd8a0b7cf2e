"""Programs of the demo and what they sent: calls of contact center 111, Digital Family Cards of a state system."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cases.actions import (
    Call,
    Card,
    PersonData,
    record_consent,
    record_consultation,
    submit_intake,
    submit_signal,
    take_case,
)
from cases.models import Case, CaseMember, Consultation, Person, Submission
from family_support.accounts import demo
from family_support.accounts.machine_actions import create_machine
from family_support.accounts.machines import actor_of_machine
from family_support.accounts.models import MachineClient
from family_support.accounts.roles import Role
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from family_support.demo import texts
from family_support.demo.papers import scan
from family_support.demo.people import family_pairs
from family_support.demo.stories import DATA, Setting
from family_support.demo.time import Story, together

Door = MachineClient.Door
YOUNG = (date(2012, 1, 1), date(2022, 12, 31))
GROWN = (date(1975, 1, 1), date(1996, 12, 31))


@dataclass(frozen=True)
class Sent:
    """One call: how many days ago, what was said, its signs, and whether a worker has answered it."""

    days: int
    said: str
    threat: bool = False
    minor: bool = False
    answered: bool = False


CALLS = (
    Sent(16, texts.CALLS[0], answered=True),
    Sent(6, texts.CALLS[1], answered=True),
    Sent(1, texts.CALLS[2]),
)
URGENT = Sent(0, texts.CALL_URGENT, threat=True, minor=True)


def make_machines(now: datetime) -> None:
    """The two programs, with client ids and a secret that everybody at this machine knows."""
    demo.require_demo()
    for client_id, name, door in demo.MACHINES:
        issued = create_machine(name=name, door=door, client_id=client_id, by=SYSTEM, now=now)
        demo.equip_machine(issued.machine)


def machine_story(setting: Setting, now: datetime, *, urgent: bool) -> Story:
    """What the programs sent to a Center in the last weeks; the latest wait for a worker."""
    calls = (*CALLS, URGENT) if urgent else CALLS
    return together([*(_call(setting, each, now) for each in calls), _family(setting, now)])


def _machine(door: str) -> MachineClient:
    return MachineClient.objects.select_related("membership__user", "client").get(door=door)


def _moment(setting: Setting, now: datetime, days: int) -> datetime:
    """A working moment so many days ago, and in the past whatever the hour."""
    if days == 0:
        return now - timedelta(hours=2)
    moment = setting.diary.at(local_date(now - timedelta(days=days)), 10)
    return min(moment, now - timedelta(minutes=30))


def _call(setting: Setting, sent: Sent, now: datetime) -> Story:
    moment = _moment(setting, now, sent.days)
    yield moment
    machine = _machine(Door.CONTACT_CENTER)
    who = setting.people.person(born=GROWN, sex="f")
    call = Call(
        center_code=setting.staffed.center.code,
        received_at=moment - timedelta(minutes=setting.random.randrange(3, 9)),
        said=sent.said,
        threat=sent.threat,
        violence=False,
        minor_at_risk=sent.minor,
        person=PersonData(
            last_name=who.last_name,
            first_name=who.first_name,
            patronymic=who.patronymic,
            iin=who.iin,
            birth_date=who.birth_date,
            sex=who.sex,
            phone=who.phone,
            safe_contact=Person.Channel.PHONE,
        ),
        reported_by="" if not sent.threat else "соседка",
        reference=f"111-{moment:%Y}-{setting.random.randrange(10000, 99999)}",
    )
    submission = submit_intake(
        machine=machine,
        call=call,
        body={"reference": call.reference},
        key=uuid.UUID(int=setting.random.getrandbits(128)),
        by=actor_of_machine(machine),
        now=moment,
    )
    if sent.answered:
        yield from _answer(setting, submission, moment)


def _answer(setting: Setting, submission: Submission, moment: datetime) -> Iterator[datetime]:
    """A worker takes the case and advises the family."""
    moment = setting.diary.after(moment, 0)
    yield moment
    case, worker = submission.intake.case, setting.actor(Role.CASEWORKER)
    if case is None or case.lead_id is not None:
        return
    case = take_case(case=case, by=worker, now=moment)
    moment = setting.diary.after(moment, 0)
    yield moment
    record_consultation(
        case=case,
        kind=Consultation.Kind.CONSULTATION,
        topic=Consultation.Topic.SOCIAL,
        summary=setting.random.choice(texts.ADVICE),
        held_at=moment,
        by=worker,
        now=moment,
    )


def _consent(setting: Setting, submission: Submission, moment: datetime) -> None:
    """The head agrees: the other members can be taken over from the card."""
    case = Case.objects.select_related("lead").get(pk=submission.intake.case_id)
    head = case.members.filter(relation=CaseMember.Relation.SELF).first()
    if head is None or case.lead is None or case.is_closed:
        return
    record_consent(
        case=case,
        person=head.person,
        given=True,
        signed_on=local_date(moment),
        data=DATA,
        third_parties=True,
        upload=scan("consent"),
        by=setting.actors[case.lead.pk],
        now=moment,
    )


def _family(setting: Setting, now: datetime) -> Story:
    """A card that names its family, a worker who answers it, and a newer card that joins the case; then a card of a
    family without names."""
    moment = _moment(setting, now, 9)
    yield moment
    machine = _machine(Door.STATE_SYSTEM)
    by = actor_of_machine(machine)
    center = setting.staffed.center
    family = setting.random.choice(family_pairs())
    head = setting.people.person(born=GROWN, sex="f", family=family)
    child = setting.people.person(born=YOUNG, sex="m", family=family)
    members: list[dict[str, Any]] = [
        {
            "role": "head",
            "iin": head.iin,
            "last_name": head.last_name,
            "first_name": head.first_name,
            "patronymic": head.patronymic,
        },
        {"role": "child", "iin": child.iin, "last_name": child.last_name, "first_name": child.first_name},
        {"role": "child", "no_iin_reason": "newborn"},
    ]
    card = Card(
        family_id=f"ЦКС-{center.code}-00417",
        level="C",
        kato=center.district.kato,
        card_date=local_date(moment),
        members=members,
    )
    submission = submit_signal(machine=machine, card=card, by=by, now=moment)
    yield from _answer(setting, submission, moment)
    moment = _moment(setting, now, 7)
    yield moment
    _consent(setting, submission, moment)
    moment = _moment(setting, now, 2)
    yield moment
    later = replace(card, level="D", card_date=local_date(moment))
    submit_signal(machine=machine, card=later, by=by, now=moment)
    moment = setting.diary.after(moment, 0)
    if moment > now:
        return
    yield moment
    alone = setting.people.person(born=GROWN, sex="m")
    nameless = Card(
        family_id=f"ЦКС-{center.code}-00981",
        level="E",
        kato=center.district.kato,
        card_date=local_date(moment),
        members=[{"role": "head", "iin": alone.iin}],
    )
    submit_signal(machine=machine, card=nameless, by=by, now=moment)
