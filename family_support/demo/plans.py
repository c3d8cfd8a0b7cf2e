"""The second half of a story: the plan, its signing and approval, the bodies' work, and the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cases.consent import has_consent
from cases.models import Case, CaseMember, Person
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo import course, texts
from family_support.demo.papers import scan
from family_support.demo.time import Story, together
from family_support.directory.models import Sector
from interagency.actions import accept_task, report_task, review_report
from interagency.models import Review, ServiceNorm, Task
from ipr.actions import (
    IN_WORK,
    change_version,
    complete_plan,
    freeze_version,
    mark_family_measure,
    put_family_measure,
    put_measure,
    put_participant,
    record_signature,
    return_plan,
    rework_plan,
    start_plan,
)
from ipr.actions.content import MeasureData
from ipr.models import FamilyMeasure, Measure, MeasureTemplate, Participant, Plan, PlanVersion, Signature

if TYPE_CHECKING:
    from family_support.demo.stories import Setting

PLAN_DAYS = (90, 120, 180, 240, 300)
# How an executor's work ends up, and how often.
RESULTS = (("done", 90), ("partly", 6), ("not_done", 4))


def plan_of(
    setting: Setting,
    case: Case,
    sectors: list[Sector],
    worker: Actor,
    now: datetime,
    *,
    lasting: bool = False,
) -> Story:
    """From needs to the end of the plan; a lasting one is left in force when all its work is done."""
    now = setting.diary.after(now, setting.late(4, 7))
    yield now
    version = draw_up(setting, Case.objects.get(pk=case.pk), sectors, worker, now)
    now = setting.diary.after(now, setting.late(1, 2))
    yield now
    version = sign(setting, version, worker, now)
    director = setting.actor(Role.DIRECTOR)
    now = setting.diary.after(now, setting.late(2, 5, 0.15))
    yield now
    if setting.random.random() < 0.14:
        return_plan(
            version=version,
            reason=texts.PLAN_RETURNED,
            expected_version=version.version,
            by=director,
            now=now,
        )
        now = setting.diary.after(now, setting.late(2, 5))
        yield now
        version.refresh_from_db()
        version = rework_plan(version=version, expected_version=version.version, by=worker, now=now)
        version = sign(setting, version, worker, now)
        now = setting.diary.after(now, 1)
        yield now
    fate, turn = ("", 0) if lasting else course.fate_of_plan(setting)
    if fate == "held":
        course.withdraw(version.plan.case, worker, now)
    version = course.approve(version, director, now)
    if fate == "amended":
        now = setting.diary.after(now, setting.random.randrange(3, 8))
        yield now
        version = sign(setting, course.amend(version, worker, now), worker, now)
        now = setting.diary.after(now, 1)
        yield now
        version = course.approve(version, director, now)
    elif fate == "ended":
        now = setting.diary.after(now, setting.random.randrange(10, 30))
        yield now
        yield from course.end(setting, version.plan, turn, worker, now)
        return
    elif fate == "declined":
        yield from course.decline(setting, course.tasks_of(version), turn, worker, now)
    elif fate == "undelivered":
        yield from course.lose(setting, version, turn, worker, now)
    elif fate == "held":
        if turn % 2 == 0:
            return
        now = setting.diary.after(now, 3)
        yield now
        course.settle(version.plan.case, False, worker, now)
        course.consent_again(version.plan.case, worker, now)
    elif fate == "withdrawn":
        now = setting.diary.after(now, setting.random.randrange(8, 20))
        yield now
        course.withdraw(version.plan.case, worker, now)
        now = setting.diary.after(now, setting.late(6, 12))
        yield now
        course.settle(version.plan.case, turn % 2 == 0, worker, now)
        if turn % 2 == 0:
            yield from course.end(setting, version.plan, 0, worker, now, proposed=False)
            return
    now = clock.now()
    yield from _carry_out(setting, version, worker, now)
    if lasting:
        return
    yield from _end(setting, version, worker)
    yield from _next_year(setting, version, worker, turn)


def _carry_out(setting: Setting, version: PlanVersion, worker: Actor, now: datetime) -> Story:
    """Every executor's work, and the family's."""
    tasks = [task for task in course.tasks_of(version) if not _waits(task)]
    course.give_out(setting, tasks, now)
    work = [_work(setting, task, worker, now) for task in tasks]
    open_ones = version.family_measures.filter(state=FamilyMeasure.State.PLANNED)
    work += [_own_measure(setting, measure, worker) for measure in open_ones]
    yield from together(work)


def end_of_case(setting: Setting, case: Case, worker: Actor) -> Story:
    """The end of a plan that was left in force."""
    version = PlanVersion.objects.filter(plan__case=case, state=PlanVersion.State.APPROVED).first()
    if version is not None:
        yield from _end(setting, version, worker)


def _waits(task: Task) -> bool:
    """Declined and not settled, or in a part that did not arrive."""
    return task.state == Task.State.DECLINED or (task.handoff is not None and task.handoff.state == "failed")


def _next_year(setting: Setting, version: PlanVersion, worker: Actor, turn: int) -> Story:
    """A plan that is not done when its period ends is followed by the next one, or ended by the director."""
    if version.ends_on is None:
        return
    now = setting.diary.at(version.ends_on - timedelta(days=12))
    yield max(now, setting.diary.after(clock.now(), 1))
    now = clock.now()
    plan = Plan.objects.get(pk=version.plan_id)
    if plan.state != Plan.State.IN_FORCE or plan.versions.filter(state__in=IN_WORK).exists():
        return
    way = next(setting.years) % 3
    if not has_consent(plan.case, third_parties=True, on=local_date(now)) or way == 0:
        return
    if way == 1:
        yield from course.end(setting, plan, turn + 1, worker, now)
        return
    draft = course.next_year(plan, worker, now)
    if not draft.measures.exists():
        return
    if not draft.family_measures.exists():
        put_family_measure(
            version=draft,
            text=setting.random.choice(texts.FAMILY_MEASURES),
            person=plan.case.members.get(relation=CaseMember.Relation.SELF).person,
            starts_on=draft.starts_on,
            due_on=(draft.starts_on or local_date(now)) + timedelta(days=40),
            by=worker,
            now=now,
        )
        draft.refresh_from_db()
    following = sign(setting, draft, worker, now)
    now = setting.diary.after(now, 1)
    yield now
    following = course.approve(following, setting.actor(Role.DIRECTOR), now)
    yield from _carry_out(setting, following, worker, now)
    yield from _end(setting, following, worker)


def draw_up(setting: Setting, case: Case, sectors: list[Sector], worker: Actor, now: datetime) -> PlanVersion:
    """The draft of a plan for what the family needs."""
    today = local_date(now)
    applicant = case.members.select_related("person").get(relation=CaseMember.Relation.SELF).person
    children = [
        member.person
        for member in case.members.select_related("person").filter(relation=CaseMember.Relation.CHILD)
    ]
    version = start_plan(case=case, by=worker, now=now)
    version = change_version(
        version=version,
        starts_on=today,
        ends_on=today + timedelta(days=setting.random.choice(PLAN_DAYS)),
        goal=setting.random.choice(texts.GOAL),
        expected_version=version.version,
        by=worker,
        now=now,
    )
    for sector in sectors:
        concerned = setting.random.choice(children) if children and sector.code == "education" else applicant
        _measure(setting, version, sector, concerned, today, worker, now)
    if setting.random.random() < 0.3:
        _measure(setting, version, sectors[0], applicant, today, worker, now, by_center=True)
    put_family_measure(
        version=version,
        text=setting.random.choice(texts.FAMILY_MEASURES),
        person=applicant,
        starts_on=today,
        due_on=today + timedelta(days=setting.random.randrange(30, 70)),
        by=worker,
        now=now,
    )
    psychologist = setting.staffed.first(Role.PSYCHOLOGIST)
    put_participant(
        version=version,
        name=psychologist.user.full_name,
        specialty=Participant.Specialty.PSYCHOLOGIST,
        organization=setting.staffed.center.name_ru,
        by=worker,
        now=now,
    )
    version.refresh_from_db()
    return version


def _measure(
    setting: Setting,
    version: PlanVersion,
    sector: Sector,
    person: Person,
    today: date,
    worker: Actor,
    now: datetime,
    *,
    by_center: bool = False,
) -> None:
    template = setting.random.choice(list(MeasureTemplate.objects.in_force(today).filter(sector=sector)))
    put_measure(
        version=version,
        data=MeasureData(
            template=template,
            text=template.name_ru,
            goal=texts.MEASURE_GOAL,
            person=person,
            starts_on=today,
            due_on=today + timedelta(days=setting.random.randrange(14, 75)),
            agency=None if by_center else setting.staffed.agencies[sector.code],
            by_center=by_center,
            purpose=setting.random.choice(Measure.Purpose.values),
            service=template.service,
        ),
        by=worker,
        now=now,
    )


def sign(setting: Setting, version: PlanVersion, worker: Actor, now: datetime) -> PlanVersion:
    """Frozen and signed by both sides: with the director."""
    version = freeze_version(version=version, expected_version=version.version, by=worker, now=now)
    applicant = version.plan.case.members.get(relation=CaseMember.Relation.SELF).person
    signed: dict[str, Any] = {"version": version, "signed_on": local_date(now), "by": worker, "now": now}
    center = Membership.objects.get(pk=worker.membership_id)
    record_signature(party=Signature.Party.CENTER, membership=center, upload=scan("signature"), **signed)
    record_signature(party=Signature.Party.FAMILY, person=applicant, upload=scan("signature"), **signed)
    version.refresh_from_db()
    return version


def _work(setting: Setting, task: Task, worker: Actor, sent: datetime) -> Story:
    """One executor's task: accepted, reported around its due date, checked, now and then returned."""
    executor = executor_of(setting, task, worker)
    now = sent
    if task.agency_id:
        now = setting.diary.after(now, setting.late(2, 6))
        yield now
        task.refresh_from_db()
        accept_task(task=task, expected_version=task.version, by=executor, now=now)
    result = setting.random.choices([code for code, _ in RESULTS], [weight for _, weight in RESULTS])[0]
    rounds = 2 if setting.random.random() < 0.12 else 1
    for turn in range(1, rounds + 1):
        task.refresh_from_db()
        now = max(_report_moment(setting, task), setting.diary.after(now, 1))
        yield now
        report(setting, task, executor, result, now)
        now = setting.diary.after(now, setting.late(2, 4))
        yield now
        returned = turn < rounds and local_date(now) + timedelta(days=7) < task.measure.version.ends_on
        breach = returned and next(setting.reports) % 2 == 0
        review(task, worker, result, returned, now, breach=breach)
        if not returned:
            return


def executor_of(setting: Setting, task: Task, worker: Actor) -> Actor:
    """The officer of the body, or the case manager where the Center does it itself."""
    return setting.actors[setting.staffed.officers[task.agency_id].pk] if task.agency_id else worker


def _report_moment(setting: Setting, task: Task) -> datetime:
    """Mostly some days before the due date, now and then after it."""
    days = (
        setting.random.randrange(2, 9) if setting.random.random() < 0.14 else -setting.random.randrange(0, 12)
    )
    return setting.diary.at(task.due_on + timedelta(days=days))


def report(setting: Setting, task: Task, executor: Actor, result: str, now: datetime) -> None:
    """What the executor writes of it."""
    task.refresh_from_db()
    report_task(
        task=task,
        result=result,
        text=setting.random.choice(texts.REPORTS[result]),
        provided_on=local_date(now) if result == "done" else None,
        lowered_risks=texts.LOWERED if result == "done" and setting.random.random() < 0.4 else "",
        files=[scan("report")] if setting.random.random() < 0.2 else [],
        expected_version=task.version,
        by=executor,
        now=now,
    )


def review(
    task: Task, worker: Actor, result: str, returned: bool, now: datetime, *, breach: bool = False
) -> None:
    """Accepted as it was told, or returned: for a gap, or with the norm that was breached."""
    task.refresh_from_db()
    breach = returned and breach
    review_report(
        task=task,
        mark=Review.Mark.RETURNED if returned else Review.Mark(result),
        ground=""
        if not returned
        else Review.ReturnGround.BREACH
        if breach
        else Review.ReturnGround.INCOMPLETE,
        service_norm=ServiceNorm.objects.get(code="88V-RULES") if breach else None,
        norm=texts.BREACH if breach else "",
        reason=texts.RETURNED if returned else "",
        new_due_on=local_date(now) + timedelta(days=7) if returned else None,
        expected_version=task.version,
        by=worker,
        now=now,
    )


def _own_measure(setting: Setting, measure: FamilyMeasure, worker: Actor) -> Story:
    now = setting.diary.at(measure.due_on - timedelta(days=setting.random.randrange(0, 5)))
    yield now
    measure.refresh_from_db()
    mark = FamilyMeasure.State.DONE if setting.random.random() < 0.93 else FamilyMeasure.State.PARTLY
    mark_family_measure(
        measure=measure,
        mark=mark,
        evidence=texts.LOWERED,
        expected_version=measure.version,
        by=worker,
        now=now,
    )


def _end(setting: Setting, version: PlanVersion, worker: Actor) -> Iterator[datetime]:
    """All done: the completion mark within a working day, now and then later."""
    now = setting.diary.after(clock.now(), setting.late(1, 3))
    yield now
    plan = Plan.objects.get(pk=version.plan_id)
    if plan.state != Plan.State.IN_FORCE:
        return
    tasks = Task.objects.filter(measure__version=version)
    undone = tasks.exclude(state__in=(Task.State.DONE, Task.State.WITHDRAWN)).exists()
    family_done = not version.family_measures.exclude(state=FamilyMeasure.State.DONE).exists()
    if not undone and family_done:
        complete_plan(
            plan=plan, completed_on=local_date(now), expected_version=plan.version, by=worker, now=now
        )


def waiting_now(setting: Setting, now: datetime) -> None:
    """What waits for somebody on the last day: a proposed end and an amendment with the director, a declined task."""
    rows = Plan.objects.filter(case__center=setting.staffed.center, state=Plan.State.IN_FORCE)
    plans = [each for each in rows.select_related("case").order_by("-pk") if course.is_calm(each, now)]
    for plan, step in zip(plans, (_propose, _amend, _decline), strict=False):
        step(setting, plan, setting.actors[plan.case.lead_id or 0], now)


def _propose(setting: Setting, plan: Plan, worker: Actor, now: datetime) -> None:
    course.propose(plan, Plan.Termination.DID_NOT_ACT, worker, now)


def _amend(setting: Setting, plan: Plan, worker: Actor, now: datetime) -> None:
    version = plan.versions.get(state=PlanVersion.State.APPROVED)
    sign(setting, course.amend(version, worker, now), worker, now)


def _decline(setting: Setting, plan: Plan, worker: Actor, now: datetime) -> None:
    version = plan.versions.get(state=PlanVersion.State.APPROVED)
    task = next((each for each in course.tasks_of(version) if each.state == Task.State.SENT), None)
    if task is not None and task.agency_id:
        officer = setting.actors[setting.staffed.officers[task.agency_id].pk]
        course.say_no(task, officer, now)
