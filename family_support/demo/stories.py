"""The life of one invented family at a Center, step by step, through the same actions as the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from assessments.actions import (
    GroundChoice,
    add_immediate_measure,
    add_need,
    conclude_assessment,
    save_draft,
    set_grounds,
    start_assessment,
)
from assessments.models import Assessment, Ground
from cases.actions import (
    PersonData,
    Source,
    add_member,
    close_case,
    record_consent,
    record_consultation,
    record_identification,
    record_support,
    register_intake,
    set_risk,
)
from cases.models import (
    Case,
    CaseMember,
    Consent,
    Consultation,
    Intake,
    Person,
    ViolenceRecord,
    ViolenceSupport,
)
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo import texts
from family_support.demo.alarms import respond
from family_support.demo.organizations import Staffed
from family_support.demo.papers import scan, screenshot
from family_support.demo.people import Invented, People, family_pairs
from family_support.demo.plans import plan_of
from family_support.demo.time import Diary, Story, together
from family_support.directory.models import Sector
from mobile_groups.models import Alarm

Closing = Case.Closing
DATA = [Consent.Data.IDENTITY, Consent.Data.CONTACT, Consent.Data.FAMILY, Consent.Data.SITUATION]


@dataclass
class Setting:
    """Where a story plays: the Center, its actors by membership, its diary, and the source of people."""

    staffed: Staffed
    actors: dict[int, Actor]
    diary: Diary
    people: People
    random: Random
    # The plans of the Center, counted: each kind of fate comes in its turn.
    turns: Iterator[int] = field(default_factory=count)
    # Its records of violence, counted, and its reports of bodies: what is drawn by them does not hang on keys.
    records: Iterator[int] = field(default_factory=count)
    reports: Iterator[int] = field(default_factory=count)
    years: Iterator[int] = field(default_factory=count)

    def actor(self, role: Role) -> Actor:
        return self.actors[self.random.choice(self.staffed.people[role]).pk]

    def late(self, ordinary: int, late: int, share: float = 0.12) -> int:
        """Mostly an ordinary number of working days, now and then too many."""
        return late if self.random.random() < share else self.random.randint(0, ordinary)


@dataclass
class Fate:
    """How a story goes on after registration."""

    end: str
    channel: str
    threat: bool
    violence: bool


ENDS = (
    ("consulted", 16),
    ("redirected", 8),
    ("refused", 4),
    ("no_hls", 10),
    ("plan", 62),
)
CHANNELS = (
    (Intake.Channel.SELF, 60),
    (Intake.Channel.CONTACT_CENTER, 14),
    (Intake.Channel.BODY, 18),
    (Intake.Channel.MEDIA, 8),
)


def fate_of(random: Random) -> Fate:
    """Draw what becomes of a family."""
    end = random.choices([code for code, _weight in ENDS], [weight for _code, weight in ENDS])[0]
    channel = random.choices([code for code, _weight in CHANNELS], [weight for _code, weight in CHANNELS])[0]
    urgent = end == "plan" and random.random() < 0.14
    violence = urgent and random.random() < 0.6
    return Fate(end, channel, threat=urgent and (not violence or random.random() < 0.7), violence=violence)


def family_story(setting: Setting, starts: datetime) -> Story:
    """A family from its request on, until the story ends or today is reached."""
    fate = fate_of(setting.random)
    yield starts
    worker = setting.actor(Role.CASEWORKER)
    family = setting.random.choice(family_pairs())
    applicant = setting.people.person(
        born=(starts.date() - timedelta(days=55 * 365), starts.date() - timedelta(days=24 * 365)),
        sex=setting.random.choice("ffm"),
        family=family,
    )
    intake = register(setting, fate, applicant, worker, starts)
    case = intake.case
    now = setting.diary.after(starts, 0)
    yield now
    # The response to a threat goes its own way beside the work with the family.
    yield from together(
        [_work(setting, fate, case, family, worker, now), respond(setting, case, now)]
        if fate.threat
        else [_work(setting, fate, case, family, worker, now)]
    )


def _work(
    setting: Setting, fate: Fate, case: Case, family: tuple[str, str], worker: Actor, now: datetime
) -> Story:
    """From the answer to the intake on."""
    yield from _answer(setting, fate, case, worker, now)
    if fate.end in ("consulted", "redirected"):
        now = setting.diary.after(now, setting.late(1, 2))
        yield now
        close_case(case=case, closing=Closing(fate.end), note=texts.ADVICE[0], by=worker, now=now)
        return
    now = setting.diary.after(now, 0)
    yield now
    if fate.end == "refused":
        person = case.members.get(relation=CaseMember.Relation.SELF).person
        record_consent(case=case, person=person, given=False, reason=texts.REFUSED, by=worker, now=now)
        case.refresh_from_db()
        if not case.is_closed:
            close_case(case=case, closing=Closing.REFUSED, note=texts.REFUSED, by=worker, now=now)
        return
    family_and_consent(setting, case, family, worker, now)
    yield from onward(setting, fate, case, worker, now)


def onward(
    setting: Setting, fate: Fate, case: Case, worker: Actor, now: datetime, *, lasting: bool = False
) -> Story:
    """From consent on: assessment, and the plan to its end; a lasting one goes on as long as its bodies' work."""
    now = setting.diary.after(now, setting.late(1, 4, 0.1) if not fate.threat else 0)
    yield now
    assessment = write_draft(setting, fate, case, worker, now)
    now = setting.diary.after(now, setting.late(1, 3, 0.1) if not fate.threat else 0)
    yield now
    found = fate.end == "plan"
    conclude(setting, fate, assessment, found, worker, now)
    if not found:
        now = setting.diary.after(now, 1)
        yield now
        close_case(
            case=Case.objects.get(pk=case.pk),
            closing=Closing.NO_HLS,
            note=texts.CONCLUSION_NONE,
            by=worker,
            now=now,
        )
        return
    now = setting.diary.after(now, 0)
    yield now
    if fate.violence:
        _identify(setting, case, worker, now)
    sectors = needs_of(setting, case, worker, now)
    yield from plan_of(setting, case, sectors, worker, now, lasting=lasting)


def _identify(setting: Setting, case: Case, worker: Actor, now: datetime) -> None:
    """What the special-social-services organization found, and help that was given (R256 23-24)."""
    waiting = ViolenceRecord.objects.filter(case=case, state=ViolenceRecord.State.REDIRECTED).first()
    if waiting is None or waiting.redirected_at is None or waiting.redirected_at > now:
        return
    # The redirection may have been recorded late, after the assessment that went on meanwhile.
    now = max(now, waiting.redirected_at or now)
    kind, today = ViolenceSupport.Kind.INFORMATION, local_date(now)
    record_support(violence=waiting, kind=kind, given_on=today, note=texts.SUPPORT, by=worker, now=now)
    # Of the first two records of a Center one is identified.
    identified = next(setting.records) % 4 != 1
    record_identification(
        violence=waiting,
        identified=identified,
        result_on=today,
        note=texts.IDENTIFIED if identified else texts.NOT_IDENTIFIED,
        by=worker,
        now=now,
    )


# Threats of the last days, each brought so far: an alarm in every state is there to be seen.
THREATS = (
    (Alarm.State.RAISED, timedelta(hours=2)),
    (Alarm.State.ACKNOWLEDGED, timedelta(hours=5)),
    (Alarm.State.ENGAGED, timedelta(days=1, hours=3)),
    (Alarm.State.CLOSED, timedelta(days=9)),
)


def threat_story(setting: Setting, threat: tuple[str, timedelta], now: datetime) -> Story:
    """A family whose life is threatened now: registered by its case manager, answered as far as said."""
    until, before = threat
    starts = now - before
    yield starts
    worker = setting.actor(Role.CASEWORKER)
    person = setting.people.person(
        born=(starts.date() - timedelta(days=45 * 365), starts.date() - timedelta(days=24 * 365)),
        sex="f",
        family=setting.random.choice(family_pairs()),
    )
    fate = Fate("plan", Intake.Channel.SELF, threat=True, violence=True)
    case = register(setting, fate, person, worker, starts).case
    set_risk(
        case=Case.objects.get(pk=case.pk),
        risk=Case.Risk.CRITICAL,
        reason=texts.RISK_REASON,
        instruction=texts.INSTRUCTION,
        by=worker,
        now=starts,
    )
    yield from respond(setting, case, starts, until=until)


def register(setting: Setting, fate: Fate, person: Invented, worker: Actor, now: datetime) -> Intake:
    """The request or signal, by the door of its channel."""
    own = fate.channel == Intake.Channel.SELF
    said = texts.SAID_VIOLENCE if fate.violence else texts.SAID if own else texts.SIGNAL
    form = {
        Intake.Channel.SELF: setting.random.choice((Intake.Form.DESK, Intake.Form.DESK, Intake.Form.PHONE)),
        Intake.Channel.CONTACT_CENTER: Intake.Form.PHONE,
        Intake.Channel.BODY: Intake.Form.LETTER,
        Intake.Channel.MEDIA: Intake.Form.LINK,
    }[Intake.Channel(fate.channel)]
    district = setting.staffed.center.district
    return register_intake(
        center=setting.staffed.center,
        channel=fate.channel,
        form=form,
        received_at=now - timedelta(minutes=setting.random.randrange(5, 40)),
        said=setting.random.choice(said),
        person=PersonData(
            last_name=person.last_name,
            first_name=person.first_name,
            patronymic=person.patronymic,
            birth_date=person.birth_date,
            sex=person.sex,
            iin=person.iin,
            phone=person.phone,
            safe_contact=Person.Channel.PHONE,
            district=district,
        ),
        threat=fate.threat,
        violence=fate.violence,
        sender_name={
            Intake.Channel.CONTACT_CENTER: "Контакт-центр 111",
            Intake.Channel.MEDIA: "Публикация",
        }.get(Intake.Channel(fate.channel), ""),
        sender_agency=setting.staffed.agencies["education"] if fate.channel == Intake.Channel.BODY else None,
        source=source_of(setting, form, now),
        by=worker,
        now=now,
    )


def source_of(setting: Setting, form: str, now: datetime) -> Source:
    """A letter comes with its number and scan, a publication with its address and screenshot."""
    day = local_date(now) - timedelta(days=1)
    number = setting.random.randrange(100, 999)
    if form == Intake.Form.LETTER:
        return Source(letter_number=f"03-12/{number}", letter_date=day, upload=scan("letter"))
    if form == Intake.Form.LINK:
        return Source(link=f"https://example.kz/posts/{number}", seen_on=day, upload=screenshot("post"))
    return Source()


def _answer(setting: Setting, fate: Fate, case: Case, worker: Actor, now: datetime) -> Iterator[datetime]:
    """Consultation or redirection within a working day, now and then too late (R256 13(1), 14(1))."""
    moment = setting.diary.after(now, setting.late(1, 3, 0.08))
    if moment > now:
        yield moment
    redirected = fate.end == "redirected" or fate.violence
    record_consultation(
        case=case,
        kind=Consultation.Kind.REDIRECTION if redirected else Consultation.Kind.CONSULTATION,
        held_at=moment - timedelta(minutes=5),
        topic="" if redirected else setting.random.choice(Consultation.Topic.values),
        summary="" if redirected else setting.random.choice(texts.ADVICE),
        agency=setting.staffed.agencies["social_protection"] if redirected else None,
        reason=texts.REDIRECTED if redirected else "",
        special_services=fate.violence,
        by=worker,
        now=moment,
    )


def family_and_consent(
    setting: Setting, case: Case, family: tuple[str, str], worker: Actor, now: datetime
) -> None:
    """The consent that a plan needs, and the children."""
    applicant = case.members.select_related("person").get(relation=CaseMember.Relation.SELF).person
    record_consent(
        case=case,
        person=applicant,
        given=True,
        signed_on=local_date(now),
        data=DATA,
        third_parties=True,
        upload=scan("consent"),
        by=worker,
        now=now,
    )
    for _child in range(setting.random.choices((0, 1, 2, 3), (15, 35, 35, 15))[0]):
        born = (now.date() - timedelta(days=16 * 365), now.date() - timedelta(days=400))
        child = setting.people.person(born=born, sex=setting.random.choice("fm"), family=family)
        data = PersonData(
            last_name=child.last_name,
            first_name=child.first_name,
            birth_date=child.birth_date,
            sex=child.sex,
            iin=child.iin,
            district=setting.staffed.center.district,
            place_of_study="Школа-гимназия № 12, 4 «Б» класс" if child.birth_date.year < now.year - 7 else "",
        )
        add_member(
            case=case,
            data=data,
            relation=CaseMember.Relation.CHILD,
            legal_representative=applicant,
            by=worker,
            now=now,
        )


def write_draft(setting: Setting, fate: Fate, case: Case, worker: Actor, now: datetime) -> Assessment:
    """An assessment, written and not concluded."""
    assessment = start_assessment(case=case, by=worker, now=now)
    assessment = save_draft(
        assessment=assessment,
        fields={
            "visited_on": local_date(now),
            "situation": setting.random.choice(texts.SITUATION),
            "own_means_note": setting.random.choice(texts.OWN_MEANS),
            "housing": setting.random.choice(Assessment.Housing.values),
            "income_month": setting.random.randrange(0, 180) * 1000,
        },
        expected_version=assessment.version,
        by=worker,
        now=now,
    )
    if fate.threat or fate.violence:
        add_immediate_measure(
            assessment=assessment, text=texts.IMMEDIATE, responsible=texts.IMMEDIATE_BY, by=worker, now=now
        )
        assessment.refresh_from_db()
    return assessment


def conclude(
    setting: Setting, fate: Fate, assessment: Assessment, found: bool, worker: Actor, now: datetime
) -> Assessment:
    """With the grounds that were found; the risk of danger is critical."""
    if found:
        grounds = list(Ground.objects.in_force(local_date(now)))
        picked = (
            [grounds[8]]
            if fate.violence
            # Domestic violence is a ground of the stories in which it is noted.
            else setting.random.sample(grounds[:8] + grounds[9:], setting.random.choice((1, 1, 2)))
        )
        choices = [
            GroundChoice(ground, ground.forms[0]["code"] if ground.forms else "", "") for ground in picked
        ]
        assessment = set_grounds(
            assessment=assessment, grounds=choices, expected_version=assessment.version, by=worker, now=now
        )
    calm = (Case.Risk.LOW, Case.Risk.LOW, Case.Risk.MEDIUM, Case.Risk.MEDIUM, Case.Risk.HIGH)
    urgent = fate.threat or fate.violence
    assessment = conclude_assessment(
        assessment=assessment,
        hls_found=found,
        risk=Case.Risk.CRITICAL if urgent else setting.random.choice(calm),
        risk_reason=texts.RISK_REASON,
        response_measures=texts.RESPONSE,
        conclusion=texts.CONCLUSION_FOUND if found else texts.CONCLUSION_NONE,
        expected_version=assessment.version,
        by=worker,
        now=now,
    )
    case = Case.objects.get(pk=assessment.case_id)
    if urgent:
        set_risk(
            case=case,
            risk=case.risk,
            reason=texts.RISK_REASON,
            instruction=texts.INSTRUCTION,
            by=worker,
            now=now,
        )
    return assessment


def needs_of(setting: Setting, case: Case, worker: Actor, now: datetime) -> list[Sector]:
    """What the family needs, by two to four kinds of state support."""
    sectors = list(Sector.objects.statutory().order_by("order"))
    usual = [
        sector
        for sector in sectors
        if sector.code in ("education", "health", "employment", "social_protection")
    ]
    rare = [sector for sector in sectors if sector not in usual]
    picked = setting.random.sample(usual, setting.random.choice((1, 1, 2)))
    if setting.random.random() < 0.5:
        picked += setting.random.sample(rare, 1)
    for sector in picked:
        add_need(case=case, sector=sector, text=setting.random.choice(texts.SITUATION), by=worker, now=now)
    return picked
