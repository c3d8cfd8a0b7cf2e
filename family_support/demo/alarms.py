"""Mobile groups of the demo's districts, year after year, and how they answer threats."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo import texts
from family_support.demo.papers import scan
from family_support.demo.time import Story
from family_support.directory.models import Sector
from mobile_groups.actions import (
    MemberData,
    acknowledge_alarm,
    attach_order,
    brief_group,
    close_alarm,
    complete_plan,
    create_group,
    depart,
    engage_group,
    expire_groups,
    mark_measure,
    plan_visit,
    put_group_in_force,
    put_measure,
    put_member,
    put_plan_in_force,
    record_protocol,
    sign_protocol,
    start_plan,
)
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, ResponsePlan, Visit

if TYPE_CHECKING:
    from family_support.demo.stories import Setting

# Who is in the group by name: (sector, name, post); health and internal affairs have accounts.
BY_NAME = (("education", "Серікова Гүлнар Маратқызы", "Социальный педагог"),)
POSTS = {"health": "Участковый терапевт", "internal_affairs": "Участковый инспектор полиции"}


def group_story(setting: Setting, begins: datetime, now: datetime) -> Story:
    """The akim's order of each year: the first as the demo's time does, each next one in December, ahead of its year,
    so that no alarm about New Year is without a group.
    """
    yield begins
    year = local_date(begins).year
    group = _new_group(setting, year, None, begins)
    while (ahead := setting.diary.at(date(year, 12, 20))) <= now:
        yield ahead
        year += 1
        group = _new_group(setting, year, group, ahead)
        turn = datetime(year, 1, 1, 0, 5, tzinfo=ahead.tzinfo)
        yield turn
        # Of the own district only: the other half of the Centers may still live in the old year.
        expire_groups(now=turn, district_id=setting.staffed.center.district_id)


def _new_group(setting: Setting, year: int, copy: MobileGroup | None, now: datetime) -> MobileGroup:
    today = local_date(now)
    coordinator = of_group(setting, Role.COORDINATOR)[0]
    group = create_group(
        year=year,
        order_number=f"{setting.random.randrange(10, 90)}-р",
        order_date=today,
        issued_by=f"Аким: {setting.staffed.center.district.name_ru}",
        copy=copy,
        by=coordinator,
        now=now,
    )
    if copy is None:
        _members(setting, group, coordinator, now)
    attach_order(group=group, upload=scan("Распоряжение акима"), by=coordinator, now=now)
    group.refresh_from_db()
    return put_group_in_force(group=group, expected_version=group.version, by=coordinator, now=now)


def _members(setting: Setting, group: MobileGroup, by: Actor, now: datetime) -> None:
    sectors = {row.code: row for row in Sector.objects.filter(code__in=(*POSTS, "education"))}
    for member in setting.staffed.group:
        agency = member.agency
        code = next(code for code in POSTS if agency and agency.sectors.filter(code=code).exists())
        data = MemberData(sectors[code], membership=member, post=POSTS[code], phone=_phone(setting))
        put_member(group=group, data=data, by=by, now=now)
    for code, name, post in BY_NAME:
        data = MemberData(
            sectors[code],
            agency=setting.staffed.agencies[code],
            name=name,
            post=post,
            phone=_phone(setting),
        )
        put_member(group=group, data=data, by=by, now=now)


def _phone(setting: Setting) -> str:
    return f"+7700{setting.random.randrange(1000000, 9999999)}"


def of_group(setting: Setting, role: Role) -> list[Actor]:
    people: list[Membership] = {
        Role.COORDINATOR: setting.staffed.coordinators,
        Role.GROUP_MEMBER: setting.staffed.group,
    }[role]
    return [setting.actors[each.pk] for each in people]


def respond(setting: Setting, case: Case, now: datetime, *, until: str = Alarm.State.CLOSED) -> Story:
    """From the alarm on: acknowledged, engaged, a plan, a visit, closed; or as far as `until`."""
    alarm = Alarm.objects.filter(case=case).exclude(state=Alarm.State.CLOSED).first()
    if alarm is None or until == Alarm.State.RAISED:
        return
    coordinator = of_group(setting, Role.COORDINATOR)[0]
    member = of_group(setting, Role.GROUP_MEMBER)[0]
    now += timedelta(minutes=setting.random.randrange(4, 50))
    yield now
    alarm = acknowledge_alarm(alarm=alarm, by=member, now=now)
    if until == Alarm.State.ACKNOWLEDGED:
        return
    now += timedelta(minutes=setting.random.randrange(5, 25))
    yield now
    alarm = brief_group(
        alarm=alarm, brief=texts.BRIEF, expected_version=alarm.version, by=coordinator, now=now
    )
    alarm = engage_group(alarm=alarm, expected_version=alarm.version, by=coordinator, now=now)
    now += timedelta(minutes=setting.random.randrange(10, 40))
    yield now
    plan = _plan(setting, alarm, coordinator, now)
    visit = _leave(setting, alarm, member, now)
    now += timedelta(minutes=setting.random.randrange(70, 150))
    yield now
    if until == Alarm.State.ENGAGED:
        return
    _come_back(visit, member, now)
    now = setting.diary.after(now, setting.random.randrange(1, 4))
    yield now
    _finish(plan, coordinator, now)
    alarm = Alarm.objects.get(pk=alarm.pk)
    close_alarm(
        alarm=alarm,
        outcome=Alarm.Outcome.OVER,
        note=texts.DANGER_OVER,
        expected_version=alarm.version,
        by=coordinator,
        now=now,
    )


def _plan(setting: Setting, alarm: Alarm, by: Actor, now: datetime) -> ResponsePlan:
    plan = start_plan(alarm=alarm, goal=texts.RESPONSE_GOAL, by=by, now=now)
    today = local_date(now)
    for days, (sector, text) in enumerate(texts.RESPONSE_MEASURES):
        put_measure(
            plan=plan,
            text=text,
            agency=setting.staffed.agencies[sector],
            due_on=today + timedelta(days=days + 1),
            by=by,
            now=now,
        )
    plan.refresh_from_db()
    return put_plan_in_force(plan=plan, expected_version=plan.version, by=by, now=now)


def _leave(setting: Setting, alarm: Alarm, by: Actor, now: datetime) -> Visit:
    visit = plan_visit(
        alarm=alarm,
        planned_for=now,
        purpose=texts.VISIT_PURPOSE,
        place="У входа в поликлинику, по звонку",
        by=by,
        now=now,
    )
    return depart(visit=visit, departed_at=now, expected_version=visit.version, by=by, now=now)


def _come_back(visit: Visit, by: Actor, now: datetime) -> None:
    sign_protocol(visit=protocol(visit, by, now), by=by, now=now)


def protocol(visit: Visit, by: Actor, now: datetime) -> Visit:
    """The group is back, its protocol not signed yet."""
    own = visit.group.members.select_related("agency").get(membership_id=by.membership_id)
    return record_protocol(
        visit=visit,
        arrived_at=now - timedelta(minutes=45),
        returned_at=now - timedelta(minutes=5),
        members=[own],
        result=Visit.Result.HELPED,
        protocol=texts.VISIT_PROTOCOL,
        expected_version=visit.version,
        by=by,
        now=now,
    )


def _finish(plan: ResponsePlan, by: Actor, now: datetime) -> None:
    for measure in ResponseMeasure.objects.filter(plan=plan):
        mark_measure(
            measure=measure,
            mark=ResponseMeasure.Mark.DONE,
            note=texts.MEASURE_DONE,
            expected_version=measure.version,
            by=by,
            now=now,
        )
    plan.refresh_from_db()
    complete_plan(plan=plan, expected_version=plan.version, by=by, now=now)
