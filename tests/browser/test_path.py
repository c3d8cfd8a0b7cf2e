"""The main job end to end: from a family's request to the quarter's PDF, in four roles, in the browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assessments.models import Assessment, Ground
from cases.models import Case, CaseMember, Intake
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.models import Deadline
from family_support.demo.organizations import Staffed
from family_support.demo.people import Invented, People
from family_support.directory.models import Sector
from family_support.documents.models import Rendering
from family_support.notifications.actions import notify
from interagency.models import ServiceNorm, Task
from ipr.models import FamilyMeasure, Measure, MeasureTemplate, Plan, PlanVersion, Signature
from monitoring.models import QuarterlyReport
from monitoring.tasks import open_quarters
from tests.browser.conftest import WIDE, Window
from tests.browser.walker import Walker, first_of

pytestmark = pytest.mark.slow
LANGUAGES = ("ru", "kk")


@pytest.fixture
def plain_walker(window: Window) -> Iterator[Walker]:
    """A browser without JavaScript."""
    with window(scripts=False) as walker:
        yield walker


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """What worker and sweep do takes a moment."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it has not happened"
        time.sleep(0.3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_family_from_request_to_quarter(
    walker: Walker, center: Staffed, language: str, tmp_path: Path
) -> None:
    """Every step a user takes, each through links and buttons of the page before it."""
    walker.speaks(language)
    people = People(hash_of(language))
    person = people.person(
        born=(clock.today() - timedelta(days=14000), clock.today() - timedelta(days=9000)), sex="f"
    )
    case = register(walker, person)
    fits_half_a_screen(walker)
    consent(walker, case)
    consultation(walker, case)
    assessment(walker, case)
    needs(walker, case)
    version = plan(walker, case, center)
    sign(walker, case, version)
    approve(walker, version)
    told(walker)
    agency_reports(walker, case)
    complete(walker, case)
    quarter(walker, center, tmp_path)
    case.refresh_from_db()
    assert case.stage == Case.Stage.CLOSED
    assert case.closing == Case.Closing.COMPLETED
    states = set(Deadline.objects.filter(case_id=case.pk).values_list("state", flat=True))
    assert states <= {"met", "cancelled"}, states


def hash_of(language: str) -> int:
    return 100 + LANGUAGES.index(language)


def register(walker: Walker, person: Invented, *, typed_by_hand: bool = False) -> Case:
    walker.sign_in_by_button(Role.CASEWORKER)
    walker.follow("a[href='/intakes/new/']")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(
        channel=Intake.Channel.SELF,
        form=Intake.Form.DESK,
        said="Просит помочь с работой и устройством ребёнка в детский сад.",
        threat="no",
        violence="no",
        minor_at_risk="no",
        iin=person.iin,
        last_name=person.last_name,
        first_name=person.first_name,
        phone=person.phone,
        safe_contact="phone",
    )
    if typed_by_hand:
        walker.fill(birth_date=person.birth_date, sex=person.sex)
    walker.submit()
    intake = Intake.objects.latest("pk")
    assert intake.state == Intake.State.REGISTERED
    assert intake.applicant.birth_date == person.birth_date
    assert set(Deadline.objects.filter(case_id=intake.case_id).values_list("code", flat=True)) == {
        "consultation",
        "assessment",
    }
    walker.paper(f"/intakes/{intake.pk}/slip/print/")
    return intake.case


def fits_half_a_screen(walker: Walker) -> None:
    """On a tablet, or beside another window, the lists of the day do not push the page sideways.

    After hours what came today is no work of this day yet: only the list of cases is sure to hold a date.
    """
    walker.page.set_viewport_size({"width": 800, "height": 900})
    for path in ("/day/", "/cases/"):
        walker.page.goto(walker.address + path)
        assert walker.page.evaluate("document.documentElement.scrollWidth") <= 800, path
    assert walker.page.locator("main .due-day").count()
    walker.page.set_viewport_size(WIDE)


def consent(walker: Walker, case: Case) -> None:
    walker.go(f"/cases/{case.pk}/")
    walker.follow_to(f"/cases/{case.pk}/people/")
    walker.follow_to(f"/cases/{case.pk}/consent/")
    walker.fill(
        decision="given", signed_on=clock.today(), data=["identity", "contact", "family"], third_parties=True
    )
    walker.attach("scan")
    walker.submit()
    assert case.consents.get().state == "given"


def consultation(walker: Walker, case: Case) -> None:
    intake = case.intakes.get()
    walker.go(f"/intakes/{intake.pk}/consultation/")
    walker.fill(kind="consultation", topic="social", summary="Разъяснены права и порядок получения пособий.")
    walker.submit()
    intake.refresh_from_db()
    assert intake.state == Intake.State.ANSWERED
    assert Deadline.objects.get(case_id=case.pk, code="consultation").state == "met"


def assessment(walker: Walker, case: Case) -> None:
    walker.go(f"/cases/{case.pk}/assessment/")
    walker.submit(f"/cases/{case.pk}/assessment/start/")
    ground = Ground.objects.filter(number=8).get()
    walker.go(f"/cases/{case.pk}/assessment/")
    walker.go(f"/cases/{case.pk}/assessment/sections/whole/")
    walker.fill(
        visited_on=clock.today(),
        situation="Единственный кормилец потерял работу, дохода нет три месяца.",
        own_means_note="Накоплений и помощи родных нет.",
    )
    walker.submit()
    walker.go(f"/cases/{case.pk}/assessment/grounds/")
    walker.page.locator(f"[name=ground_{ground.pk}]").check()
    walker.submit()
    walker.go(f"/cases/{case.pk}/assessment/conclude/")
    walker.fill(
        hls_found="yes",
        risk="medium",
        risk_reason="По итогам беседы и посещения.",
        response_measures="Составить ИПР, привлечь органы занятости и образования.",
        conclusion="Ситуация объективно нарушает жизнь семьи и не преодолевается самостоятельно.",
    )
    walker.submit()
    assert case.assessments.get().state == Assessment.State.CONCLUDED
    assert Deadline.objects.get(case_id=case.pk, code="assessment").state == "met"


def needs(walker: Walker, case: Case) -> None:
    walker.go(f"/cases/{case.pk}/needs/")
    sector = Sector.objects.get(code="education")
    walker.fill(sector=str(sector.pk), text="Место в детском саду для младшего ребёнка")
    walker.submit(f"/cases/{case.pk}/needs/") if walker.page.locator(
        "main form"
    ).count() > 1 else walker.submit()
    assert case.needs.count() == 1


def plan(walker: Walker, case: Case, center: Staffed) -> PlanVersion:
    walker.go(f"/cases/{case.pk}/plan/")
    walker.submit(f"/cases/{case.pk}/plan/start/")
    version = PlanVersion.objects.get(plan__case=case)
    today, later = clock.today(), clock.today() + timedelta(days=60)
    walker.go(f"/plan-versions/{version.pk}/edit/")
    walker.fill(starts_on=today, ends_on=later, goal="Восстановить доход семьи, устроить ребёнка в сад")
    # The head is saved before the row's form opens: what was typed in it is not lost.
    walker.page.locator("#measures a[data-after=head]").first.press("Enter")
    walker.page.wait_for_url("**/measures/new/")
    template = MeasureTemplate.objects.filter(sector__code="education").order_by("code").first()
    measure = {
        "template": str(template.pk),
        "text": "Выделить место в детском саду",
        "goal": "Ребёнок посещает детский сад",
        "executor": str(center.agencies["education"].pk),
        "person": str(case.members.get(relation=CaseMember.Relation.SELF).person_id),
        "starts_on": today,
    }
    walker.fill(**measure, due_on=later + timedelta(days=1))
    walker.submit()
    assert not Measure.objects.filter(version=version).exists()
    assert walker.page.locator("[name=text]").input_value() == "Выделить место в детском саду"
    walker.fill(due_on=today + timedelta(days=30))
    walker.submit()
    assert Measure.objects.filter(version=version).count() == 1
    walker.go(f"/plan-versions/{version.pk}/family-measures/new/")
    walker.fill(
        text="Встать на учёт в карьерном центре",
        person=measure["person"],
        starts_on=today,
        due_on=today + timedelta(days=20),
    )
    walker.submit()
    walker.go(f"/plan-versions/{version.pk}/participants/new/")
    walker.fill(name="Психолог Центра", specialty="psychologist")
    sent_as_soon_as_something_answers(walker)
    walker.go(f"/plan-versions/{version.pk}/parts/")
    return version


def sent_as_soon_as_something_answers(walker: Walker) -> None:
    """The button is pressed while there is no connection: the page stays, and says so until it is back. A browser that
    believes to have none, on a machine without any network, sends what a product on that machine answers."""
    page = walker.page
    page.context.set_offline(True)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("#notices [role=alert]")).to_have_text(
        page.locator("body").get_attribute("data-offline")
    )
    page.context.set_offline(False)
    expect(page.locator("#notices [role=alert]")).to_have_count(0)
    page.evaluate("Object.defineProperty(navigator, 'onLine', {get: () => false})")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
    walker.look()


def sign(walker: Walker, case: Case, version: PlanVersion) -> None:
    walker.go(f"/plan-versions/{version.pk}/freeze/")
    walker.submit()
    worker = case.lead
    applicant = case.members.get(relation=CaseMember.Relation.SELF).person
    for party, signer in (
        (Signature.Party.CENTER, {"membership": worker}),
        (Signature.Party.FAMILY, {"person": applicant}),
    ):
        walker.go(f"/plan-versions/{version.pk}/sign/")
        values = {"signed_on": clock.today(), **{name: str(each.pk) for name, each in signer.items()}}
        walker.fill(**{f"{party}-{name}": value for name, value in values.items()})
        walker.attach(f"{party}-scan")
        walker.submit(holding=f"{party}-scan")
    version.refresh_from_db()
    assert version.state == PlanVersion.State.SUBMITTED
    walker.paper(f"/plan-versions/{version.pk}/print/")
    assert walker.page.goto(f"{walker.address}/plan-versions/{version.pk}/approve/").status == 403


def approve(walker: Walker, version: PlanVersion) -> None:
    walker.sign_in(Role.DIRECTOR, "/approvals/")
    walker.go(f"/plan-versions/{version.pk}/approve/")
    walker.submit()
    version.refresh_from_db()
    assert version.state == PlanVersion.State.APPROVED
    wait_for(lambda: Task.objects.filter(measure__version=version).exists())
    assert Deadline.objects.get(code="handoff", subject_id=version.pk).state == "met"


def told(walker: Walker) -> None:
    """What is new comes by itself: number, title and a word for who listens, without a reload; then it is read."""
    page = walker.page

    def unread() -> int:
        return int(page.locator("#bell").get_attribute("data-unread") or 0)

    before = unread()
    with acting(SYSTEM):
        notify(
            [first_of(Role.DIRECTOR)], "case.closed", subject=("cases.list", 1), case_id=None, now=clock.now()
        )
    page.evaluate("document.getElementById('bell').dispatchEvent(new Event('refresh'))")
    wait_for(lambda: unread() > before)
    wait_for(lambda: page.title().startswith(f"({unread()}) "))
    assert str(unread()) in page.locator("#live").inner_text()
    walker.follow("#bell")
    walker.follow_to("/notices/?show=unread")
    walker.submit("/notices/read/")
    assert page.locator("#bell").get_attribute("data-unread") == "0"
    assert not page.title().startswith("(")


def agency_reports(walker: Walker, case: Case) -> None:
    """Accepted, reported, returned for rework, reported again, marked done."""
    task = Task.objects.get(case=case)
    walker.sign_in(Role.AGENCY_OFFICER, "/tasks/")
    walker.follow_to(f"/tasks/{task.pk}/")
    assert case.number not in walker.text()
    walker.submit(f"/tasks/{task.pk}/accept/")
    _report(walker, task)
    walker.sign_in(Role.CASEWORKER, f"/cases/{case.pk}/agencies/")
    walker.follow_to(f"/tasks/{task.pk}/review/")
    walker.fill(
        mark="returned",
        ground="breach",
        service_norm=str(ServiceNorm.objects.get(code="88V-RULES").pk),
        norm="Услуга оказана без выезда на дом.",
        reason="Нет подтверждающего документа, дополните отчёт.",
        new_due_on=clock.today() + timedelta(days=10),
    )
    walker.submit()
    walker.sign_in(Role.AGENCY_OFFICER, f"/tasks/{task.pk}/")
    _report(walker, task)
    walker.sign_in(Role.CASEWORKER, f"/tasks/{task.pk}/review/")
    walker.fill(mark="done")
    walker.submit()
    task.refresh_from_db()
    assert task.state == Task.State.DONE
    assert list(
        Deadline.objects.filter(code="report_review", subject_id=task.pk).values_list("state", flat=True)
    ) == [
        "met",
        "met",
    ]


def _report(walker: Walker, task: Task) -> None:
    walker.follow_to(f"/tasks/{task.pk}/report/")
    walker.fill(
        result="done", text="Место в детском саду выделено, направление выдано.", provided_on=clock.today()
    )
    walker.attach("file")
    walker.submit()
    task.refresh_from_db()
    assert task.state == Task.State.REPORTED


def complete(walker: Walker, case: Case) -> None:
    own = FamilyMeasure.objects.get(plan_version__plan__case=case)
    walker.go(f"/family-measures/{own.pk}/mark/")
    walker.fill(mark="done", evidence="Справка карьерного центра о постановке на учёт.")
    walker.submit()
    assert Deadline.objects.get(case_id=case.pk, code="completion_mark").state == "open"
    running = Plan.objects.get(case=case)
    walker.go(f"/plans/{running.pk}/complete/")
    walker.fill(completed_on=clock.today())
    walker.submit()
    assert Deadline.objects.get(case_id=case.pk, code="completion_mark").state == "met"
    walker.go(f"/cases/{case.pk}/")
    walker.go(f"/cases/{case.pk}/history/")
    walker.go(f"/cases/{case.pk}/documents/")


def quarter(walker: Walker, center: Staffed, folder: Path) -> None:
    """The worker opens the quarter, the methodologist concludes, the director sends, the analyst downloads."""
    open_quarters.delay()
    reports = QuarterlyReport.objects.filter(center=center.center)
    wait_for(lambda: reports.filter(state__in=("draft", "sent")).exists())
    report = reports.get()
    if report.state == QuarterlyReport.State.DRAFT:
        walker.sign_in(Role.METHODOLOGIST, "/quarters/")
        walker.follow_to(f"/quarters/{report.pk}/")
        walker.fill(
            conclusion="Совместная работа органов велась по планам, мероприятия исполнялись в срок, замечаний нет.",
            no_shortcomings=True,
        )
        walker.submit(holding="conclusion")
        walker.sign_in(Role.DIRECTOR, f"/quarters/{report.pk}/")
        walker.follow_to(f"/quarters/{report.pk}/sign/")
        walker.submit()
        walker.follow_to(f"/quarters/{report.pk}/send/")
        walker.submit()
    wait_for(lambda: Rendering.objects.filter(state="ready").count() >= 4, 90)
    walker.sign_in(Role.MINISTRY_ANALYST, "/ministry/")
    walker.follow_to(f"/ministry/reports/{report.pk}/")
    ready = Rendering.objects.filter(format="pdf", state="ready").first()
    pdf = walker.download(f"main a[href='/renderings/{ready.pk}/file/']", folder)
    assert pdf.startswith(b"%PDF-")


def test_essential_forms_without_scripts(plain_walker: Walker, center: Staffed) -> None:
    """Sign-in, an intake with a mistake corrected, consent and consultation, as a locked-down browser sends them."""
    walker = plain_walker
    person = People(7).person(
        born=(clock.today() - timedelta(days=14000), clock.today() - timedelta(days=9000)), sex="m"
    )
    case = register(walker, person, typed_by_hand=True)
    consent(walker, case)
    consultation(walker, case)
