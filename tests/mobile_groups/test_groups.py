"""The group: its order, its three sectors, its mandate of one calendar year, and who takes over after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.base.states import database_transitions, machine_initial, machine_transitions
from family_support.deadlines.models import Deadline
from family_support.outbox.models import Event
from mobile_groups import actions
from mobile_groups.actions import MemberData
from mobile_groups.handlers import coordinators_of_mandate
from mobile_groups.models import Alarm, MobileGroup, ResponsePlan, Visit
from tests.cases.undoing import undone
from tests.factories import NOON
from tests.mobile_groups.samples import (
    NEW_YEAR,
    SECTORS,
    District,
    a_district_with_bodies,
    a_draft_group,
    a_group,
    a_ready_district,
    a_scan,
    actors,
    an_alarm,
    fresh,
)

pytestmark = pytest.mark.django_db
State = MobileGroup.State


@pytest.mark.parametrize("model", [MobileGroup, Alarm, ResponsePlan, Visit])
def test_the_database_guards_the_machines_of_the_code(model: Any) -> None:
    steps, initial = database_transitions(model, "state")
    assert sorted(steps) == sorted(machine_transitions(model, "state"))
    assert initial == [machine_initial(model, "state")]


def _in_state(there: District, state: str) -> MobileGroup:
    if state == State.DRAFT:
        return a_draft_group(there)
    group = a_group(there)
    if state == State.REPLACED:
        draft = _renewed(there, group)
        actions.put_group_in_force(
            group=draft, expected_version=draft.version, by=there.coordinator, now=NOON
        )
    if state == State.EXPIRED:
        actions.expire_groups(now=NEW_YEAR)
    return fresh(group)


def _renewed(there: District, group: MobileGroup) -> MobileGroup:
    draft = actions.create_group(
        year=group.year,
        order_number="16-р",
        order_date=date(2026, 3, 9),
        copy=group,
        by=there.coordinator,
        now=NOON,
    )
    actions.attach_order(group=draft, upload=a_scan(), by=there.coordinator, now=NOON)
    return fresh(draft)


Step = Callable[[District, MobileGroup, Actor], object]
STEPS: dict[str, Step] = {
    "change": lambda there, group, by: actions.change_group(
        group=group,
        year=2026,
        order_number="17-р",
        order_date=date(2026, 3, 1),
        issued_by="Аким",
        expected_version=group.version,
        by=by,
        now=NOON,
    ),
    "order": lambda there, group, by: actions.attach_order(group=group, upload=a_scan(), by=by, now=NOON),
    "add": lambda there, group, by: actions.put_member(
        group=group,
        data=MemberData(
            there.sector("health"),
            agency=there.agencies["health"],
            name="Врач",
            post="Педиатр",
            phone="+77011234567",
        ),
        by=by,
        now=NOON,
    ),
    "remove": lambda there, group, by: actions.remove_member(member=group.members.all()[0], by=by, now=NOON),
    "up": lambda there, group, by: actions.call_earlier(member=group.members.all()[1], by=by, now=NOON),
    "in force": lambda there, group, by: actions.put_group_in_force(
        group=group, expected_version=group.version, by=by, now=NOON
    ),
    "discard": lambda there, group, by: actions.discard_group(
        group=group, expected_version=group.version, by=by, now=NOON
    ),
}


@pytest.mark.parametrize("state", State.values)
def test_every_step_in_every_state_for_every_role(state: str) -> None:
    there = a_district_with_bodies()
    group = _in_state(there, state)
    assert group.state == state
    for role, by in actors(there).items():
        for step in STEPS.values():
            expected: type[AppError] | None = None
            if role != Role.COORDINATOR:
                expected = Forbidden
            elif state != State.DRAFT:
                expected = Conflict
            with undone():
                if expected is None:
                    step(there, fresh(group), by)
                else:
                    with pytest.raises(expected):
                        step(there, fresh(group), by)


def test_another_districts_coordinator_meets_nothing() -> None:
    group = a_draft_group(a_district_with_bodies())
    other = a_district_with_bodies().coordinator
    with pytest.raises(Missing):
        actions.put_group_in_force(group=group, expected_version=group.version, by=other, now=NOON)


@pytest.mark.parametrize("missing", SECTORS)
def test_a_group_without_one_of_the_three_sectors_names_it(missing: str) -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there, sectors=tuple(code for code in SECTORS if code != missing))
    with pytest.raises(Invalid) as caught:
        actions.put_group_in_force(
            group=draft, expected_version=draft.version, by=there.coordinator, now=NOON
        )
    assert caught.value.code == "sector_missing"
    words = {"health": "здравоохранение", "education": "образование", "internal_affairs": "внутренние дела"}
    with translation.override("ru"):
        detail = str(caught.value.detail)
    assert detail.startswith(f"В группе нет представителя: {words[missing]}.")
    assert fresh(draft).state == State.DRAFT


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"year": 2025}, "year", "Распоряжение на 2025 год: его полномочия закончились 31 декабря"),
        ({"year": 2028}, "year", "Группу утверждают на текущий календарный год или на следующий."),
        (
            {"order_date": date(2026, 3, 11)},
            "order_date",
            "Распоряжение не может быть будущим числом.",
        ),
    ],
)
def test_orders_that_cannot_be(changes: dict[str, Any], field: str, message: str) -> None:
    there = a_district_with_bodies()
    given = {"year": 2026, "order_number": "1", "order_date": date(2026, 1, 5), **changes}
    with pytest.raises(Invalid) as caught:
        actions.create_group(by=there.coordinator, now=NOON, **given)
    with translation.override("ru"):
        (text,) = caught.value.fields[field]
        assert str(text).startswith(message)


def test_a_draft_of_last_year_does_not_come_into_force() -> None:
    """Drawn up in December, put in force in January: the year it names is over."""
    there = a_district_with_bodies()
    draft = a_draft_group(there)
    with pytest.raises(Invalid) as caught:
        actions.put_group_in_force(
            group=draft, expected_version=draft.version, by=there.coordinator, now=NEW_YEAR
        )
    assert caught.value.code == "order_of_past_year"


def test_only_one_group_is_in_force_for_a_district_and_year() -> None:
    there = a_ready_district()
    with pytest.raises(Conflict) as caught:
        a_group(there)
    assert caught.value.code == "group_in_force"
    with translation.override("ru"):
        assert str(caught.value.detail) == "В этом районе уже действует группа на 2026 год."
    draft = MobileGroup.objects.get(state=State.DRAFT)
    draft.put_in_force()
    draft.in_force_at = NOON
    with pytest.raises(Conflict) as last_word, acting(SYSTEM, reason="test"):
        draft.save()  # past the action: the constraint says it
    assert last_word.value.code == "group_in_force"


def test_a_new_order_of_the_same_year_replaces_the_group() -> None:
    there = a_ready_district()
    old = MobileGroup.objects.get()
    draft = _renewed(there, old)
    assert [member.membership_id for member in draft.members.all()] == [
        member.membership_id for member in old.members.all()
    ]
    new = actions.put_group_in_force(
        group=draft, expected_version=draft.version, by=there.coordinator, now=NOON
    )
    assert (fresh(old).state, new.state) == (State.REPLACED, State.IN_FORCE)
    terms = {row.subject_id: row.state for row in Deadline.objects.filter(code="group_mandate")}
    assert terms == {old.pk: "cancelled", new.pk: "open"}


def test_the_mandate_ends_on_31_december_and_next_years_order_meets_its_term() -> None:
    there = a_ready_district()
    group = MobileGroup.objects.get()
    term = Deadline.objects.get(code="group_mandate")
    assert term.due_at is not None
    assert term.due_at.isoformat() == "2026-12-31T19:00:00+00:00", "24:00 of 31 December, not rolled"
    assert actions.expire_groups(now=NEW_YEAR - timedelta(hours=1)) == 0
    december = NEW_YEAR - timedelta(days=10)
    next_one = a_group(there, year=2027, now=december)
    assert fresh(group).state == State.IN_FORCE, "this year's group works to its last day"
    assert fresh(term).state == "met"
    assert MobileGroup.objects.in_force(date(2026, 12, 31)).get() == group
    assert MobileGroup.objects.in_force(date(2027, 1, 1)).get() == next_one
    assert actions.expire_groups(now=NEW_YEAR) == 1
    assert actions.expire_groups(now=NEW_YEAR) == 0
    assert fresh(group).state == State.EXPIRED
    assert Event.objects.filter(type="group.expired").count() == 1


def test_open_alarms_go_to_the_new_group_or_aloud_to_coordinator_and_director() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    old = alarm.group
    actions.expire_groups(now=NEW_YEAR)
    assert fresh(alarm).group is None
    assert Event.objects.filter(type="alarm.nobody", case_id=alarm.case_id).count() == 1
    new = a_group(there, year=2027, now=NEW_YEAR)
    assert fresh(alarm).group == new != old
    assert Event.objects.filter(type="alarm.called", case_id=alarm.case_id).count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agency": None}, "agency"),
        ({"name": " "}, "name"),
        ({"post": ""}, "post"),
        ({"phone": ""}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"sector": "education"}, "sector"),
    ],
)
def test_members_that_cannot_be(changes: dict[str, Any], field: str) -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there, sectors=())
    given: dict[str, Any] = {
        "sector": "health",
        "agency": there.agencies["health"],
        "name": "Ахметова Сауле",
        "post": "Педиатр",
        "phone": "8 701 123 45 67",
        **changes,
    }
    data = MemberData(**{**given, "sector": there.sector(given["sector"])})
    with pytest.raises(Invalid) as caught:
        actions.put_member(group=draft, data=data, by=there.coordinator, now=NOON)
    assert list(caught.value.fields) == [field]


def test_a_member_comes_from_a_body_of_the_district_and_stands_there_once() -> None:
    there, other = a_district_with_bodies(), a_district_with_bodies()
    draft = a_draft_group(there, sectors=("health",))
    data = MemberData(there.sector("health"), membership=other.members["health"], post="Врач")
    with pytest.raises(Invalid) as caught:
        actions.put_member(group=draft, data=data, by=there.coordinator, now=NOON)
    assert list(caught.value.fields) == ["membership"]
    data = MemberData(there.sector("health"), membership=there.members["health"], post="Врач")
    with pytest.raises(Conflict):
        actions.put_member(group=draft, data=data, by=there.coordinator, now=NOON)


def test_coordination_is_social_protections() -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there)
    with acting(SYSTEM, reason="test"):
        there.agencies["social_protection"].sectors.clear()
        there.agencies["social_protection"].sectors.add(there.sector("housing"))
    with pytest.raises(Invalid) as caught:
        actions.put_group_in_force(
            group=draft, expected_version=draft.version, by=there.coordinator, now=NOON
        )
    assert caught.value.code == "coordinator_not_social"


def test_a_district_without_a_center_has_nobody_to_work_for() -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there)
    with acting(SYSTEM, reason="test"):
        there.place.center.is_active = False
        there.place.center.save()
    with pytest.raises(Conflict) as caught:
        actions.put_group_in_force(
            group=draft, expected_version=draft.version, by=there.coordinator, now=NOON
        )
    assert caught.value.code == "no_center"


def test_calling_order() -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there)
    last = draft.members.all()[2]
    actions.call_earlier(member=last, by=there.coordinator, now=NOON)
    assert [row.pk for row in draft.members.all()][1] == last.pk


def test_the_coordinator_learns_how_the_mandates_date_came_about_and_no_case_does() -> None:
    there = a_ready_district()
    an_alarm(there)
    seen = Deadline.objects.visible_to(there.coordinator)
    assert [row.code for row in seen] == ["group_mandate"]
    event = Event(
        type="deadline.level_reached",
        payload={"term": "group_mandate", "subject_id": MobileGroup.objects.get().pk},
    )
    assert coordinators_of_mandate(event) == [there.coordinator.membership_id]
