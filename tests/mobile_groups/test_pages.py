"""Pages: what each role sees of an alarm, the exact answers to bad input, and how many queries a list costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.models import Case
from family_support.access.models import ReadEntry
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from mobile_groups.actions import expire_groups
from mobile_groups.models import Alarm, ResponsePlan, Visit
from mobile_groups.papers import response_plan_pdf
from tests.access.world import sign_in
from tests.factories import NOON, a_case, a_membership, actor_for, person_data
from tests.mobile_groups.samples import (
    NEW_YEAR,
    District,
    a_draft_group,
    a_plan,
    a_ready_district,
    a_visit,
    an_alarm,
    bar,
    close,
    fresh,
)

pytestmark = pytest.mark.django_db
NARRATIVE = "Муж бьёт при детях, ул. Скрытая, 5"


def client_of(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.cookies["django_language"] = "ru"
    return sign_in(client, Membership.objects.select_related("user").get(pk=actor.membership_id))


def an_alarm_to_read(there: District, state: str = "raised") -> Alarm:
    """A restricted case with a narrative, an address and an instruction."""
    alarm = an_alarm(
        there,
        state,
        said=NARRATIVE,
        violence=True,
    )
    with acting(SYSTEM, reason="test"):
        person = alarm.case.members.get().person
        person.address = "ул. Домашняя, 7"
        person.save()
        Case.objects.filter(pk=alarm.case_id).update(instruction="Только с полицией")
    return fresh(alarm)


def text_of(actor: Actor, name: str, pk: int) -> str:
    answer = client_of(actor).get(reverse(name, args=(pk,)))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_group_sees_the_summary_and_neither_narrative_nor_address() -> None:
    there = a_ready_district()
    alarm = an_alarm_to_read(there)
    case = alarm.case
    for actor in (there.member(), there.coordinator):
        page = text_of(actor, "alarm", alarm.pk)
        for shown in ("признаки бытового насилия", "Только с полицией", "+77011234567", "С. А."):
            assert shown in page, shown
        for hidden in (NARRATIVE, "Скрытая", "Домашняя", "Сәрсенова", case.number):
            assert hidden not in page, hidden
    assert NARRATIVE in text_of(there.worker, "alarm", alarm.pk), "the team reads what it wrote"
    assert NARRATIVE not in text_of(there.director, "alarm", alarm.pk), "the director opens the case for it"
    assert ReadEntry.objects.filter(case_id=case.pk, what=f"alarm {alarm.pk}").count() == 4


def test_a_phone_is_shown_only_where_it_is_a_safe_way() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, person=person_data(safe_contact="trusted", safe_contact_note="Через сестру"))
    page = text_of(there.member(), "alarm", alarm.pk)
    assert "Через сестру" in page
    assert "+77011234567" not in page


def test_after_the_end_the_group_does_not_see_how_the_person_is_reached() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, "engaged")
    visit = a_visit(there, alarm, "signed")
    close(there, alarm)
    for name, pk in (("alarm", alarm.pk), ("visit", visit.pk)):
        assert "+77011234567" not in text_of(there.member(), name, pk)


def test_heads_of_unit_see_an_alarm_masked() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    a_plan(there, alarm, "in_force")
    page = text_of(there.place.by(Role.HEAD_ACCOMPANIMENT), "alarm", alarm.pk)
    assert "+77011234567" not in page
    assert "Мера 0" not in page


def test_the_barred_see_nothing_in_lists_counts_and_pages() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, "engaged")
    plan = a_plan(there, alarm, "in_force")
    officer = actor_for(a_membership(Role.AGENCY_OFFICER, agency=there.agencies["health"]))
    iins = ("850615300129", "900228400778", "671103402093")
    for actor, iin in zip((there.member(), there.coordinator, officer), iins, strict=True):
        barred = bar(actor, alarm.case, iin)
        assert not Alarm.objects.visible_to(barred).exists()
        assert not ResponsePlan.objects.visible_to(barred).exists()
        assert not plan.measures.visible_to(barred).exists()  # type: ignore[attr-defined]
        if barred.role != Role.AGENCY_OFFICER:
            assert client_of(barred).get(reverse("alarm", args=(alarm.pk,))).status_code == 404
            page = client_of(barred).get(reverse("alarm-list")).content.decode()
            assert f"№ {alarm.pk}" not in page


def test_members_of_an_expired_group_see_its_alarms_no_more() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, "engaged")
    assert Alarm.objects.visible_to(there.member()).filter(pk=alarm.pk).exists()
    expire_groups(now=NEW_YEAR)
    assert not Alarm.objects.visible_to(there.member()).exists()
    assert Alarm.objects.visible_to(there.coordinator).filter(pk=alarm.pk).exists()


# --- Exact answers -------------------------------------------------------------------------------------------------
def test_a_visit_ending_before_it_began_is_400_with_nothing_typed_lost() -> None:
    there = a_ready_district()
    visit = a_visit(there, an_alarm(there), "departed")
    member = visit.group.members.get(sector__code="health")
    answer = client_of(there.member()).post(
        reverse("visit-protocol", args=(visit.pk,)),
        {
            "version": visit.version,
            "arrived_at": "10.03.2026 10:30",
            "returned_at": "10.03.2026 10:10",
            "members": member.pk,
            "result": "helped",
            "protocol": "Длинный протокол, который нельзя потерять",
        },
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Выезд закончился раньше, чем начался: возвращение раньше прибытия." in page
    assert "Длинный протокол, который нельзя потерять" in page
    assert Visit.objects.get(pk=visit.pk).state == "departed"


def test_a_group_without_health_is_400_naming_the_sector() -> None:
    there = a_ready_district()
    draft = a_draft_group(there, year=2027, sectors=("education", "internal_affairs"))
    answer = client_of(there.coordinator).post(
        reverse("group-in-force", args=(draft.pk,)),
        {"version": draft.version, "key": "00000000-0000-4000-8000-000000000001"},
    )
    assert answer.status_code == 400
    assert "В группе нет представителя: здравоохранение." in answer.content.decode()


def test_an_order_for_last_year_is_400_on_its_field() -> None:
    there = a_ready_district()
    answer = client_of(there.coordinator).post(
        reverse("group-new"), {"year": "2025", "order_number": "7", "order_date": "09.01.2025"}
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'href="#id_year"' in page
    assert "Распоряжение на 2025 год: его полномочия закончились 31 декабря и не продлеваются" in page


def test_acknowledging_twice_is_409() -> None:
    there = a_ready_district()
    alarm = an_alarm(there)
    address = reverse("alarm-acknowledge", args=(alarm.pk,))
    assert client_of(there.member()).post(address).status_code == 302
    answer = client_of(there.coordinator).post(address)
    assert answer.status_code == 409
    assert "Эту тревогу уже приняли: " in answer.content.decode()


def test_a_second_group_in_force_is_409() -> None:
    there = a_ready_district()
    draft = a_draft_group(there)
    answer = client_of(there.coordinator).post(
        reverse("group-in-force", args=(draft.pk,)),
        {"version": draft.version, "key": "00000000-0000-4000-8000-000000000002"},
    )
    assert answer.status_code == 409
    assert "В этом районе уже действует группа на 2026 год." in answer.content.decode()


# --- Where an alarm is raised, and what the case shows --------------------------------------------------------------
@pytest.mark.parametrize("name", ["intake", "assessment", "case"])
def test_an_alarm_is_raised_from_intake_assessment_and_case(name: str) -> None:
    there = a_ready_district()
    case = a_case(there.place)
    client = client_of(there.worker)
    pk = case.intakes.get().pk if name == "intake" else case.pk
    address = reverse("threat-flag", args=(case.pk,))
    assert f'href="{address}"' in client.get(reverse(name, args=(pk,))).content.decode()
    answer = client.post(
        address, {"note": "Угрозы", "brief": "Нож", "key": "00000000-0000-4000-8000-000000000003"}
    )
    assert answer.status_code == 302
    alarm = Alarm.objects.get(case=case)
    assert (alarm.group is not None, alarm.brief) == (True, "Нож")
    page = client.get(reverse(name, args=(pk,))).content.decode()
    assert f'href="{address}"' not in page
    assert f'href="{reverse("alarm", args=(alarm.pk,))}"' in page, "the banner leads to the alarm"


def test_the_plan_on_paper_names_nobody() -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm_to_read(there), "in_force")
    for language in ("ru", "kk"):
        with translation.override(language):
            assert response_plan_pdf(plan, language).startswith(b"%PDF-")


# --- Costs ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["alarm-list", "response-board"])
def test_lists_cost_the_same_at_two_sizes(name: str) -> None:
    there = a_ready_district()

    def cost() -> int:
        client = client_of(there.coordinator)
        client.get(reverse(name))
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert client.get(reverse(name)).status_code == 200
        # Each case on the board is logged as read: one statement a case, no question.
        return len([row for row in taken if "access_log_read" not in row["sql"]])

    a_plan(there, an_alarm(there), "in_force", measures=1)
    small = cost()
    for number in range(4):
        alarm = an_alarm(there, now=NOON + timedelta(minutes=number))
        a_plan(there, alarm, "in_force", measures=2)
        a_visit(there, alarm)
    assert cost() == small
