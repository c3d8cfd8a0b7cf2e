"""Visits for early detection and support, without a threat (R256 20), and the scan of the akim's order (R256 21)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cases.models import Case
from family_support.access.models import ReadEntry
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from mobile_groups import actions, handlers
from mobile_groups.models import Alarm, Visit
from mobile_groups.permissions import sees_contact
from tests.cases.undoing import undone
from tests.factories import NOON, a_case, a_consent
from tests.mobile_groups.samples import (
    NEW_YEAR,
    District,
    a_district_with_bodies,
    a_draft_group,
    a_ready_district,
    a_scan,
    actors,
    an_alarm,
    an_early_visit,
    bar,
    close,
    fresh,
    write_protocol,
)
from tests.mobile_groups.test_pages import client_of, text_of
from tests.mobile_groups.test_plans_and_visits import VISIT_STEPS, VISITING

pytestmark = pytest.mark.django_db
State = Visit.State


def plan(there: District, case: Case, by: object) -> Visit:
    return actions.plan_early_visit(
        case=case,
        planned_for=NOON,
        purpose="Познакомиться",
        by=by,  # type: ignore[arg-type]
        now=NOON,
    )


def test_who_plans_a_visit_to_a_family_that_the_group_has_not_met() -> None:
    """Cases are not the group's to look up: the Center sends it there the first time."""
    there = a_ready_district()
    case = a_case(there.place)
    for role, by in actors(there).items():
        with undone():
            if role in {Role.CASEWORKER, Role.DIRECTOR}:
                assert plan(there, case, by).alarm is None
            else:
                part = WORKERS | {Role.COORDINATOR, Role.GROUP_MEMBER}
                with pytest.raises(Missing if role in part else Forbidden):
                    plan(there, case, by)


def test_after_an_alarm_or_a_visit_group_and_coordinator_go_there_again() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, "engaged")
    with pytest.raises(Conflict) as threatened:
        plan(there, alarm.case, there.member())
    assert threatened.value.code == "alarm_open"
    close(there, alarm)
    visited = an_early_visit(there, a_case(there.place)).case
    for case in (alarm.case, visited):
        assert plan(there, case, there.member()).planned_by_id == there.member().membership_id
        plan(there, case, there.coordinator)
    other = a_ready_district()
    for by in (other.member(), other.coordinator, other.worker, other.director):
        with pytest.raises(Missing):
            plan(other, visited, by)


@pytest.mark.parametrize("state", State.values)
def test_every_step_in_every_state_for_every_role(state: str) -> None:
    there = a_ready_district()
    visit = an_early_visit(there, a_case(there.place), state)
    assert (visit.state, visit.alarm) == (state, None)
    for role, by in actors(there).items():
        for step, source in VISIT_STEPS.values():
            expected: type[AppError] | None = None
            if role not in VISITING:
                expected = Forbidden if role in UNIT_HEADS else Missing
            elif state != source:
                expected = Conflict
            with undone():
                if expected is None:
                    step(there, fresh(visit), by)
                else:
                    with pytest.raises(expected):
                        step(there, fresh(visit), by)


def test_nobody_to_send_and_nobody_to_visit() -> None:
    there = a_district_with_bodies()
    with pytest.raises(Conflict) as nobody:
        plan(there, a_case(there.place), there.worker)
    assert nobody.value.code == "no_group"
    ready = a_ready_district()
    case = a_case(ready.place)
    visit = plan(ready, case, ready.worker)
    Case.objects.filter(pk=case.pk).update(stage="closed", closed_at=NOON, closing="refused")
    with pytest.raises(Conflict) as closed:
        plan(ready, case, ready.director)
    assert closed.value.code == "case_closed"
    with pytest.raises(Conflict) as late:
        VISIT_STEPS["depart"][0](ready, visit, ready.member())
    assert late.value.code == "case_closed"


def test_group_and_coordinator_are_told() -> None:
    there = a_ready_district()
    visit = an_early_visit(there, a_case(there.place))
    handlers.tell_of_visit(Event.objects.get(type="visit.planned"))
    told = set(Notice.objects.filter(kind="visit.planned").values_list("recipient_id", flat=True))
    assert told == {each.pk for each in there.members.values()} | {there.coordinator.membership_id}
    assert Visit.objects.visible_to(there.member()).get() == visit


def test_how_the_family_is_reached_is_told_only_with_its_consent() -> None:
    there = a_ready_district()
    case = a_case(there.place)
    visit = an_early_visit(there, case)
    page = text_of(there.member(), "visit", visit.pk)
    assert "+77011234567" not in page
    assert "Семья не согласилась на передачу своих данных: спросите Центр." in page
    assert case.number not in page
    assert sees_contact(there.director, visit)
    a_consent(case, there.place)
    page = text_of(there.member(), "visit", visit.pk)
    assert "+77011234567" in page
    assert "Сәрсенова" not in page


def test_the_barred_and_an_ended_mandate_see_nothing_and_the_coordinator_finishes() -> None:
    there = a_ready_district()
    visit = an_early_visit(there, a_case(there.place), "departed")
    barred = bar(there.member("education"), visit.case, "850615300129")
    assert not Visit.objects.visible_to(barred).exists()
    assert Visit.objects.visible_to(there.member()).exists()
    actions.expire_groups(now=NEW_YEAR)
    assert not Visit.objects.visible_to(there.member()).exists()
    page = text_of(there.coordinator, "visit", visit.pk)
    assert "Полномочия группы закончились: выезд завершает координатор" in page
    visit = write_protocol(there, fresh(visit), by=there.coordinator)
    visit = actions.sign_on_paper(visit=visit, upload=a_scan(), by=there.coordinator, now=NOON)
    assert visit.state == State.SIGNED


def test_planned_on_the_page_and_listed_for_group_and_case() -> None:
    there = a_ready_district()
    case = a_case(there.place)
    client = client_of(there.worker)
    tab = reverse("case-alarms", args=(case.pk,))
    address = reverse("case-visit-new", args=(case.pk,))
    assert f'href="{address}"' in client.get(tab).content.decode()
    wrong = client.post(
        address, {"planned_for": "", "purpose": "", "key": "00000000-0000-4000-8000-000000000011"}
    )
    assert wrong.status_code == 400
    given = {
        "planned_for": f"{NOON + timedelta(hours=6):%d.%m.%Y %H:%M}",
        "purpose": "Узнать, чем помочь",
        "key": "00000000-0000-4000-8000-000000000012",
    }
    for _twice in range(2):
        assert client.post(address, given).status_code == 302
    visit = Visit.objects.get()
    link = f'href="{reverse("visit", args=(visit.pk,))}"'
    assert link in client.get(tab).content.decode()
    member = there.member()
    assert link in client_of(member).get(reverse("alarm-list")).content.decode()
    assert client_of(member).get(reverse("visit", args=(visit.pk,))).status_code == 200
    readings = ReadEntry.objects.filter(case_id=visit.case_id, membership_id=member.membership_id)
    assert [row.what for row in readings] == [f"visit {visit.pk}"]


def test_a_group_takes_no_force_without_the_scan_of_its_order() -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there)
    Attachment.objects.filter(subject_id=draft.pk).update(subject_id=0)
    with pytest.raises(Invalid) as caught:
        actions.put_group_in_force(
            group=draft, expected_version=draft.version, by=there.coordinator, now=NOON
        )
    assert caught.value.code == "order_scan_missing"
    with translation.override("ru"):
        assert str(caught.value.detail) == "Сначала приложите скан распоряжения акима (п. 21 Правил ЦПС)."
    client = client_of(there.coordinator)
    address = reverse("group-order", args=(draft.pk,))
    assert client.post(address, {"scan": ""}).status_code == 400
    assert client.post(address, {"scan": a_scan()}).status_code == 302
    draft = fresh(draft)
    actions.put_group_in_force(group=draft, expected_version=draft.version, by=there.coordinator, now=NOON)
    assert client.post(address, {"scan": a_scan()}).status_code == 409
    scan = Attachment.objects.get(subject_type="mobile_groups.mobilegroup", subject_id=draft.pk)
    seers = (there.member(), there.coordinator, there.worker)
    assert all(Attachment.objects.visible_to(by).filter(pk=scan.pk).exists() for by in seers)
    other = a_ready_district()
    strangers = (other.member(), other.coordinator, other.worker)
    assert not any(Attachment.objects.visible_to(by).filter(pk=scan.pk).exists() for by in strangers)


def test_a_refusal_under_threat_does_not_say_that_the_response_is_cancelled() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, "acknowledged")
    page = client_of(there.director).get(reverse("case-close", args=(alarm.case_id,))).content.decode()
    name = "План реагирования"
    assert "После отказа этот срок продолжает идти до завершения реагирования" in page
    assert f"Текущий срок отменяется: {name}" not in page
    assert Alarm.objects.open().filter(pk=alarm.pk).exists()
