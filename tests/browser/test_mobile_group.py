"""The response to a threat in the browser: order, alarm, acknowledgement on a phone, plan, visit protocol, the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import ViewportSize

from cases.models import Case, Intake
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines.models import Deadline
from family_support.demo.organizations import Staffed
from family_support.demo.people import People
from family_support.directory.models import Sector
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, ResponsePlan, Visit
from tests.browser.conftest import WIDE
from tests.browser.walker import Walker
from tests.plans import PDF

pytestmark = pytest.mark.slow
LANGUAGES = ("ru", "kk")
PHONE: ViewportSize = {"width": 390, "height": 844}
NARRATIVE = "Бывший муж угрожает ножом, ждёт у подъезда."


@pytest.mark.parametrize("language", LANGUAGES)
def test_alarm_from_threat_to_its_end(walker: Walker, center: Staffed, language: str) -> None:
    """Every step a person takes, each through links and buttons of the page before it."""
    walker.speaks(language)
    if not MobileGroup.objects.filter(state="in_force").exists():
        enter_group(walker, center)
    case = register(walker, seed=100 + LANGUAGES.index(language))
    alarm = raise_alarm(walker, case)
    acknowledge(walker, alarm, case)
    plan = response_plan(walker, alarm, center)
    visit = visit_protocol(walker, alarm)
    walker.paper(f"/response-plans/{plan.pk}/print/?language={language}")
    walker.paper(f"/visits/{visit.pk}/print/?language={language}")
    finish(walker, alarm, plan)
    alarm.refresh_from_db()
    assert alarm.state == Alarm.State.CLOSED
    assert Deadline.objects.get(code="response_plan", case_id=case.pk).state == "met"
    walker.sign_in(Role.CASEWORKER, f"/cases/{case.pk}/")
    assert walker.page.locator(".risk-banner").count() == 0
    walker.follow_to(f"/cases/{case.pk}/alarms/")
    walker.follow_to(f"/alarms/{alarm.pk}/")


def test_an_early_visit_to_a_family_without_a_threat(walker: Walker, center: Staffed) -> None:
    """The caseworker plans it from the case, the group goes and signs; it learns nothing of the case (R256 20)."""
    walker.speaks("kk")
    if not MobileGroup.objects.filter(state="in_force").exists():
        enter_group(walker, center)
    case = register(walker, seed=120)
    walker.go(f"/cases/{case.pk}/alarms/")
    walker.follow_to(f"/cases/{case.pk}/visits/new/")
    leaves = timezone.localtime(clock.now()) + timedelta(hours=2)
    purpose = "Отбасымен танысып, мектепке не кедергі екенін білу"
    walker.fill(purpose=purpose, planned_for=f"{leaves:%d.%m.%Y %H:%M}", place="Мектеп жанында")
    walker.submit()
    visit = Visit.objects.get(case=case)
    assert visit.alarm is None
    walker.page.set_viewport_size(PHONE)
    walker.sign_in(Role.GROUP_MEMBER)
    walker.follow_to(f"/visits/{visit.pk}/")
    text = walker.text()
    assert purpose in text
    assert case.number not in text
    assert "+77017654321" not in text, "the family has not agreed that its data is passed on"
    protocol(walker, visit)
    walker.paper(f"/visits/{visit.pk}/print/?language=kk")
    walker.sign_in(Role.CASEWORKER, f"/cases/{case.pk}/alarms/")
    assert "Дети осмотрены" not in walker.text()
    walker.follow_to(f"/visits/{visit.pk}/")
    assert "Дети осмотрены" in walker.text()


def enter_group(walker: Walker, center: Staffed) -> None:
    """The akim's order with its three sectors; without health it does not take force."""
    walker.sign_in(Role.COORDINATOR)
    walker.look()
    assert walker.page.locator(".risk-banner").count() == 1, "no group in force is said aloud"
    walker.bar("/groups/")
    walker.follow("a[href='/groups/new/']")
    walker.fill(year=str(clock.today().year - 1), order_number="15-р", order_date=clock.today())
    walker.submit()
    assert walker.page.locator("#id_year[aria-invalid]").count() == 1
    walker.fill(year=str(clock.today().year))
    walker.submit()
    group = MobileGroup.objects.get()
    sectors = {row.code: str(row.pk) for row in Sector.objects.all()}
    health, police = center.group
    walker.follow_to(f"/groups/{group.pk}/members/new/")
    walker.fill(sector=sectors["internal_affairs"], membership=str(police.pk), post="Участковый инспектор")
    walker.submit()
    walker.follow_to(f"/groups/{group.pk}/members/new/")
    walker.fill(
        sector=sectors["education"],
        agency=str(center.agencies["education"].pk),
        name="Серікова Гүлнар",
        post="Социальный педагог",
        phone="+7 701 123 45 67",
    )
    walker.submit()
    walker.follow_to(f"/groups/{group.pk}/order/")
    walker.page.set_input_files(
        "[name=scan]", {"name": "order.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    walker.submit()
    walker.follow_to(f"/groups/{group.pk}/in-force/")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    assert MobileGroup.objects.get().state == MobileGroup.State.DRAFT
    walker.go(f"/groups/{group.pk}/")
    walker.follow_to(f"/groups/{group.pk}/members/new/")
    walker.fill(sector=sectors["health"], membership=str(health.pk), post="Участковый терапевт")
    walker.submit()
    last = group.members.get(sector__code="health")
    walker.submit(f"/group-members/{last.pk}/up/")
    walker.follow_to(f"/groups/{group.pk}/in-force/")
    walker.submit()
    assert MobileGroup.objects.get().state == MobileGroup.State.IN_FORCE


def register(walker: Walker, *, seed: int) -> Case:
    """An ordinary intake: the threat becomes known later."""
    today = clock.today()
    born = (today - timedelta(days=14000), today - timedelta(days=9000))
    person = People(seed).person(born=born, sex="f")
    walker.sign_in(Role.CASEWORKER, "/intakes/new/")
    walker.fill(
        channel=Intake.Channel.SELF,
        form=Intake.Form.DESK,
        said="Просит помочь с жильём.",
        threat="no",
        violence="no",
        minor_at_risk="no",
        iin=person.iin,
        last_name=person.last_name,
        first_name=person.first_name,
        phone="+7 701 765 43 21",
        safe_contact="phone",
    )
    walker.submit()
    intake = Intake.objects.latest("pk")
    assert intake.case is not None
    return intake.case


def raise_alarm(walker: Walker, case: Case) -> Alarm:
    walker.go(f"/cases/{case.pk}/")
    walker.page.locator("details.menu:has(a[href$='/threat/']) > summary").click()
    walker.follow(f"a[href='/cases/{case.pk}/threat/']")
    walker.fill(note=NARRATIVE, brief="Угроза ножом у дома; дома двое детей")
    walker.submit()
    alarm = Alarm.objects.get(case=case)
    assert walker.page.locator(f".risk-banner a[href='/alarms/{alarm.pk}/']").count() == 1
    return alarm


def acknowledge(walker: Walker, alarm: Alarm, case: Case) -> None:
    """The member on call, on a phone: what threatens and how to reach the person, and nothing more."""
    walker.page.set_viewport_size(PHONE)
    walker.sign_in(Role.GROUP_MEMBER)
    walker.look()
    walker.follow_to(f"/alarms/{alarm.pk}/")
    text = walker.text()
    assert "Угроза ножом у дома" in text
    assert "+77017654321" in text
    assert NARRATIVE not in text
    assert case.number not in text
    walker.submit(f"/alarms/{alarm.pk}/acknowledge/")
    alarm.refresh_from_db()
    assert alarm.state == Alarm.State.ACKNOWLEDGED
    walker.page.set_viewport_size(WIDE)


def response_plan(walker: Walker, alarm: Alarm, center: Staffed) -> ResponsePlan:
    walker.sign_in(Role.COORDINATOR, "/alarms/")
    walker.follow_to(f"/alarms/{alarm.pk}/")
    walker.follow_to(f"/alarms/{alarm.pk}/engage/")
    walker.submit()
    walker.follow_to(f"/alarms/{alarm.pk}/plan/")
    walker.fill(goal="Исключить встречу с угрожающим, проверить детей.")
    walker.submit()
    plan = ResponsePlan.objects.get(alarm=alarm)
    walker.follow_to(f"/response-plans/{plan.pk}/measures/new/")
    walker.fill(
        text="Вынести защитное предписание",
        agency=str(center.agencies["internal_affairs"].pk),
        due_on=clock.today() - timedelta(days=1),
    )
    walker.submit()
    assert walker.page.locator("#id_due_on[aria-invalid]").count() == 1
    walker.fill(due_on=clock.today() + timedelta(days=1))
    walker.submit()
    assert plan.measures.count() == 1
    walker.follow_to(f"/response-plans/{plan.pk}/in-force/")
    walker.submit()
    assert Deadline.objects.get(code="response_plan", case_id=alarm.case_id).state == "met"
    return plan


def visit_protocol(walker: Walker, alarm: Alarm) -> Visit:
    """The group goes there: both times, who was there, the protocol, the signature; on a phone."""
    walker.page.set_viewport_size(PHONE)
    walker.sign_in(Role.GROUP_MEMBER)
    walker.follow_to(f"/alarms/{alarm.pk}/")
    walker.follow_to(f"/alarms/{alarm.pk}/visits/new/")
    walker.fill(purpose="Проверить, что дети в безопасности", place="У школы")
    walker.submit()
    visit = Visit.objects.get(alarm=alarm)
    return protocol(walker, visit)


def protocol(walker: Walker, visit: Visit) -> Visit:
    """From the page of a planned visit, on a phone, to its signature."""
    walker.follow_to(f"/visits/{visit.pk}/depart/")
    before = timezone.localtime(clock.now()) - timedelta(minutes=50)
    walker.fill(departed_at=f"{before:%d.%m.%Y %H:%M}")
    walker.submit()
    walker.follow_to(f"/visits/{visit.pk}/protocol/")
    walker.fill(
        arrived_at=f"{before + timedelta(minutes=30):%d.%m.%Y %H:%M}",
        returned_at=f"{before + timedelta(minutes=20):%d.%m.%Y %H:%M}",
        result="helped",
        protocol="Дети осмотрены, опасности нет.",
    )
    walker.submit()
    assert walker.page.locator("#id_returned_at[aria-invalid]").count() == 1
    assert walker.page.locator("[name=protocol]").input_value() == "Дети осмотрены, опасности нет."
    walker.fill(returned_at=f"{before + timedelta(minutes=45):%d.%m.%Y %H:%M}")
    walker.submit()
    walker.submit(f"/visits/{visit.pk}/sign/")
    visit.refresh_from_db()
    assert visit.state == Visit.State.SIGNED
    walker.page.set_viewport_size(WIDE)
    return visit


def finish(walker: Walker, alarm: Alarm, plan: ResponsePlan) -> None:
    """The coordinator marks, completes, closes."""
    measure = ResponseMeasure.objects.get(plan=plan)
    walker.sign_in(Role.COORDINATOR)
    walker.bar("/response-measures/")
    walker.follow_to(f"/response-measures/{measure.pk}/mark/")
    walker.fill(mark="done", note="Предписание вынесено.")
    walker.submit()
    walker.go(f"/response-plans/{plan.pk}/")
    walker.follow_to(f"/response-plans/{plan.pk}/complete/")
    walker.submit()
    walker.follow_to(f"/alarms/{alarm.pk}/close/")
    walker.fill(outcome="over", note="Предписание действует, участковый проверяет еженедельно.")
    walker.submit()
