"""Houses, places and stays of the demo: past and present ones, an overstay, minors with notices sent and one due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.actions import PersonData, add_member, record_consent, record_consultation, register_intake
from cases.models import Case, CaseMember, Consultation, Intake, Person
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo import texts
from family_support.demo.papers import scan
from family_support.demo.people import family_pairs
from family_support.demo.plans import end_of_case
from family_support.demo.stories import DATA, Fate, Setting, onward
from family_support.demo.time import Story, together
from shelter import actions
from shelter.models import MinorNotice, Place, Stay
from shelter.rules import Basis

HOUSES = (("Дом 1", "ул. Тихая, 14"), ("Дом 2", "мкр. Самал, 3, кв. 8"))
ROOMS = 4  # in each house
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Course:
    """How one stay goes: so many days ago, with so many children, for so many days (None: they are there still)."""

    days_ago: float
    room: int
    children: int = 0
    lasts: int | None = None
    notices: int = 2
    exit_plan: bool = False
    comes: bool = True
    again: bool = False

    @property
    def is_over(self) -> bool:
        """Nobody of the family is there or awaited: a case with an open stay cannot close."""
        return self.lasts is not None and not self.again


# The first Center shows everything, the others the usual.
USUAL = (
    Course(210, 7, children=1, lasts=25, exit_plan=True),
    Course(12, 0, children=1),
    Course(0.2, 6, comes=False),
)
ALL = (
    *USUAL,
    Course(130, 7, children=2, lasts=33, exit_plan=True),
    Course(60, 6, lasts=0, comes=False),
    Course(45, 3, lasts=20, exit_plan=True, again=True),
    Course(36, 1, exit_plan=True),
    Course(26, 2, exit_plan=True),
    Course(0.4, 4, children=2, notices=1),
)


def stays(setting: Setting, begins: datetime, now: datetime) -> list[Story]:
    """The Center's houses from the beginning on, and its stays up to now."""
    first = setting.staffed.center.code == "AST01"
    house = _houses(setting, begins)
    return [house, *(_stay_story(setting, course, now) for course in (ALL if first else USUAL))]


def _houses(setting: Setting, begins: datetime) -> Story:
    yield begins
    director = setting.actor(Role.DIRECTOR)
    for name, address in HOUSES:
        house = actions.put_shelter(
            shelter=None, center_id=setting.staffed.center.pk, name=name, address=address, by=director
        )
        for number in range(1, ROOMS + 1):
            actions.put_place(
                place=None, shelter=house, name=f"Комната {number}", beds=2 + number % 3, by=director
            )


def _room(setting: Setting, number: int) -> Place:
    rows = Place.objects.of_center(setting.staffed.center.pk).order_by("shelter__name", "name")
    return rows[number]


def _stay_story(setting: Setting, course: Course, now: datetime) -> Story:
    """A family that fled violence: from the request, the stay beside the work of the case, to its end."""
    starts = now - course.days_ago * DAY
    yield starts
    worker = setting.actors[setting.staffed.people[Role.CASEWORKER][0].pk]
    case, children = _arrive(setting, course, worker, starts)
    fate = Fate("plan", Intake.Channel.SELF, threat=False, violence=True)
    work = onward(setting, fate, case, worker, starts + HOUR, lasting=True)
    yield from together([work, _stay(setting, course, case, children, worker, starts + HOUR, now)])
    if course.is_over:
        yield from end_of_case(setting, case, worker)


def _arrive(setting: Setting, course: Course, worker: Actor, now: datetime) -> tuple[Case, list[Person]]:
    """Request, redirection for identification, consent, and the children, within the hour."""
    family = setting.random.choice(family_pairs())
    adult = setting.people.person(
        born=(now.date() - 45 * 365 * DAY, now.date() - 26 * 365 * DAY), sex="f", family=family
    )
    intake = register_intake(
        center=setting.staffed.center,
        channel=Intake.Channel.SELF,
        form=Intake.Form.DESK,
        received_at=now - timedelta(minutes=10),
        said=setting.random.choice(texts.SAID_VIOLENCE),
        person=PersonData(
            last_name=adult.last_name,
            first_name=adult.first_name,
            patronymic=adult.patronymic,
            birth_date=adult.birth_date,
            sex=adult.sex,
            iin=adult.iin,
            phone=adult.phone,
            safe_contact=Person.Channel.IN_PERSON,
            district=setting.staffed.center.district,
        ),
        violence=True,
        by=worker,
        now=now,
    )
    case = Case.objects.get(pk=intake.case_id)
    record_consultation(
        case=case,
        kind=Consultation.Kind.REDIRECTION,
        held_at=now,
        agency=setting.staffed.agencies["social_protection"],
        reason=texts.REDIRECTED,
        special_services=True,
        by=worker,
        now=now,
    )
    person = case.members.get(relation=CaseMember.Relation.SELF).person
    record_consent(
        case=case,
        person=person,
        given=True,
        signed_on=local_date(now),
        data=DATA,
        third_parties=True,
        upload=scan("consent"),
        by=worker,
        now=now,
    )
    return case, [_child(setting, case, person, family, worker, now) for _each in range(course.children)]


def _child(
    setting: Setting, case: Case, parent: Person, family: tuple[str, str], worker: Actor, now: datetime
) -> Person:
    born = (now.date() - 15 * 365 * DAY, now.date() - 400 * DAY)
    child = setting.people.person(born=born, sex=setting.random.choice("fm"), family=family)
    data = PersonData(
        last_name=child.last_name,
        first_name=child.first_name,
        birth_date=child.birth_date,
        sex=child.sex,
        iin=child.iin,
        district=setting.staffed.center.district,
    )
    relation = CaseMember.Relation.CHILD
    return add_member(
        case=case, data=data, relation=relation, legal_representative=parent, by=worker, now=now
    ).person


def _stay(
    setting: Setting,
    course: Course,
    case: Case,
    children: list[Person],
    worker: Actor,
    now: datetime,
    today: datetime,
) -> Story:
    yield now
    person = case.members.get(relation=CaseMember.Relation.SELF).person
    stay = actions.reserve_place(
        case=case, person=person, place=_room(setting, course.room), arrives_at=now, by=worker, now=now
    )
    if not course.comes:
        if course.lasts is not None:
            yield now + DAY
            actions.cancel_reservation(stay=stay, reason=texts.REFUSED, by=worker, now=now + DAY)
        return
    came = now + HOUR
    yield came
    stay = actions.check_in(
        stay=stay,
        admitted_at=came - timedelta(minutes=10),
        basis=_basis(setting, course, came),
        scan=scan("basis"),
        minors=children,
        by=worker,
        now=came,
    )
    yield from _notices(setting, course, stay, worker, came)
    if course.exit_plan:
        yield came + 15 * DAY
        actions.write_exit_plan(
            stay=stay,
            exit_going=Stay.Going.RELATIVES,
            exit_plan=texts.EXIT_PLAN,
            by=worker,
            now=came + 15 * DAY,
        )
    if course.lasts is not None:
        yield from _leave(setting, course, stay, worker, came)
    if course.again:
        moment = today - 20 * HOUR
        yield moment
        actions.reserve_place(
            case=case,
            person=person,
            place=_room(setting, course.room),
            arrives_at=today + DAY,
            episode_note=texts.NEW_EPISODE,
            by=worker,
            now=moment,
        )


def _basis(setting: Setting, course: Course, now: datetime) -> Basis:
    """A referral of the police for those with children, a personal application for the others."""
    today = local_date(now)
    if not course.children:
        return Basis("application", application_on=today)
    return Basis("referral", setting.staffed.agencies["police"], f"03-{today:%d%m}", today)


def _notices(setting: Setting, course: Course, stay: Stay, worker: Actor, came: datetime) -> Story:
    """Sent within hours, answered two days later."""
    notices = list(stay.notices.order_by("-kind")[: course.notices])
    if not notices:
        return
    moment = came + 3 * HOUR
    yield moment
    sent = [_send(setting, notice, worker, moment) for notice in notices]
    moment = came + 2 * DAY
    yield moment
    for number, notice in enumerate(sent, start=1):
        actions.receive_notice(
            notice=notice,
            received_on=local_date(moment),
            # The younger body has not told its number yet.
            registration_number="" if number == 2 and course.days_ago < 20 else f"ВХ-{stay.pk}/{number}",
            by=worker,
            now=moment,
        )


def _send(setting: Setting, notice: MinorNotice, worker: Actor, now: datetime) -> MinorNotice:
    sector = "police" if notice.kind == MinorNotice.Kind.LAW_ENFORCEMENT else "guardianship"
    return actions.send_notice(
        notice=notice,
        agency=setting.staffed.agencies[sector],
        way=MinorNotice.Way.HAND,
        sent_at=now - timedelta(minutes=20),
        proof=scan("receipt"),
        number=f"{notice.pk}/{now:%y}",
        by=worker,
        now=now,
    )


def _leave(setting: Setting, course: Course, stay: Stay, worker: Actor, came: datetime) -> Story:
    """In time, or late with the director's reason."""
    moment = came + (course.lasts or 0) * DAY
    yield moment
    if stay.is_overdue(moment):
        reason, director = texts.STAY_REASON, setting.actor(Role.DIRECTOR)
        actions.explain_overstay(stay=stay, reason=reason, by=director, now=moment)
    actions.check_out(
        stay=stay,
        checked_out_at=moment,
        going=Stay.Going.RELATIVES,
        leaving=Stay.Leaving.HOUSED,
        by=worker,
        now=moment,
    )
