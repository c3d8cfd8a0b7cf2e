"""Five quarters of four Centers, lived through in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db.models import F

from family_support.accounts.actors import load_actor
from family_support.accounts.demo import DOMAIN
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.deadlines.sweep import sweep
from family_support.demo import texts
from family_support.demo.organizations import Staffed, make
from family_support.demo.people import People
from family_support.demo.stories import Setting, family_story
from family_support.demo.time import Diary, Story, live
from family_support.directory.models import Agency
from family_support.notifications.actions import mark_all_read
from family_support.notifications.models import Mail
from family_support.outbox.delivery import deliver_due
from family_support.workdays.queries import load_calendar
from monitoring.actions import (
    add_shortcoming,
    open_quarter,
    receive_quarter,
    send_quarter,
    sign_quarter,
    write_conclusion,
)
from monitoring.models import QuarterlyReport
from monitoring.quarters import ALMATY, Quarter

SEED = 20240614
FAMILIES = 300
QUARTERS = 4  # ended ones; the running quarter is the fifth
# Notices of the last days stay unread: a person who signs in finds something to read.
UNREAD = timedelta(days=4)
# Days ago on which every Center surely had an intake: the first stages are never empty.
RECENT = (1, 2, 3, 4, 5, 8)


@dataclass(frozen=True)
class Seeded:
    """What the seeding made; nothing when it was there already."""

    families: int
    steps: int


def seed_demo(now: datetime, families: int = FAMILIES) -> Seeded:
    """Make the demo data up to a moment; on a database that has it, change nothing."""
    if User.objects.filter(email__endswith=f"@{DOMAIN}").exists():
        return Seeded(0, 0)
    quarter = Quarter.of(now.astimezone(ALMATY).date())
    for _number in range(QUARTERS):
        quarter = quarter.previous
    begins = quarter.starts_at
    people = People(SEED)
    with clock.at(begins - timedelta(days=30)):
        staffed = make(people, begins - timedelta(days=30))
    actors = {
        membership.pk: _actor(membership, begins)
        for membership in Membership.objects.filter(user__email__endswith=f"@{DOMAIN}")
    }
    stories: list[Story] = []
    for number, each in enumerate(staffed):
        setting = _setting(each, actors, people, number)
        stories += _families(setting, begins, now, families // len(staffed))
        stories.append(_quarters(setting, quarter, now))
    stories.append(_days(begins, now, list(actors.values())))
    steps = live(stories, now)
    with acting(SYSTEM):
        Mail.objects.filter(sent_at__isnull=True).update(sent_at=F("created_at"), next_attempt_at=None)
    return Seeded(families, steps)


def _actor(membership: Membership, now: datetime) -> Actor:
    actor = load_actor(membership, now)
    if actor is None:
        raise RuntimeError("a demo account is not in force from the beginning")
    return actor


def _setting(staffed: Staffed, actors: dict[int, Actor], people: People, number: int) -> Setting:
    random = Random(SEED + number)  # noqa: S311 - invented data, not secrets
    calendar = load_calendar(center=staffed.center)
    return Setting(staffed, actors, Diary(calendar, random), people, random)


def _families(setting: Setting, begins: datetime, now: datetime, count: int) -> list[Story]:
    """Families that come on working days spread over the whole time, a little denser towards its end."""
    span = (now - begins).days
    recent = [span - back for back in RECENT]
    days = recent + [int(span * setting.random.random() ** 0.85) for _number in range(count - len(recent))]
    starts = (setting.diary.at((begins + timedelta(days=day)).astimezone(ALMATY).date()) for day in days)
    return [family_story(setting, start) for start in starts]


def _days(begins: datetime, now: datetime, actors: list[Actor]) -> Story:
    """What machines do every day: sweep the deadlines, deliver events; and people read their notices in time."""
    day = begins
    read = False
    while day < now:
        day += timedelta(days=1)
        if not read and day > now - UNREAD:
            read = True
            for actor in actors:
                mark_all_read(by=actor, now=day)
        yield day
        sweep(day)
        deliver_due(clock.now)


def _quarters(setting: Setting, first: Quarter, now: datetime) -> Story:
    """Each ended quarter: opened, concluded, signed, sent, received; the last one still waits for its signature here
    and there."""
    quarter = first
    center = setting.staffed.center
    while quarter.ends_at < now:
        moment = setting.diary.after(quarter.ends_at, 1)
        yield moment
        report = open_quarter(center=center, quarter=quarter, by=SYSTEM, now=moment)
        moment = setting.diary.after(moment, setting.late(7, 12, 0.2))
        yield moment
        report = _conclude(setting, report, moment)
        last = quarter.next.ends_at > now
        if last and center.code == "TUR01":
            return
        moment = setting.diary.after(moment, 1)
        yield moment
        director = setting.actor(Role.DIRECTOR)
        report = sign_quarter(report=report, expected_version=report.version, by=director, now=moment)
        if last and center.code == "KAR01":
            return
        report = send_quarter(report=report, expected_version=report.version, by=director, now=moment)
        if not last:
            moment = setting.diary.after(moment, 3)
            yield moment
            receive_quarter(report=report, by=_analyst(setting), now=moment)
        quarter = quarter.next


def _analyst(setting: Setting) -> Actor:
    return next(actor for actor in setting.actors.values() if actor.role == Role.MINISTRY_ANALYST)


def _conclude(setting: Setting, report: QuarterlyReport, now: datetime) -> QuarterlyReport:
    methodologist = setting.actor(Role.METHODOLOGIST)
    wanting = setting.random.choice((0, 1, 2))
    agencies: list[Agency] = list(dict.fromkeys(setting.staffed.agencies.values()))
    for text, proposal in texts.SHORTCOMINGS[:wanting]:
        add_shortcoming(
            report=report,
            agency=setting.random.choice(agencies),
            text=text,
            proposal=proposal,
            by=methodologist,
            now=now,
        )
    report.refresh_from_db()
    return write_conclusion(
        report=report,
        conclusion=texts.CONCLUSION_QUARTER,
        no_shortcomings=wanting == 0,
        expected_version=report.version,
        by=methodologist,
        now=now,
    )
