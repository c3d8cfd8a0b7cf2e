"""What ordinary stories rarely come to, told once at each Center: no state of any machine is missing from a demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from assessments.actions import start_assessment
from assessments.models import Assessment
from cases.actions import ask_consent, record_consent
from cases.models import Case, CaseMember, Intake, Threat
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo import course, plans, texts
from family_support.demo.alarms import of_group, protocol
from family_support.demo.papers import scan
from family_support.demo.people import family_pairs
from family_support.demo.stories import (
    Fate,
    Setting,
    conclude,
    family_and_consent,
    needs_of,
    register,
    write_draft,
)
from family_support.demo.time import Story
from interagency.actions import accept_task
from interagency.models import Task
from ipr.actions import complete_plan, discard_version, freeze_version, mark_family_measure, return_plan
from ipr.models import FamilyMeasure, Plan, PlanVersion
from mobile_groups.actions import (
    attach_order,
    cancel_plan,
    cancel_visit,
    create_group,
    depart,
    plan_early_visit,
    plan_visit,
    put_group_in_force,
    start_plan,
)
from mobile_groups.models import Alarm, MobileGroup

CALM = Fate("plan", Intake.Channel.SELF, threat=False, violence=False)
# How far the first plans of a demo are brought, all of them in the last weeks.
AMENDED, ENDED, UNDELIVERED, HELD = "amended", "ended", "undelivered", "held"
DRAFT, SIGNING, SUBMITTED, RETURNED = "draft", "signing", "submitted", "returned"
KEPT_AT = (DRAFT, SIGNING, SUBMITTED, RETURNED)
TURNS = (AMENDED, ENDED, UNDELIVERED, HELD)
RESULTS = ("done", "partly", "not_done", "reported", "returned", "accepted", "sent")


def rare_stories(setting: Setting, now: datetime) -> list[Story]:
    """Beside the ordinary stories of a Center."""
    return [
        _consents(setting, now),
        _visits(setting, now),
        _plan_of_a_response(setting, now),
        _new_orders(setting, now),
        _assessed_twice(setting, now),
        *(_plan_kept_at(setting, state, now) for state in KEPT_AT),
        *(_turn_of_a_plan(setting, turn, now) for turn in TURNS),
        *(_work_of_a_body(setting, result, now) for result in RESULTS),
    ]


def _came(setting: Setting, now: datetime) -> tuple[Case, Actor]:
    """A family that came by itself; its case manager."""
    worker = setting.actor(Role.CASEWORKER)
    person = setting.people.person(
        born=(now.date() - timedelta(days=50 * 365), now.date() - timedelta(days=24 * 365)),
        sex="f",
        family=setting.random.choice(family_pairs()),
    )
    return Case.objects.get(pk=register(setting, CALM, person, worker, now).case_id), worker


def _assessed(setting: Setting, case: Case, worker: Actor, now: datetime) -> Assessment:
    return conclude(setting, CALM, write_draft(setting, CALM, case, worker, now), True, worker, now)


def _planned(setting: Setting, now: datetime) -> tuple[PlanVersion, Actor]:
    """A family that came, agreed and was assessed within the day, with the draft of its plan."""
    case, worker = _came(setting, now)
    family_and_consent(setting, case, setting.random.choice(family_pairs()), worker, now)
    _assessed(setting, case, worker, now)
    sectors = needs_of(setting, case, worker, now)
    return plans.draw_up(setting, Case.objects.get(pk=case.pk), sectors, worker, now), worker


def _self(case: Case) -> Any:
    return case.members.select_related("person").get(relation=CaseMember.Relation.SELF).person


def _agrees(case: Case, worker: Actor, moment: datetime, **more: Any) -> None:
    data = ["identity", "contact"]
    given: dict[str, Any] = {"signed_on": local_date(moment), "data": data, "upload": scan("consent"), **more}
    record_consent(case=case, person=_self(case), given=True, by=worker, now=moment, **given)


def _consents(setting: Setting, now: datetime) -> Story:
    """One person has been asked and thinks it over; another's consent was given for a week and has run out; a third
    agreed later that bodies are told too."""
    moment = setting.diary.at(local_date(now - timedelta(days=12)), hour=10)
    yield moment
    case, worker = _came(setting, moment)
    _agrees(case, worker, moment, valid_until=local_date(moment) + timedelta(days=7))
    grows, worker = _came(setting, moment)
    _agrees(grows, worker, moment)
    moment = setting.diary.at(local_date(now - timedelta(days=2)), hour=11)
    yield moment
    _agrees(grows, worker, moment, third_parties=True)
    case, worker = _came(setting, moment)
    ask_consent(case=case, person=_self(case), by=worker, now=moment)
    case, worker = _came(setting, moment)
    record_consent(case=case, person=_self(case), given=False, reason=texts.REFUSED, by=worker, now=moment)


def _visits(setting: Setting, now: datetime) -> Story:
    """Without a threat: one whose protocol waits for its signature, one that falls away, one still ahead."""
    moment = setting.diary.at(local_date(now - timedelta(days=6)), hour=10)
    yield moment
    case, worker = _came(setting, moment)
    member = of_group(setting, Role.GROUP_MEMBER)[0]
    given: dict[str, Any] = {"purpose": texts.EARLY_VISIT, "by": worker}
    visit = plan_early_visit(case=case, planned_for=moment + timedelta(hours=3), now=moment, **given)
    left = moment + timedelta(hours=3)
    yield left
    visit = depart(visit=visit, departed_at=left, expected_version=visit.version, by=member, now=left)
    back = left + timedelta(hours=2)
    yield back
    protocol(visit, member, back)
    moment = setting.diary.at(local_date(now - timedelta(days=1)), hour=10)
    yield moment
    off = plan_early_visit(case=case, planned_for=moment + timedelta(days=1), now=moment, **given)
    cancel_visit(visit=off, reason=texts.VISIT_OFF, expected_version=off.version, by=worker, now=moment)
    plan_early_visit(case=case, planned_for=now + timedelta(days=1), now=moment, **given)


def _plan_of_a_response(setting: Setting, now: datetime) -> Story:
    """A first response plan is given up, the next one is a draft."""
    moment = now - timedelta(hours=4)
    yield moment
    threats = Threat.objects.open().filter(case__center=setting.staffed.center)
    alarm = (
        Alarm.objects.filter(state=Alarm.State.ACKNOWLEDGED, threat__in=threats, group__isnull=False)
        .order_by("pk")
        .first()
    )
    if alarm is None:
        return
    by = of_group(setting, Role.COORDINATOR)[0]
    plan = start_plan(alarm=alarm, goal=texts.RESPONSE_GOAL, by=by, now=moment)
    plan.refresh_from_db()
    cancel_plan(plan=plan, reason=texts.RESPONSE_ANEW, expected_version=plan.version, by=by, now=moment)
    start_plan(alarm=alarm, goal=texts.RESPONSE_GOAL, by=by, now=moment)
    plan_visit(alarm=alarm, planned_for=now, purpose=texts.VISIT_PURPOSE, by=by, now=moment)


def _new_orders(setting: Setting, now: datetime) -> Story:
    """A new order of the year takes the place of the first; next year's is being prepared."""
    moment = setting.diary.at(local_date(now - timedelta(days=40)), hour=9)
    yield moment
    coordinator = of_group(setting, Role.COORDINATOR)[0]
    today = local_date(moment)
    rows = MobileGroup.objects.filter(district=setting.staffed.center.district, year=today.year)
    group = rows.filter(state=MobileGroup.State.IN_FORCE).first()
    if group is not None:
        given: dict[str, Any] = {
            "issued_by": group.issued_by,
            "copy": group,
            "by": coordinator,
            "now": moment,
        }
        anew = create_group(year=today.year, order_number="97-р", order_date=today, **given)
        attach_order(group=anew, upload=scan("Распоряжение акима"), by=coordinator, now=moment)
        anew.refresh_from_db()
        group = put_group_in_force(group=anew, expected_version=anew.version, by=coordinator, now=moment)
    moment = setting.diary.at(local_date(now - timedelta(days=1)), hour=9)
    yield moment
    create_group(year=local_date(moment).year + 1, copy=group, by=coordinator, now=moment)


def _assessed_twice(setting: Setting, now: datetime) -> Story:
    """The situation has changed: a newer assessment takes the place of the first."""
    moment = setting.diary.at(local_date(now - timedelta(days=20)), hour=10)
    yield moment
    case, worker = _came(setting, moment)
    family_and_consent(setting, case, setting.random.choice(family_pairs()), worker, moment)
    _assessed(setting, case, worker, moment)
    moment = setting.diary.at(local_date(now - timedelta(days=9)), hour=10)
    yield moment
    _assessed(setting, Case.objects.get(pk=case.pk), worker, moment)
    moment = setting.diary.at(local_date(now - timedelta(days=2)), hour=10)
    yield moment
    case, worker = _came(setting, moment)
    family_and_consent(setting, case, setting.random.choice(family_pairs()), worker, moment)
    start_assessment(case=Case.objects.get(pk=case.pk), by=worker, now=moment)


def _plan_kept_at(setting: Setting, state: str, now: datetime) -> Story:
    """A plan of the last days that has come so far and no further."""
    moment = setting.diary.at(local_date(now - timedelta(days=3)), hour=10)
    yield moment
    version, worker = _planned(setting, moment)
    if state == SIGNING:
        freeze_version(version=version, expected_version=version.version, by=worker, now=moment)
    if state in (SUBMITTED, RETURNED):
        version = plans.sign(setting, version, worker, moment)
    if state == RETURNED:
        director = setting.actor(Role.DIRECTOR)
        reason = texts.PLAN_RETURNED
        return_plan(version=version, reason=reason, expected_version=version.version, by=director, now=moment)


def _turn_of_a_plan(setting: Setting, turn: str, now: datetime) -> Story:
    """What befalls a plan of three weeks ago: amended, ended by the director, not delivered, held without consent."""
    moment = setting.diary.at(local_date(now - timedelta(days=21)), hour=10)
    yield moment
    version, worker = _planned(setting, moment)
    version = plans.sign(setting, version, worker, moment)
    if turn == HELD:
        course.withdraw(version.plan.case, worker, moment)
    director = setting.actor(Role.DIRECTOR)
    version = course.approve(version, director, moment)
    if turn == UNDELIVERED:
        yield from course.lose(setting, version, 1, worker, moment)
    elif turn != HELD:
        moment = setting.diary.after(moment, 3)
        yield moment
        if turn == AMENDED:
            draft = plans.sign(setting, course.amend(version, worker, moment), worker, moment)
            course.approve(draft, director, moment)
        else:
            yield from course.end(setting, version.plan, next(setting.turns), worker, moment)


def _work_of_a_body(setting: Setting, result: str, now: datetime) -> Story:
    """A plan of a month ago whose tasks of bodies, and the family's measure, all stand the same way."""
    moment = setting.diary.at(local_date(now - timedelta(days=30)), hour=10)
    yield moment
    version, worker = _planned(setting, moment)
    version = plans.sign(setting, version, worker, moment)
    version = course.approve(version, setting.actor(Role.DIRECTOR), moment)
    tasks = course.tasks_of(version)
    if result == Task.State.SENT:
        _give_up_an_amendment(version, worker, moment)
        return
    moment = setting.diary.after(moment, 2)
    yield moment
    for task in (each for each in tasks if each.agency_id):
        accept_task(
            task=task, expected_version=task.version, by=plans.executor_of(setting, task, worker), now=moment
        )
    if result == Task.State.ACCEPTED:
        return
    told = result if result in ("partly", "not_done") else "done"
    moment = setting.diary.after(moment, 5)
    yield moment
    for task in tasks:
        plans.report(setting, task, plans.executor_of(setting, task, worker), told, moment)
    if result == Task.State.REPORTED:
        return
    moment = setting.diary.after(moment, 1)
    yield moment
    for number, task in enumerate(tasks):
        plans.review(task, worker, told, result == Task.State.RETURNED, moment, breach=bool(number % 2))
    if result in (FamilyMeasure.State.DONE, FamilyMeasure.State.PARTLY, FamilyMeasure.State.NOT_DONE):
        for measure in version.family_measures.filter(state=FamilyMeasure.State.PLANNED):
            mark_family_measure(
                measure=measure,
                mark=result,
                evidence=texts.REPORTS[result][0],
                expected_version=measure.version,
                by=worker,
                now=moment,
            )
    if result == FamilyMeasure.State.DONE:
        moment = setting.diary.after(moment, 1)
        yield moment
        plan = Plan.objects.get(pk=version.plan_id)
        today = local_date(moment)
        complete_plan(plan=plan, completed_on=today, expected_version=plan.version, by=worker, now=moment)


def _give_up_an_amendment(version: PlanVersion, worker: Actor, now: datetime) -> None:
    """An amendment was begun and thrown away: the version in force stays as it is."""
    draft = course.amend(version, worker, now)
    discard_version(
        version=draft, reason=texts.AMENDMENT_OFF, expected_version=draft.version, by=worker, now=now
    )
