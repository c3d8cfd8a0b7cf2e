"""Five quarters of four Centers, lived through in the order of time."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db import connections

from cases.actions import expire_consents
from family_support.accounts.actors import load_actor
from family_support.accounts.demo import DOMAIN
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.deadlines.sweep import sweep
from family_support.demo import texts
from family_support.demo.absence import absence_story
from family_support.demo.alarms import group_story
from family_support.demo.doors import ANSWERS, doors_story, transfer_story
from family_support.demo.glass import beside_the_product, glass_story, role_asked
from family_support.demo.keeping import keep_and_give
from family_support.demo.machines import machine_story, make_machines
from family_support.demo.ministry import change_reference
from family_support.demo.notices import settle_mail
from family_support.demo.organizations import Staffed, make
from family_support.demo.people import People
from family_support.demo.plans import waiting_now
from family_support.demo.rare import rare_stories
from family_support.demo.shelter import stays
from family_support.demo.staffing import staffing_story
from family_support.demo.stories import THREATS, Setting, family_story, threat_story
from family_support.demo.time import Diary, Story, live
from family_support.demo.unit import decide_proposals, late_entry, unit_story
from family_support.directory.models import Agency
from family_support.outbox.delivery import deliver_due
from family_support.outbox.models import Delivery, DeliveryState
from family_support.workdays.queries import load_calendar
from interagency.digests import send_digests
from monitoring.actions import (
    add_shortcoming,
    draw_up_roundups,
    open_quarter,
    receive_quarter,
    send_quarter,
    sign_quarter,
    write_conclusion,
)
from monitoring.models import QuarterlyReport
from monitoring.quarters import ALMATY, Quarter
from monitoring.queries import sent_and_awaited

SEED = 20240614
FAMILIES = 300
# One a core of the smallest machine we know.
PROCESSES = 2
QUARTERS = 4  # ended ones; the running quarter is the fifth
# What happened in the last days is told at the end: a person who signs in finds something to read.
UNREAD = timedelta(days=4)
# Where a call about a threat came in this very day.
URGENT_AT = "AST01"
# Days ago on which every Center surely had an intake: the first stages are never empty.
# Each Center begins elsewhere in the fates of plans: a small demo shows most of them too.
TURNS = 3
RECENT = (1, 2, 3, 4, 5, 8)


@dataclass(frozen=True)
class Seeded:
    """What the seeding made; nothing when it was there already."""

    families: int
    centers: int = 0


def seed_demo(now: datetime, families: int = FAMILIES, *, halves: int = PROCESSES) -> Seeded:
    """Make the demo data up to a moment; on a database that has it, change nothing.

    Centers meet only those of their half, so that each half is lived through in a process of its own, or stays empty.
    """
    if User.objects.filter(email__endswith=f"@{DOMAIN}").exists():
        return Seeded(0)
    quarter = Quarter.of(now.astimezone(ALMATY).date())
    for _number in range(QUARTERS):
        quarter = quarter.previous
    before = quarter.starts_at - timedelta(days=30)
    with clock.at(before):
        staffed = make(People(SEED), before)
        make_machines(before)
    settings = [_setting(each, number, quarter.starts_at) for number, each in enumerate(staffed)]
    living = [settings[place::PROCESSES] for place in range(halves)]
    each = families // sum(map(len, living))
    _side_by_side([(half, quarter, now, each) for half in living])
    change_reference(now)
    keep_and_give(now)
    _present(now)
    return Seeded(families, sum(map(len, living)))


def _side_by_side(works: list[tuple[list[Setting], Quarter, datetime, int]]) -> None:
    """Live through each part in a forked process. Errors: RuntimeError when one of them failed."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=_live, args=work) for work in works]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("the demo data could not be made: see the error above")


def _live(settings: list[Setting], first: Quarter, now: datetime, families: int) -> None:
    stories: list[Story] = []
    for setting in settings:
        # The group is there before the first family comes.
        stories.append(group_story(setting, first.starts_at, now))
        stories += _families(setting, first.starts_at, now, families)
        stories += [threat_story(setting, state, now) for state in THREATS]
        stories.append(_quarters(setting, first, now))
        stories.append(unit_story(setting, first, now))
        stories.append(staffing_story(setting, first))
        stories.append(doors_story(setting, now))
        stories.append(absence_story(setting, now))
        stories.append(glass_story(setting, now))
        stories.append(machine_story(setting, now, urgent=setting.staffed.center.code == URGENT_AT))
        stories += stays(setting, first.starts_at, now)
    # One Center of each half has them: what is rare need not be everywhere, and costs a quarter of the filling.
    stories += rare_stories(settings[0], now)
    for here, there in ((settings[0], settings[-1]), (settings[-1], settings[0])):
        if here is not there:
            stories += [transfer_story(here, there, now, answer=answer) for answer in ANSWERS]
    live(stories, now)
    for setting in settings:
        yesterday = setting.diary.at((now - timedelta(days=1)).astimezone(ALMATY).date())
        moment = min(yesterday, now)
        with clock.at(moment):
            waiting_now(setting, moment)


def _present(now: datetime) -> None:
    """The machines wake up: what is long past is told to nobody; the last days' events are delivered, levels swept."""
    past = Delivery.objects.pending().filter(event__created_at__lt=now - UNREAD)
    past.update(state=DeliveryState.DONE, done_at=now)
    deliver_due(clock.now)
    expire_consents(now=now)
    sweep(now)
    beside_the_product()
    role_asked(now)
    deliver_due(clock.now)
    _roundups(now)
    send_digests(now)
    settle_mail(now)


def _roundups(now: datetime) -> None:
    """Every quarter that all Centers have sent is added up for regions and country."""
    quarter = Quarter.of(now.astimezone(ALMATY).date()).previous
    for _number in range(QUARTERS):
        sent, awaited = sent_and_awaited(quarter)
        if sent and not awaited:
            with clock.at(now):
                draw_up_roundups(quarter=quarter, by=SYSTEM, now=now)
        quarter = quarter.previous


def _actor(membership: Membership, now: datetime) -> Actor:
    actor = load_actor(membership, now)
    if actor is None:
        raise RuntimeError("a demo account is not in force from the beginning")
    return actor


def _setting(staffed: Staffed, number: int, begins: datetime) -> Setting:
    random = Random(SEED + number)  # noqa: S311 - invented data, not secrets
    calendar = load_calendar(center=staffed.center)
    members = [member for members in staffed.people.values() for member in members]
    outside = (
        *staffed.officers.values(),
        *staffed.admins.values(),
        *staffed.seconds,
        *staffed.coordinators,
        *staffed.group,
    )
    actors = {member.pk: _actor(member, begins) for member in (*members, *outside)}
    turns = count(number * TURNS)
    return Setting(staffed, actors, Diary(calendar, random), People(SEED, number + 1), random, turns)


def _families(setting: Setting, begins: datetime, now: datetime, count: int) -> list[Story]:
    """Families that come on working days spread over the whole time, a little denser towards its end."""
    span = (now - begins).days
    recent = [span - back for back in RECENT[:count]]
    days = recent + [int(span * setting.random.random() ** 0.85) for _number in range(count - len(recent))]
    starts = (setting.diary.at((begins + timedelta(days=day)).astimezone(ALMATY).date()) for day in days)
    return [family_story(setting, start) for start in starts]


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
        last = quarter.next.ends_at > now
        report = _conclude(setting, report, moment, last=last)
        if last and center.code == "AST01":
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
            report = receive_quarter(report=report, by=_analyst(moment), now=moment)
            if quarter == first:
                yield from late_entry(setting, report, quarter, moment)
        quarter = quarter.next


def _analyst(now: datetime) -> Actor:
    return _actor(Membership.objects.get(role=Role.MINISTRY_ANALYST, user__email__endswith=f"@{DOMAIN}"), now)


def _conclude(setting: Setting, report: QuarterlyReport, now: datetime, *, last: bool) -> QuarterlyReport:
    methodologist = setting.actor(Role.METHODOLOGIST)
    taken = decide_proposals(setting, report, now, open_left=2 if last else 0)
    wanting = 0 if taken else setting.random.choice((0, 1, 2))
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
        no_shortcomings=not wanting and not taken,
        expected_version=report.version,
        by=methodologist,
        now=now,
    )
