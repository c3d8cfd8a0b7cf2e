"""Every door of an intake in the last days: what waits, was registered, refused, handed over or offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from cases.actions import (
    PersonData,
    Source,
    accept_transfer,
    ask_for_help,
    decline_transfer,
    note_violence,
    propose_transfer,
    receive_intake,
    refuse_intake,
    register_intake,
    register_received,
    send_to_center,
    take_case,
    withdraw_transfer,
)
from cases.models import Case, Intake, IntakeTransfer, Person
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo import texts
from family_support.demo.papers import scan, screenshot
from family_support.demo.stories import Setting
from family_support.demo.time import Story

ADULTS = (20 * 365, 50 * 365)
Ground = IntakeTransfer.Ground
# How offers of an intake end; the last one waits.
ANSWERS = (*(IntakeTransfer.State.values[1:]), "")


def doors_story(setting: Setting, now: datetime) -> Story:
    """What came to one Center through the doors other than its desk, told in the order of time."""
    clerk = setting.actor(Role.INTAKE_CLERK)
    day = setting.diary.at(local_date(now - timedelta(days=6)), hour=9)
    yield day
    spam = _letter(setting, day, said=texts.SPAM)
    yield day + timedelta(hours=1)
    refuse_intake(
        intake=spam,
        kind=Intake.Refusal.SPAM,
        reason=texts.SPAM_REFUSED,
        by=clerk,
        now=day + timedelta(hours=1),
    )
    sent = _from_the_inbox(setting, day + timedelta(hours=2), number=0)
    yield day + timedelta(hours=3)
    registered = register_received(intake=sent, by=clerk, now=day + timedelta(hours=3))
    # The worker who takes it sees what it is about: from then on the clerk finds its number, and nothing else.
    yield day + timedelta(hours=4)
    _understood(registered, by=setting.actor(Role.CASEWORKER), now=day + timedelta(hours=4))
    post = setting.diary.at(local_date(now - timedelta(days=4)), hour=10)
    yield post
    idle = _publication(setting, post)
    yield post + timedelta(hours=1)
    refuse_intake(
        intake=idle,
        kind=Intake.Refusal.NOT_REQUEST,
        reason=texts.POST_REFUSED,
        by=clerk,
        now=post + timedelta(hours=1),
    )
    # In the evening of the day before yesterday: danger, registered the moment it came.
    evening = now - timedelta(days=2)
    evening = evening.astimezone(setting.diary.calendar.tz).replace(hour=21, minute=40)
    yield evening
    _asked(setting, evening, number=1, about=Intake.About.MYSELF, threat=True)
    for number, (hours, about) in enumerate(((40, Intake.About.MINOR), (15, Intake.About.OTHER)), start=2):
        moment = now - timedelta(hours=hours)
        yield moment
        _asked(setting, moment, number=number, about=about)
    moment = now - timedelta(hours=9)
    yield moment
    _from_the_inbox(setting, moment, number=1)
    _letter(setting, moment, said=setting.random.choice(texts.SIGNAL))


def transfer_story(here: Setting, there: Setting, now: datetime, *, answer: str) -> Story:
    """A family that belongs to another Center: offered, and taken over, declined, taken back or waiting."""
    begins = here.diary.at(local_date(now - timedelta(days=5 if answer else 3)), hour=10)
    yield begins
    worker = here.actor(Role.CASEWORKER)
    person = here.people.person(
        born=(begins.date() - timedelta(days=ADULTS[1]), begins.date() - timedelta(days=ADULTS[0])), sex="f"
    )
    intake = register_intake(
        center=here.staffed.center,
        channel=Intake.Channel.CONTACT_CENTER,
        form=Intake.Form.PHONE,
        received_at=begins,
        said=here.random.choice(texts.SAID),
        person=PersonData(
            last_name=person.last_name,
            first_name=person.first_name,
            iin=person.iin,
            phone=person.phone,
            safe_contact=Person.Channel.PHONE,
            district=there.staffed.center.district,
        ),
        by=worker,
        now=begins,
    )
    offered = begins + timedelta(hours=2)
    yield offered
    transfer = propose_transfer(
        intake=intake,
        to_center=there.staffed.center,
        ground=Ground.LIVES_THERE if answer else Ground.MOVED,
        reason=texts.TRANSFER,
        by=worker,
        now=offered,
    )
    if not answer:
        return
    moment = offered + timedelta(hours=3)
    yield moment
    if answer == IntakeTransfer.State.ACCEPTED:
        accept_transfer(transfer=transfer, by=there.actor(Role.DIRECTOR), now=moment)
    elif answer == IntakeTransfer.State.DECLINED:
        reason = texts.TRANSFER_DECLINED
        decline_transfer(transfer=transfer, reason=reason, by=there.actor(Role.DIRECTOR), now=moment)
    else:
        withdraw_transfer(transfer=transfer, by=worker, now=moment)


def _understood(intake: Intake, *, by: Actor, now: datetime) -> None:
    """Signs of violence that the worker hears of when they call back."""
    case = take_case(case=Case.objects.get(pk=intake.case_id), by=by, now=now)
    note_violence(case=case, signs=texts.HEARD, by=by, now=now)


def _nobody_known(setting: Setting, now: datetime) -> PersonData:
    """Somebody of whom only a name and a phone are known."""
    born = (now.date() - timedelta(days=ADULTS[1]), now.date() - timedelta(days=ADULTS[0]))
    person = setting.people.person(born=born, sex=setting.random.choice("fm"))
    return PersonData(
        last_name=person.last_name,
        first_name=person.first_name,
        phone=person.phone,
        no_iin_reason=Person.NoIin.UNKNOWN,
    )


def _letter(setting: Setting, now: datetime, *, said: str) -> Intake:
    number = setting.random.randrange(100, 999)
    return receive_intake(
        center=setting.staffed.center,
        channel=Intake.Channel.BODY,
        form=Intake.Form.LETTER,
        received_at=now,
        said=said,
        sender_agency=setting.staffed.agencies["housing"],
        source=Source(
            letter_number=f"05-11/{number}",
            letter_date=local_date(now) - timedelta(days=2),
            upload=scan("letter"),
        ),
        by=setting.actor(Role.INTAKE_CLERK),
        now=now,
    )


def _publication(setting: Setting, now: datetime) -> Intake:
    return receive_intake(
        center=setting.staffed.center,
        channel=Intake.Channel.MEDIA,
        form=Intake.Form.LINK,
        received_at=now,
        said=texts.POST,
        source=Source(
            link="https://example.kz/news/1024", seen_on=local_date(now), upload=screenshot("post")
        ),
        by=setting.actor(Role.INTAKE_CLERK),
        now=now,
    )


def _from_the_inbox(setting: Setting, now: datetime, *, number: int) -> Intake:
    officer = setting.actors[setting.staffed.officers[setting.staffed.agencies["education"].pk].pk]
    return send_to_center(
        person=_nobody_known(setting, now),
        said=texts.SIGNAL[number % len(texts.SIGNAL)],
        source=Source(upload=scan("note")) if number else Source(),
        by=officer,
        now=now,
    )


def _asked(setting: Setting, now: datetime, *, number: int, about: str, threat: bool = False) -> Intake:
    return ask_for_help(
        center=setting.staffed.center,
        first_name=texts.CALLED[number % len(texts.CALLED)],
        said=texts.ASKED[number % len(texts.ASKED)],
        about=about,
        safe_contact=Person.Channel.MESSAGE,
        phone=f"+770000{setting.staffed.center.pk % 100:02d}{number:03d}",
        safe_contact_note=texts.SAFE_NOTE,
        threat=threat,
        violence=False,
        key=UUID(int=setting.staffed.center.pk * 1000 + number),
        now=now,
    )
