"""The course of a plan in the browser: amended, declined and settled, ended; the body's head, the district."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from family_support.accounts import demo
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.demo.organizations import Staffed
from family_support.directory.models import Agency
from interagency.models import Task
from ipr.actions import approve_plan, freeze_version, put_measure
from ipr.models import EndDecision, EndProposal, MeasureTemplate, Plan, PlanVersion
from tests.browser.test_path import LANGUAGES, approve, sign, wait_for
from tests.browser.walker import Walker
from tests.factories import Place
from tests.plans import a_draft, an_assessed_case, anew, measure_data
from tests.plans import sign as signed

pytestmark = pytest.mark.slow


@dataclass
class Stage:
    """A plan in force with two measures of the officer's body and one of the body that has an administrator."""

    version: PlanVersion
    officers: Agency
    social: Agency


def a_stage(staffed: Staffed) -> Stage:
    """Made by the actions, as the pages would."""
    now = clock.now()
    chosen = {account.role: account.membership_id for account in demo.one_of_each_role(clock.today())}
    first = {role: Membership.objects.get(pk=chosen[role]) for role in chosen if role in staffed.people}
    place = Place(staffed.center, {Role(role): row for role, row in first.items()})
    officers = Membership.objects.select_related("agency").get(pk=chosen[Role.AGENCY_OFFICER]).agency
    assert officers is not None
    social = staffed.agencies["social_protection"]
    case = an_assessed_case(place, now=now)
    by = place.by(at=now)
    version = a_draft(place, case, bodies=False, now=now)
    dates = {"starts_on": clock.today(), "due_on": clock.today() + timedelta(days=40)}
    codes = list(
        MeasureTemplate.objects.filter(sector__in=officers.sectors.all()).values_list("code", flat=True)
    )
    own = MeasureTemplate.objects.filter(sector__code="social_protection").values_list("code", flat=True)
    for agency, code in ((officers, codes[0]), (officers, codes[-1]), (social, own[0])):
        data = measure_data(case, agency=agency, code=code, **dates)
        put_measure(version=version, data=data, by=by, now=now)
    version = anew(version)
    version = freeze_version(version=version, expected_version=version.version, by=by, now=now)
    version = signed(signed(version, place, "center", now=now), place, "family", now=now)
    director = place.by(Role.DIRECTOR, at=now)
    version = approve_plan(version=version, expected_version=version.version, by=director, now=now)
    wait_for(lambda: Task.objects.filter(measure__version=version).count() == 4)
    return Stage(anew(version), officers, social)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_changed_part_goes_again_and_a_decline_is_settled(
    walker: Walker, center: Staffed, language: str
) -> None:
    stage = a_stage(center)
    case = stage.version.plan.case
    walker.speaks(language)
    first, second = Task.objects.filter(case=case, agency=stage.officers).order_by("pk")
    walker.sign_in(Role.CASEWORKER, f"/cases/{case.pk}/plan/")
    walker.submit(f"/plans/{stage.version.plan_id}/amend/")
    draft = PlanVersion.objects.get(plan=stage.version.plan_id, state="draft")
    changed = draft.measures.get(key=first.measure.key)
    walker.go(f"/measures/{changed.pk}/")
    later = clock.today() + timedelta(days=60)
    walker.fill(due_on=later)
    walker.submit()
    walker.go(f"/plan-versions/{draft.pk}/difference/")
    assert f"{later:%d.%m.%Y}" in walker.text()
    sign(walker, case, draft)
    walker.sign_in(Role.DIRECTOR, "/approvals/")
    walker.follow_to(f"/plan-versions/{draft.pk}/approve/")
    assert f"{later:%d.%m.%Y}" in walker.text()
    approve(walker, draft)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.measure.version_id) == ("withdrawn", "sent", draft.pk)
    again = Task.objects.get(replaces=first)
    assert list(draft.handoffs.values_list("agency", flat=True)) == [stage.officers.pk]
    walker.sign_in(Role.AGENCY_OFFICER, "/tasks/?whose=free")
    walker.follow_to(f"/tasks/{again.pk}/")
    assert f"{later:%d.%m.%Y}" in walker.text()
    walker.follow_to(f"/tasks/{again.pk}/decline/")
    walker.fill(reason="Не относится к нашей компетенции.")
    walker.submit()
    walker.sign_in(Role.CASEWORKER, f"/cases/{case.pk}/agencies/")
    walker.follow_to(f"/tasks/{again.pk}/settle/")
    walker.fill(how="resend", note="нет")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(how="resend", note="Семья зарегистрирована на вашем участке.")
    walker.submit()
    settled = Task.objects.get(replaces=again)
    assert settled.state == "sent"
    walker.go(f"/cases/{case.pk}/agencies/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_director_ends_a_plan_on_the_workers_proposal(
    walker: Walker, center: Staffed, language: str
) -> None:
    stage = a_stage(center)
    plan = stage.version.plan
    walker.speaks(language)
    walker.sign_in(Role.CASEWORKER, f"/cases/{plan.case_id}/plan/")
    walker.follow_to(f"/plans/{plan.pk}/end/propose/")
    walker.fill(ground="did_not_act", evidence="Семья не посещает занятия третий месяц.")
    walker.attach("file")
    walker.submit()
    assert EndProposal.objects.get(plan=plan).answer == ""
    walker.sign_in(Role.DIRECTOR, "/approvals/")
    walker.follow_to(f"/plans/{plan.pk}/end/")
    walker.fill(number="", text="")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(number="12-р", text="Прекратить план, уведомить органы.")
    walker.submit()
    assert EndDecision.objects.get(plan=plan).number == "12-р"
    assert Plan.objects.get(pk=plan.pk).termination == "did_not_act"
    walker.paper(f"/plans/{plan.pk}/end/decision/")
    wait_for(lambda: not Task.objects.filter(case=plan.case_id).open().exists())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_of_a_body_gives_tasks_out_and_the_coordinator_looks(
    walker: Walker, center: Staffed, language: str
) -> None:
    stage = a_stage(center)
    walker.speaks(language)
    task = Task.objects.get(case=stage.version.plan.case_id, agency=stage.social)
    officer = center.seconds[0]
    walker.sign_in(Role.BODY_ADMIN, "/body/tasks/")
    assert task.snapshot["person"]["name"] not in walker.text()
    walker.page.locator(f"input[name=tasks][value='{task.pk}']").check()
    walker.fill(officer=str(officer.pk))
    walker.submit(holding="tasks")
    task.refresh_from_db()
    assert task.assigned_to_id == officer.pk
    walker.sign_in(Role.COORDINATOR, "/district/")
    assert stage.social.names[language] in walker.text()
    walker.sign_in(Role.DIRECTOR, "/cases/reassign/")
