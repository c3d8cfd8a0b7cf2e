"""What may befall a plan in force: amended, ended, declined, not delivered, a consent withdrawn, the year's turn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cases.actions import close_case, record_consent, settle_withdrawal, withdraw_consent
from cases.consent import has_consent
from cases.models import Case, CaseMember, Consent
from family_support.accounts.roles import Role
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.demo import texts
from family_support.demo.papers import scan
from family_support.demo.time import Story
from interagency.actions import (
    assign_tasks,
    create_handoffs,
    decline_task,
    mark_undelivered,
    resend_task,
    send_handoff,
    stop_sharing,
    withdraw_tasks,
)
from interagency.models import Handoff, Task
from ipr.actions import (
    IN_WORK,
    DecisionData,
    amend_plan,
    approve_plan,
    propose_end,
    put_measure,
    start_next_plan,
    terminate_plan,
)
from ipr.actions.content import MeasureData
from ipr.models import Measure, Plan, PlanVersion

if TYPE_CHECKING:
    from family_support.demo.stories import Setting

# What befalls a Center's plans, in turn; most go their way.
KINDS = ("amended", "", "ended", "declined", "", "undelivered", "", "withdrawn", "", "held", "", "")
GROUNDS = (
    (Plan.Termination.REFUSED, Case.Closing.REFUSED),
    (Plan.Termination.DID_NOT_ACT, Case.Closing.DID_NOT_ACT),
    (Plan.Termination.INDIVIDUAL, Case.Closing.INDIVIDUAL),
)


def fate_of_plan(setting: Setting) -> tuple[str, int]:
    """What befalls the next plan of the Center, and for the how-manieth time."""
    turn = next(setting.turns)
    return KINDS[turn % len(KINDS)], turn // len(KINDS)


def tasks_of(version: PlanVersion) -> list[Task]:
    """Open tasks of a version, given to officers where the body has somebody who gives them out."""
    rows = Task.objects.filter(measure__version=version).open().select_related("measure__version", "agency")
    return list(rows.order_by("pk"))


def give_out(setting: Setting, tasks: list[Task], now: datetime) -> None:
    """The administrator of a body gives its tasks to the two officers in turn; some stay with nobody."""
    for task in tasks:
        admin = setting.staffed.admins.get(task.agency_id or 0)
        if admin is None or setting.random.random() < 0.3:
            continue
        officers = [setting.staffed.officers[task.agency_id or 0], *setting.staffed.seconds]
        officer = setting.random.choice(officers)
        assign_tasks(tasks=[task.pk], officer=officer, by=setting.actors[admin.pk], now=now)


def approve(version: PlanVersion, director: Actor, now: datetime) -> PlanVersion:
    """In force and handed off, as the event would do at once."""
    version.refresh_from_db()
    version = approve_plan(version=version, expected_version=version.version, by=director, now=now)
    create_handoffs(version=version, by=SYSTEM, now=now)
    return version


def amend(version: PlanVersion, worker: Actor, now: datetime) -> PlanVersion:
    """A draft in which one body's measure is due later; the others stay."""
    draft = amend_plan(plan=Plan.objects.get(pk=version.plan_id), by=worker, now=now)
    measure = draft.measures.filter(agency__isnull=False).order_by("pk").first()
    if measure is not None and version.ends_on is not None:
        _postpone(draft, measure, worker, now)
    draft.refresh_from_db()
    return draft


def _postpone(draft: PlanVersion, measure: Measure, worker: Actor, now: datetime) -> None:
    last = draft.ends_on or measure.due_on
    data = MeasureData(
        template=measure.template,
        text=measure.text,
        goal=measure.goal,
        purpose=measure.purpose,
        person=measure.person,
        agency=measure.agency,
        service=measure.service,
        starts_on=measure.starts_on,
        due_on=min(measure.due_on + timedelta(days=21), last),
    )
    put_measure(version=draft, data=data, measure=measure, by=worker, now=now)


def end(
    setting: Setting, plan: Plan, turn: int, worker: Actor, now: datetime, *, proposed: bool = True
) -> Story:
    """The caseworker proposes, the director decides; the bodies' tasks are taken back and the case is closed."""
    ground, closing = GROUNDS[turn % len(GROUNDS)]
    director = setting.actor(Role.DIRECTOR)
    plan = Plan.objects.get(pk=plan.pk)
    evidence = texts.EVIDENCE[ground]
    if proposed:
        propose(plan, ground, worker, now)
        now = setting.diary.after(now, setting.late(1, 4))
        yield now
    plan.refresh_from_db()
    plan = terminate_plan(
        plan=plan,
        ground=ground,
        evidence=evidence,
        ended_on=local_date(now),
        decision=DecisionData(f"{10 + turn % 80}-р", local_date(now), texts.DECISION),
        files=[] if proposed else [scan("evidence")],
        expected_version=plan.version,
        by=director,
        now=now,
    )
    withdraw_tasks(plan=plan, by=SYSTEM, now=now)
    now = setting.diary.after(now, 0)
    yield now
    case = Case.objects.get(pk=plan.case_id)
    close_case(case=case, closing=closing, note=evidence, by=director, now=now)


def propose(plan: Plan, ground: Plan.Termination, worker: Actor, now: datetime) -> None:
    """The caseworker's proposal with its paper."""
    propose_end(
        plan=plan,
        ground=ground,
        evidence=texts.EVIDENCE[ground],
        files=[scan("evidence")],
        expected_version=plan.version,
        by=worker,
        now=now,
    )


def say_no(task: Task, officer: Actor, now: datetime) -> None:
    """The body declines its task."""
    decline_task(task=task, reason=texts.DECLINED, expected_version=task.version, by=officer, now=now)


def is_calm(plan: Plan, now: datetime) -> bool:
    """In force with nothing of its end or amendment in work, and with a consent that allows signing."""
    busy = plan.proposals.exists() or plan.versions.filter(state__in=IN_WORK).exists()
    return not busy and has_consent(plan.case, third_parties=True, on=local_date(now))


def decline(setting: Setting, tasks: list[Task], turn: int, worker: Actor, now: datetime) -> Story:
    """One body declines; the Center answers and sends the task again, or has not come to it yet."""
    task = next((each for each in tasks if each.agency_id), None)
    if task is None:
        return
    now = setting.diary.after(now, 1)
    yield now
    task.refresh_from_db()
    officer = setting.actors[setting.staffed.officers[task.agency_id or 0].pk]
    say_no(task, officer, now)
    if turn % 2:
        return
    now = setting.diary.after(now, setting.late(1, 3))
    yield now
    task.refresh_from_db()
    due_on = max(task.due_on, local_date(now) + timedelta(days=7))
    resend_task(
        task=task,
        note=texts.CONVINCED,
        due_on=min(due_on, task.measure.version.ends_on or due_on),
        expected_version=task.version,
        by=worker,
        now=now,
    )


def lose(setting: Setting, version: PlanVersion, turn: int, worker: Actor, now: datetime) -> Story:
    """A part does not arrive and is sent again, or still waits for it."""
    handoff = version.handoffs.filter(state=Handoff.State.SENT).order_by("pk").first()
    if handoff is None:
        return
    now = setting.diary.after(now, 1)
    yield now
    handoff = mark_undelivered(handoff=handoff, reason=texts.NOT_DELIVERED, by=worker, now=now)
    if turn % 2:
        return
    now = setting.diary.after(now, 1)
    yield now
    send_handoff(handoff=handoff, by=worker, now=now)


def withdraw(case: Case, worker: Actor, now: datetime) -> None:
    """The family takes its consents back."""
    for consent in Consent.objects.filter(case=case, state=Consent.State.GIVEN).order_by("pk"):
        withdraw_consent(consent=consent, reason=texts.WITHDRAWN, by=worker, now=now, version=consent.version)


def settle(case: Case, stopped: bool, worker: Actor, now: datetime) -> None:
    """Processing stops, or is refused to stop with the reason."""
    text = texts.STOPPED if stopped else texts.NOT_STOPPED
    for consent in Consent.objects.filter(case=case, state="withdrawn", settled_at__isnull=True).order_by(
        "pk"
    ):
        settle_withdrawal(consent=consent, stopped=stopped, settlement=text, by=worker, now=now)
    if stopped:
        stop_sharing(case=case, by=SYSTEM, now=now)


def consent_again(case: Case, worker: Actor, now: datetime) -> None:
    """The family agrees once more, to the transfer too; what was held goes out."""
    person = case.members.get(relation=CaseMember.Relation.SELF).person
    record_consent(
        case=case,
        person=person,
        given=True,
        signed_on=local_date(now),
        data=Consent.Data.values,
        third_parties=True,
        upload=scan("consent"),
        by=worker,
        now=now,
    )
    for handoff in Handoff.objects.filter(case=case, state=Handoff.State.PENDING).order_by("pk"):
        send_handoff(handoff=handoff, by=worker, now=now)


def next_year(plan: Plan, worker: Actor, now: datetime) -> PlanVersion:
    """The draft of the next period, with what is not done yet."""
    return start_next_plan(plan=Plan.objects.get(pk=plan.pk), carry_over=True, by=worker, now=now)
