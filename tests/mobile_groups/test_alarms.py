"""The alarm: set off with the threat, acknowledged, engaged, closed; who is told, who is reminded, what is met."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation

from cases import threats
from cases.actions import close_case, flag_threat
from cases.models import Case, Threat
from family_support.accounts.roles import WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.deadlines.models import Deadline, DeadlineHold
from family_support.notifications.models import Mail, Notice
from family_support.outbox.models import Event
from mobile_groups import actions, handlers
from mobile_groups.models import Alarm
from tests.cases.undoing import undone
from tests.factories import NOON, a_case
from tests.factories import fresh as fresh_case
from tests.mobile_groups.samples import (
    District,
    a_district_with_bodies,
    a_group,
    a_plan,
    a_ready_district,
    a_visit,
    actors,
    an_alarm,
    close,
    fresh,
)

pytestmark = pytest.mark.django_db
State = Alarm.State
HOUR = timedelta(hours=1)


def term_of(alarm: Alarm) -> str:
    return Deadline.objects.get(code="response_plan", subject_id=alarm.pk).state


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def last(kind: str) -> Event:
    return Event.objects.filter(type=kind).latest("pk")


# --- Set off ---------------------------------------------------------------------------------------------------
def test_every_threat_has_its_alarm_under_its_own_key() -> None:
    there = a_ready_district()
    an_alarm(there, violence=True)
    flag_threat(case=a_case(there.place), note="Угрозы", brief=" Дома дети ", by=there.worker, now=NOON)
    alarms = list(Alarm.objects.order_by("pk"))
    assert [alarm.pk for alarm in alarms] == list(Threat.objects.order_by("pk").values_list("pk", flat=True))
    assert [alarm.violence for alarm in alarms] == [True, False]
    assert alarms[1].brief == "Дома дети"
    assert all(alarm.group is not None and alarm.state == State.RAISED for alarm in alarms)


def test_without_an_answer_no_threat_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    there = a_ready_district()
    case = a_case(there.place)
    monkeypatch.setattr(threats, "_reactions", [])
    with undone(), pytest.raises(RuntimeError):
        flag_threat(case=case, note="Угрозы", by=there.worker, now=NOON)
    assert not Threat.objects.exists()


def test_the_group_and_the_coordinator_are_told_at_once_by_a_mail_that_says_nothing() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    event = last("alarm.called")
    handlers.tell_called(event)
    handlers.tell_called(event)
    members = {membership.pk for membership in there.members.values()}
    assert told("alarm.called") == members | {there.coordinator.membership_id}
    assert Notice.objects.filter(kind="alarm.called").count() == 4
    assert Mail.objects.filter(notice__kind="alarm.called").count() == 4
    notice = Notice.objects.filter(kind="alarm.called").first()
    assert notice is not None
    assert (notice.urgent, notice.params) == (True, {})
    assert (notice.subject_type, notice.subject_id) == ("mobile_groups.alarm", alarm.pk)


def test_without_a_group_coordinator_and_director_are_told_aloud() -> None:
    there = a_district_with_bodies()
    alarm = an_alarm(there)
    assert alarm.group is None
    handlers.tell_nobody(last("alarm.nobody"))
    assert told("alarm.nobody") == {there.coordinator.membership_id, there.director.membership_id}
    assert Mail.objects.filter(notice__kind="alarm.nobody").count() == 2
    assert alarm.case.timeline.filter(kind="alarm.nobody").exists()


def test_a_group_of_another_district_or_year_is_not_called() -> None:
    a_group(a_district_with_bodies())
    there = a_district_with_bodies()
    a_group(there, year=2027)
    assert an_alarm(there).group is None


def test_everybody_is_reminded_every_four_hours_until_somebody_acknowledges() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    assert actions.remind_alarms(now=NOON + 4 * HOUR - timedelta(minutes=1)) == 0
    assert actions.remind_alarms(now=NOON + 4 * HOUR) == 1
    assert actions.remind_alarms(now=NOON + 4 * HOUR) == 0, "once"
    assert actions.remind_alarms(now=NOON + 30 * HOUR) == 1, "an outage is caught up with one"
    assert fresh(alarm).reminders == 2
    handlers.tell_waiting(last("alarm.reminded"))
    members = {membership.pk for membership in there.members.values()}
    assert told("alarm.reminded") == members | {
        there.coordinator.membership_id,
        there.director.membership_id,
    }
    actions.acknowledge_alarm(alarm=alarm, by=there.member(), now=NOON + 31 * HOUR)
    assert actions.remind_alarms(now=NOON + 60 * HOUR) == 0


# --- State × step × role -----------------------------------------------------------------------------------------
Step = Callable[[Alarm, Actor], Alarm]
STEPS: dict[str, Step] = {
    "acknowledge": lambda alarm, by: actions.acknowledge_alarm(alarm=alarm, by=by, now=NOON),
    "engage": lambda alarm, by: actions.engage_group(
        alarm=alarm, expected_version=alarm.version, by=by, now=NOON
    ),
    "close": lambda alarm, by: actions.close_alarm(
        alarm=alarm,
        outcome="unfounded",
        note="Проверено",
        expected_version=alarm.version,
        by=by,
        now=NOON,
    ),
}
FROM = {"acknowledge": State.RAISED, "engage": State.ACKNOWLEDGED, "close": State.ENGAGED}
COMMAND = {Role.COORDINATOR, Role.DIRECTOR}
MAY = {"acknowledge": COMMAND | {Role.GROUP_MEMBER}, "engage": COMMAND, "close": COMMAND}
# On the team, or a head of unit, or of the command: they see the alarm of an ordinary case.
SEE = COMMAND | {Role.GROUP_MEMBER, Role.CASEWORKER, Role.HEAD_ACCOMPANIMENT, Role.HEAD_METHODOLOGY}


@pytest.mark.parametrize("state", State.values)
def test_every_step_in_every_state_for_every_role(state: str) -> None:
    there = a_ready_district()
    alarm = an_alarm(there, state)
    for role, by in actors(there).items():
        for name, step in STEPS.items():
            expected: type[AppError] | None = None
            if role not in SEE:
                expected = Missing
            elif role not in MAY[name]:
                expected = Forbidden
            elif state != FROM[name]:
                expected = Conflict
            with undone():
                if expected is None:
                    assert step(fresh(alarm), by).state != state
                else:
                    with pytest.raises(expected):
                        step(fresh(alarm), by)


def test_acknowledged_twice_names_who_and_when() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    actions.acknowledge_alarm(alarm=alarm, by=there.member(), now=NOON + timedelta(minutes=7))
    with pytest.raises(Conflict) as caught:
        actions.acknowledge_alarm(alarm=alarm, by=there.member("education"), now=NOON + HOUR)
    assert caught.value.code == "alarm_acknowledged"
    with translation.override("ru"):
        name = there.members["health"].user.short_name
        assert str(caught.value.detail) == f"Эту тревогу уже приняли: {name}, 10.03.2026 11:07."


def test_without_a_group_somebody_else_is_engaged_and_named() -> None:
    there = a_district_with_bodies()
    alarm = an_alarm(there, State.ACKNOWLEDGED)
    with pytest.raises(Invalid) as caught:
        actions.engage_group(alarm=alarm, expected_version=alarm.version, by=there.coordinator, now=NOON)
    assert list(caught.value.fields) == ["instead"]
    alarm = actions.engage_group(
        alarm=alarm, instead="Полиция", expected_version=alarm.version, by=there.coordinator, now=NOON
    )
    a_plan(there, alarm, "in_force")
    assert term_of(alarm) == "open", "the law names the group"
    a_group(there)
    assert fresh(alarm).group is not None, "the new group takes the open alarm over"


# --- The term ----------------------------------------------------------------------------------------------------
def test_the_term_is_met_by_a_plan_in_force_and_an_engaged_group_in_either_order() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, State.ENGAGED)
    assert term_of(alarm) == "open"
    a_plan(there, alarm, "in_force")
    assert term_of(alarm) == "met"
    other = an_alarm(there, State.ACKNOWLEDGED)
    a_plan(there, other, "in_force")
    assert term_of(other) == "open"
    actions.engage_group(alarm=other, expected_version=other.version, by=there.director, now=NOON)
    assert term_of(other) == "met"


def test_a_cancelled_plan_does_not_meet_the_term() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, State.ACKNOWLEDGED)
    plan = a_plan(there, alarm, "in_force")
    actions.cancel_plan(
        plan=plan, reason="Отпало", expected_version=plan.version, by=there.coordinator, now=NOON
    )
    alarm = fresh(alarm)
    actions.engage_group(alarm=alarm, expected_version=alarm.version, by=there.director, now=NOON)
    assert term_of(alarm) == "open"


# --- The end -----------------------------------------------------------------------------------------------------
def test_closing_ends_the_threat_and_cancels_a_term_that_was_not_met() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, State.CLOSED)
    threat = Threat.objects.get(pk=alarm.pk)
    assert (threat.responded_at, threat.response) == (NOON, "Проверено на месте, опасности нет.")
    term = Deadline.objects.get(code="response_plan", subject_id=alarm.pk)
    assert (term.state, bool(term.reason)) == ("cancelled", True)


def test_closing_waits_for_plan_and_visit_and_asks_for_a_plan_carried_out() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, State.ENGAGED)
    with pytest.raises(Invalid) as caught:
        close(there, alarm, outcome="over")
    assert list(caught.value.fields) == ["outcome"]
    plan = a_plan(there, alarm, "in_force")
    with pytest.raises(Conflict) as caught_plan:
        close(there, alarm)
    assert caught_plan.value.code == "response_plan_open"
    for measure in plan.measures.all():
        actions.mark_measure(
            measure=measure,
            mark="done",
            note="Сделано",
            expected_version=measure.version,
            by=there.coordinator,
            now=NOON,
        )
    plan = fresh(plan)
    actions.complete_plan(plan=plan, expected_version=plan.version, by=there.coordinator, now=NOON)
    visit = a_visit(there, alarm)
    with pytest.raises(Conflict) as caught_visit:
        close(there, alarm, outcome="over")
    assert caught_visit.value.code == "visit_open"
    actions.cancel_visit(
        visit=visit, reason="Не нужен", expected_version=visit.version, by=there.member(), now=NOON
    )
    assert close(there, alarm, outcome="over").state == State.CLOSED


@pytest.mark.parametrize(("outcome", "note", "field"), [("", "Да", "outcome"), ("over", " ", "note")])
def test_closing_says_how_it_ended(outcome: str, note: str, field: str) -> None:
    there = a_ready_district()
    alarm = an_alarm(there, State.ENGAGED)
    with pytest.raises(Invalid) as caught:
        actions.close_alarm(
            alarm=alarm,
            outcome=outcome,
            note=note,
            expected_version=alarm.version,
            by=there.coordinator,
            now=NOON,
        )
    assert list(caught.value.fields) == [field]


def test_an_open_alarm_or_plan_blocks_closing_but_not_the_directors_refusal() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, State.ENGAGED)
    plan = a_plan(there, alarm, "in_force")
    case = fresh_case(alarm.case)
    with pytest.raises(Conflict) as caught, translation.override("ru"):
        close_case(case=case, closing="unfounded", note="Нет", by=there.worker, now=NOON)
    with translation.override("ru"):
        assert "тревога не закрыта; план мер реагирования не завершён" in str(caught.value.detail)
    close_case(case=case, closing="refused", note="Отказ", by=there.director, now=NOON)
    # Support has ended; the response goes on, and ends by the director alone (rules.md 3.2).
    for measure in plan.measures.all():
        actions.mark_measure(
            measure=measure,
            mark="done",
            note="Сделано",
            expected_version=measure.version,
            by=there.coordinator,
            now=NOON,
        )
    plan = fresh(plan)
    actions.complete_plan(plan=plan, expected_version=plan.version, by=there.coordinator, now=NOON)
    with pytest.raises(Forbidden) as refused:
        close(there, alarm, outcome="over")
    assert refused.value.code == "close_is_directors"
    close(there, alarm, outcome="over", by=there.director)
    assert Case.objects.get(pk=case.pk).stage == Case.Stage.CLOSED


# --- What the group is told ---------------------------------------------------------------------------------------
def test_who_briefs_the_group() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)

    def brief(by: Actor) -> Alarm:
        row = fresh(alarm)
        return actions.brief_group(alarm=row, brief="Нож", expected_version=row.version, by=by, now=NOON)

    may = COMMAND | {Role.CASEWORKER}
    for role, by in actors(there).items():
        with undone():
            if role in may:
                assert brief(by).brief == "Нож"
            else:
                with pytest.raises(Missing if role not in SEE or role in WORKERS else Forbidden):
                    brief(by)
    close_me = an_alarm(there, State.CLOSED)
    with pytest.raises(Conflict):
        actions.brief_group(
            alarm=close_me, brief="Поздно", expected_version=close_me.version, by=there.director, now=NOON
        )


def test_stale_pages_are_refused() -> None:
    there: District = a_ready_district()
    alarm = an_alarm(there, State.ACKNOWLEDGED)
    with pytest.raises(Conflict) as caught:
        actions.engage_group(alarm=alarm, expected_version=alarm.version - 1, by=there.director, now=NOON)
    assert caught.value.code == "stale_version"


def test_open_threats_from_before_get_their_alarm() -> None:
    there = a_ready_district()
    case = a_case(there.place)
    with acting(SYSTEM, reason="test"):
        old = Threat.objects.create(case=case, flagged_at=NOON, note="До тревог")
    migration = import_module("mobile_groups.migrations.0002_history_and_guards")
    with acting(SYSTEM, reason="migration"):
        migration.alarms_of_open_threats(apps, None)
    alarm = Alarm.objects.get(pk=old.pk)
    assert (alarm.state, alarm.next_reminder_at) == (State.RAISED, NOON + 4 * HOUR)
    assert actions.remind_alarms(now=NOON + 4 * HOUR) == 1


def test_the_response_lies_with_the_group_until_the_center_takes_it_on_itself() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    rows = DeadlineHold.objects.filter(deadline__case_id=alarm.case_id, deadline__code="response_plan")
    in_order = rows.order_by("since", "pk").values_list("holder", flat=True)
    assert list(in_order) == ["agency"]
    actions.acknowledge_alarm(alarm=alarm, by=there.place.by(Role.DIRECTOR), now=NOON)
    assert list(in_order.all()) == ["agency", "center"]
