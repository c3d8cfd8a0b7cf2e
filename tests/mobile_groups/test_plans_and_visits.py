"""Response plans and visits: every step in every state for every role, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from mobile_groups import actions, handlers
from mobile_groups.models import ResponseMeasure, ResponsePlan, Visit
from tests.cases.undoing import undone
from tests.factories import NOON, a_membership, actor_for
from tests.mobile_groups.samples import (
    District,
    a_district_with_bodies,
    a_plan,
    a_ready_district,
    a_visit,
    actors,
    an_alarm,
    bar,
    fresh,
    mark,
    write_protocol,
)
from tests.plans import PDF

pytestmark = pytest.mark.django_db
Plan, State = ResponsePlan.State, Visit.State
COMMAND = {Role.COORDINATOR, Role.DIRECTOR}
HOUR = timedelta(hours=1)


# --- Response plan -----------------------------------------------------------------------------------------------
def _put(plan: ResponsePlan, by: Actor, **changes: Any) -> ResponseMeasure:
    given: dict[str, Any] = {
        "text": "Охрана",
        "agency": plan.measures.all()[0].agency if plan.measures.exists() else None,
        "due_on": local_date(NOON),
        **changes,
    }
    return actions.put_measure(plan=plan, by=by, now=NOON, **given)


PlanStep = Callable[[ResponsePlan, Actor], object]
PLAN_STEPS: dict[str, PlanStep] = {
    "add": lambda plan, by: _put(plan, by),
    "edit": lambda plan, by: _put(plan, by, measure=plan.measures.all()[0]),
    "remove": lambda plan, by: actions.remove_measure(measure=plan.measures.all()[0], by=by, now=NOON),
    "in force": lambda plan, by: actions.put_plan_in_force(
        plan=plan, expected_version=plan.version, by=by, now=NOON
    ),
    "mark": lambda plan, by: mark(plan.measures.all()[0], by),
    "complete": lambda plan, by: actions.complete_plan(
        plan=plan, expected_version=plan.version, by=by, now=NOON
    ),
    "cancel": lambda plan, by: actions.cancel_plan(
        plan=plan, reason="Отпало", expected_version=plan.version, by=by, now=NOON
    ),
}
DRAFTING = COMMAND | {Role.CASEWORKER}
# The measure in question is of the health body, where the officer and the member are.
PLAN_MAY = {
    "add": DRAFTING,
    "edit": DRAFTING,
    "remove": DRAFTING,
    "in force": COMMAND,
    "mark": COMMAND | {Role.GROUP_MEMBER, Role.AGENCY_OFFICER},
    "complete": COMMAND,
    "cancel": COMMAND,
}
PLAN_FROM = {
    "add": {Plan.DRAFT, Plan.IN_FORCE},
    "edit": {Plan.DRAFT},
    "remove": {Plan.DRAFT},
    "in force": {Plan.DRAFT},
    "mark": {Plan.IN_FORCE},
    "complete": {Plan.IN_FORCE},
    "cancel": {Plan.DRAFT, Plan.IN_FORCE},
}


@pytest.mark.parametrize("state", Plan.values)
def test_every_step_of_a_plan_in_every_state_for_every_role(state: str) -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there, "engaged"), state)
    if state == Plan.IN_FORCE:
        mark(plan.measures.get(), there.coordinator)
    people = actors(there)
    for role, by in people.items():
        for name, step in PLAN_STEPS.items():
            allowed = role in PLAN_MAY[name] and state in PLAN_FROM[name]
            if name == "add" and state == Plan.IN_FORCE:
                allowed = role in COMMAND
            with undone():
                if allowed:
                    step(fresh(plan), by)
                else:
                    with pytest.raises((Forbidden, Missing, Conflict)) as caught:
                        step(fresh(plan), by)
                    if role in PLAN_MAY[name] & COMMAND:
                        assert isinstance(caught.value, Conflict)


def test_one_open_plan_an_alarm() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    a_plan(there, alarm)
    with pytest.raises(Conflict) as caught:
        a_plan(there, alarm)
    assert caught.value.code == "response_plan_open"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"agency": None}, "agency"),
        ({"due_on": None}, "due_on"),
        ({"due_on": local_date(NOON) - timedelta(days=1)}, "due_on"),
    ],
)
def test_measures_that_cannot_be(changes: dict[str, Any], field: str) -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there))
    with pytest.raises(Invalid) as caught:
        _put(plan, there.coordinator, **changes)
    assert list(caught.value.fields) == [field]


def test_an_empty_plan_does_not_take_force_and_an_unmarked_one_is_not_complete() -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there), measures=0)
    with pytest.raises(Conflict) as caught:
        actions.put_plan_in_force(plan=plan, expected_version=plan.version, by=there.coordinator, now=NOON)
    assert caught.value.code == "response_plan_empty"
    running = a_plan(there, an_alarm(there), "in_force", measures=2)
    mark(running.measures.all()[0], there.coordinator)
    running = fresh(running)
    with pytest.raises(Conflict) as unmarked:
        actions.complete_plan(plan=running, expected_version=running.version, by=there.coordinator, now=NOON)
    assert unmarked.value.code == "measures_unmarked"


def test_bodies_are_told_and_see_their_own_measures_while_the_plan_is_in_force() -> None:
    there = a_ready_district()
    health = actor_for(a_membership(Role.AGENCY_OFFICER, agency=there.agencies["health"]))
    police = actor_for(a_membership(Role.AGENCY_OFFICER, agency=there.agencies["internal_affairs"]))
    plan = a_plan(there, an_alarm(there), measures=2)
    assert not ResponseMeasure.objects.visible_to(health).exists(), "a draft is nobody's business yet"
    plan = actions.put_plan_in_force(plan=plan, expected_version=plan.version, by=there.coordinator, now=NOON)
    handlers.tell_bodies(Event.objects.get(type="response_plan.in_force"))
    told = Notice.objects.filter(kind="response_measure.assigned")
    assert set(told.values_list("recipient_id", flat=True)) == {health.membership_id}
    assert ResponseMeasure.objects.visible_to(health).count() == 2
    assert not ResponseMeasure.objects.visible_to(police).exists()
    for measure in plan.measures.all():
        mark(measure, health)
    plan = fresh(plan)
    actions.complete_plan(plan=plan, expected_version=plan.version, by=there.coordinator, now=NOON)
    assert not ResponseMeasure.objects.visible_to(health).exists()


def test_a_barred_officer_sees_no_measure_and_nobody_marks_another_bodys() -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there), "in_force")
    measure = plan.measures.get()
    health = actor_for(a_membership(Role.AGENCY_OFFICER, agency=there.agencies["health"]))
    assert list(ResponseMeasure.objects.visible_to(health)) == [measure]
    for other in (there.member("education"), there.member("internal_affairs")):
        assert ResponseMeasure.objects.visible_to(other).filter(pk=measure.pk).exists()
        with pytest.raises(Missing):
            mark(measure, other)
    barred = bar(health, plan.case, "850615300129")
    assert not ResponseMeasure.objects.visible_to(barred).exists()
    with pytest.raises(Missing):
        mark(measure, barred)
    mark(measure, there.member("health"))


def test_a_measure_added_to_a_plan_in_force_is_told_to_its_body_alone() -> None:
    there = a_ready_district()
    officers = {
        sector: a_membership(Role.AGENCY_OFFICER, agency=there.agencies[sector])
        for sector in ("health", "internal_affairs")
    }
    plan = a_plan(there, an_alarm(there), "in_force", measures=2)
    Notice.objects.all().delete()
    police = there.agencies["internal_affairs"]
    measure = _put(plan, there.coordinator, agency=police)
    (event,) = Event.objects.filter(type="response_measure.added")
    assert Event.objects.filter(type="response_plan.in_force").count() == 1
    handlers.tell_body(event)
    (notice,) = Notice.objects.all()
    assert (notice.recipient_id, notice.subject_id) == (officers["internal_affairs"].pk, measure.pk)


# --- Visit -------------------------------------------------------------------------------------------------------
def _scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", PDF, content_type="application/pdf")


VisitStep = Callable[[District, Visit, Actor], object]
VISIT_STEPS: dict[str, tuple[VisitStep, str]] = {
    "depart": (
        lambda there, visit, by: actions.depart(
            visit=visit, departed_at=NOON, expected_version=visit.version, by=by, now=NOON
        ),
        State.PLANNED,
    ),
    "protocol": (lambda there, visit, by: write_protocol(there, visit, by=by), State.DEPARTED),
    "paper": (
        lambda there, visit, by: actions.sign_on_paper(visit=visit, upload=_scan(), by=by, now=NOON),
        State.BACK,
    ),
    "cancel": (
        lambda there, visit, by: actions.cancel_visit(
            visit=visit, reason="Отпало", expected_version=visit.version, by=by, now=NOON
        ),
        State.PLANNED,
    ),
}
VISITING = COMMAND | {Role.GROUP_MEMBER, Role.CASEWORKER}


@pytest.mark.parametrize("state", State.values)
def test_every_step_of_a_visit_in_every_state_for_every_role(state: str) -> None:
    there = a_ready_district()
    visit = a_visit(there, an_alarm(there), state)
    assert visit.state == state
    for role, by in actors(there).items():
        for step, source in VISIT_STEPS.values():
            expected: type[AppError] | None = None
            if role not in VISITING:
                # Heads of unit see the alarm, masked; the others see nothing of it.
                expected = Forbidden if role in UNIT_HEADS else Missing
            elif state != source:
                expected = Conflict
            with undone():
                if expected is None:
                    step(there, fresh(visit), by)
                else:
                    with pytest.raises(expected):
                        step(there, fresh(visit), by)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"arrived_at": NOON - HOUR, "returned_at": NOON - 2 * HOUR},
            "returned_at",
            "Выезд закончился раньше, чем начался: возвращение раньше прибытия.",
        ),
        (
            {"arrived_at": NOON - 5 * HOUR},
            "arrived_at",
            "Группа прибыла раньше, чем выехала: проверьте оба времени.",
        ),
        ({"arrived_at": None}, "arrived_at", "Укажите, когда группа прибыла."),
        ({"returned_at": None}, "returned_at", "Укажите, когда группа вернулась."),
        ({"returned_at": NOON + HOUR}, "returned_at", "Этот момент ещё не наступил."),
        (
            {"members": []},
            "members",
            "Укажите хотя бы одного присутствовавшего члена группы не из Центра",
        ),
        ({"protocol": " "}, "protocol", "Напишите, что группа увидела и сделала."),
        ({"result": ""}, "result", "Выберите результат выезда."),
    ],
)
def test_visits_that_cannot_be(changes: dict[str, Any], field: str, message: str) -> None:
    there = a_ready_district()
    visit = a_visit(there, an_alarm(there), "departed")
    with pytest.raises(Invalid) as caught:
        write_protocol(there, visit, **changes)
    with translation.override("ru"):
        told = {name: [str(text) for text in texts] for name, texts in caught.value.fields.items()}
    assert list(told) == [field]
    assert [text.partition(" (")[0] for text in told[field]] == [message]
    assert fresh(visit).state == State.DEPARTED


def test_only_the_centers_own_people_make_no_visit_of_the_group() -> None:
    there = a_ready_district()
    visit = a_visit(there, an_alarm(there), "departed")
    with pytest.raises(Invalid) as caught:
        write_protocol(there, visit, members=[], workers=[there.place.people[Role.CASEWORKER]])
    assert caught.value.code == "no_outside_member"


def test_who_was_there_is_of_this_group_and_this_center() -> None:
    there, other = a_ready_district(), a_ready_district()
    visit = a_visit(there, an_alarm(there), "departed")
    strangers = list(a_visit(other, an_alarm(other)).group.members.all())
    with pytest.raises(Invalid) as caught:
        write_protocol(there, visit, members=strangers)
    assert list(caught.value.fields) == ["members"]
    with pytest.raises(Invalid) as of_center:
        write_protocol(there, visit, workers=[other.place.people[Role.CASEWORKER]])
    assert list(of_center.value.fields) == ["workers"]


def test_the_last_signature_closes_the_protocol() -> None:
    there = a_ready_district()
    visit = a_visit(there, an_alarm(there), "departed")
    members = list(visit.group.members.filter(sector__code__in=("health", "education")))
    visit = write_protocol(there, visit, members=members, workers=[there.place.people[Role.CASEWORKER]])
    with pytest.raises(Forbidden):
        actions.sign_protocol(visit=visit, by=there.member("internal_affairs"), now=NOON)
    actions.sign_protocol(visit=visit, by=there.member(), now=NOON)
    with pytest.raises(Conflict) as twice:
        actions.sign_protocol(visit=visit, by=there.member(), now=NOON)
    assert twice.value.code == "signed_already"
    actions.sign_protocol(visit=visit, by=there.worker, now=NOON)
    assert fresh(visit).state == State.BACK
    with pytest.raises(Invalid):
        actions.sign_on_paper(visit=visit, upload=None, by=there.member(), now=NOON)
    actions.sign_on_paper(visit=visit, upload=_scan(), by=there.coordinator, now=NOON)
    visit = fresh(visit)
    assert (visit.state, visit.signed_at) == (State.SIGNED, NOON)
    on_paper = {row.member.sector.code for row in visit.present.filter(on_paper=True) if row.member}
    assert on_paper == {"education"}
    scan = Attachment.objects.get(subject_type="mobile_groups.visit", subject_id=visit.pk)
    assert Attachment.objects.visible_to(there.member()).filter(pk=scan.pk).exists()
    stranger = actor_for(a_membership(Role.GROUP_MEMBER, agency=there.agencies["health"]))
    assert not Attachment.objects.visible_to(stranger).filter(pk=scan.pk).exists()


def test_nobody_can_be_sent_where_no_group_is_in_force() -> None:
    there = a_district_with_bodies()
    with pytest.raises(Conflict) as caught:
        actions.plan_visit(
            alarm=an_alarm(there), planned_for=NOON, purpose="Проверить", by=there.coordinator, now=NOON
        )
    assert caught.value.code == "no_group"


def test_workers_outside_the_team_neither_plan_nor_visit() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    for role in sorted(WORKERS - {Role.CASEWORKER}):
        with pytest.raises(Missing):
            actions.plan_visit(
                alarm=alarm, planned_for=NOON, purpose="Проверить", by=there.place.by(role), now=NOON
            )
