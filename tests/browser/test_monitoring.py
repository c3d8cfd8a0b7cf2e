"""The quarter in the browser: a proposed shortcoming accepted, signed once, corrected after a late entry, and the
ministry's country page with its file; an event held and a note sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from cases.actions import record_consultation, register_intake
from cases.models import Case, Consultation
from family_support.accounts.actors import load_actor
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.demo.organizations import Staffed
from family_support.documents.models import Rendering
from monitoring.actions import ROUNDUP_SUBJECT, open_quarter
from monitoring.models import AnalyticNote, OutreachEvent, QuarterlyReport, Roundup
from monitoring.quarters import ALMATY, Quarter
from tests.browser.walker import Walker
from tests.factories import intake_data, person_data

pytestmark = pytest.mark.slow
LANGUAGES = ("ru", "kk")
CONCLUSION = "Органы района работают согласованно, отчёты поступают в срок, сроки плана соблюдены."
NOTE = "За квартал выросла доля обращений от органов образования. " * 3


@pytest.fixture(scope="module")
def center(centers: list[Staffed]) -> Staffed:
    """A Center with its people, and in each of the last two quarters three families without IIN."""
    staffed = centers[0]
    for quarter in quarters().values():
        moment = quarter.ends_at - timedelta(days=33, hours=8)
        with clock.at(moment):
            for name in ("Анна", "Мария", "Ольга"):
                register_intake(
                    center=staffed.center,
                    by=worker(staffed, moment),
                    now=moment,
                    received_at=moment,
                    person=person_data(no_iin_reason="foreigner", last_name="Иванова", first_name=name),
                    **intake_data(),
                )
        open_quarter(center=staffed.center, quarter=quarter, by=SYSTEM, now=clock.now())
    return staffed


def quarters() -> dict[str, Quarter]:
    """Each language walks a quarter of its own."""
    last = Quarter.of(clock.now().astimezone(ALMATY).date()).previous
    return dict(zip(LANGUAGES, (last.previous, last), strict=True))


def worker(staffed: Staffed, now: datetime) -> Actor:
    actor = load_actor(staffed.people[Role.CASEWORKER][0], now)
    assert actor is not None
    return actor


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it has not happened"
        time.sleep(0.3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_quarter_from_proposal_to_country(
    walker: Walker, center: Staffed, language: str, tmp_path: Path
) -> None:
    walker.speaks(language)
    quarter = quarters()[language]
    report = QuarterlyReport.objects.get(center=center.center, year=quarter.year, quarter=quarter.number)
    conclude(walker, report)
    freeze(walker, report, language)
    correct(walker, report, center, quarter)
    look_at_the_country(walker, report)
    if language == LANGUAGES[0]:
        download(walker, report, tmp_path)


def conclude(walker: Walker, report: QuarterlyReport) -> None:
    """What distorts the figures, then the proposal in words that can be changed; the rest set aside."""
    walker.sign_in(Role.METHODOLOGIST, "/quarters/")
    walker.follow_to(f"/quarters/{report.pk}/")
    walker.follow_to(f"/quarters/{report.pk}/preflight/")
    walker.follow_to(f"/quarters/{report.pk}/")
    proposed = report.proposals.get(rule="no_iin")
    walker.follow_to(f"/quarters/{report.pk}/proposals/{proposed.pk}/accept/")
    text = walker.page.locator("[name=text]").input_value()
    assert "•" in text, "words that leave the Center hide a small figure"
    assert "10 %" in text
    walker.fill(text=text + " Это новые семьи.")
    walker.submit()
    for other in report.proposals.filter(state="proposed"):
        walker.follow_to(f"/quarters/{report.pk}/proposals/{other.pk}/dismiss/")
        walker.submit()
        assert walker.page.locator(".error-summary").count() == 1
        walker.fill(reason="Работа велась, сроки сдвинуты из-за праздников.")
        walker.submit()
    assert report.shortcomings.get().text.endswith("Это новые семьи.")
    assert "Это новые семьи." in walker.text()
    walker.fill(conclusion=CONCLUSION)
    walker.submit(holding="conclusion")


def freeze(walker: Walker, report: QuarterlyReport, language: str) -> None:
    """The director opens the records behind a figure, signs, and cannot sign again."""
    walker.sign_in(Role.DIRECTOR, f"/quarters/{report.pk}/")
    figure = walker.page.locator(f"main a[href^='/quarters/{report.pk}/records/intakes/']").first
    walker.go(str(figure.get_attribute("href")))
    numbers = Case.objects.filter(
        center=report.center, opened_at__lt=Quarter(report.year, report.quarter).ends_at
    ).values_list("number", flat=True)
    assert any(number in walker.text() for number in numbers)
    walker.go(f"/quarters/{report.pk}/")
    walker.follow_to(f"/quarters/{report.pk}/sign/")
    second = walker.page.context.new_page()
    second.goto(f"{walker.address}/quarters/{report.pk}/sign/")
    walker.submit()
    with second.expect_response(lambda answer: answer.request.method == "POST") as waiting:
        second.locator("main form[method=post] button[type=submit]").last.click()
    assert waiting.value.status == 409
    with translation.override(language):
        frozen = translation.gettext(
            "The figures of quarter {number}, {year} are frozen already. Later entries appear only as corrections."
        ).format(number=report.quarter, year=report.year)
    assert frozen in second.locator("main").inner_text()
    second.close()
    walker.follow_to(f"/quarters/{report.pk}/send/")
    walker.submit()
    report.refresh_from_db()
    assert report.state == QuarterlyReport.State.SENT


def correct(walker: Walker, report: QuarterlyReport, center: Staffed, quarter: Quarter) -> None:
    """A consultation of the quarter is recorded now: the figures differ, and the director issues the annex."""
    case = Case.objects.filter(center=center.center, opened_at__gte=quarter.starts_at).earliest("opened_at")
    now = clock.now()
    record_consultation(
        case=case,
        kind=Consultation.Kind.CONSULTATION,
        topic=Consultation.Topic.SOCIAL,
        summary="Разъяснены виды поддержки.",
        held_at=quarter.ends_at - timedelta(days=30),
        by=worker(center, now),
        now=now,
    )
    walker.follow_to(f"/quarters/{report.pk}/corrections/")
    assert case.number in walker.text()
    walker.follow_to(f"/quarters/{report.pk}/corrections/issue/")
    walker.fill(note="Запись из бумажного журнала.")
    walker.submit()
    annex = report.annexes.get()
    assert {line["code"] for line in annex.lines} >= {"consultations", "topics"}
    assert "Запись из бумажного журнала." in walker.text()
    assert walker.page.locator(f"main a[href='/quarters/{report.pk}/corrections/issue/']").count() == 0


def look_at_the_country(walker: Walker, report: QuarterlyReport) -> None:
    """The analyst reads the report with its annex, adds the quarter up, and compares."""
    walker.sign_in(Role.MINISTRY_ANALYST, f"/ministry/?year={report.year}&quarter={report.quarter}")
    walker.follow_to(f"/ministry/reports/{report.pk}/")
    assert "Запись из бумажного журнала." in walker.text()
    assert not any(number in walker.text() for number in Case.objects.values_list("number", flat=True))
    period = f"{report.year}-{report.quarter}"
    walker.go(f"/ministry/country/?period={period}")
    walker.submit("/ministry/roundups/draw/")
    region = Roundup.objects.get(region__isnull=False, year=report.year, quarter=report.quarter)
    walker.follow_to(f"/ministry/roundups/{region.pk}/")
    assert any(name in walker.text() for name in report.center.names.values())
    walker.go("/ministry/compare/")


def download(walker: Walker, report: QuarterlyReport, folder: Path) -> None:
    """The files of the country, made in the background."""
    country = Roundup.objects.get(region__isnull=True, year=report.year, quarter=report.quarter)
    files = Rendering.objects.filter(subject_type=ROUNDUP_SUBJECT, subject_id=country.pk, state="ready")
    wait_for(lambda: files.filter(format="xlsx").exists() and files.filter(format="pdf").exists(), 90)
    walker.go(f"/ministry/country/?period={report.year}-{report.quarter}")
    for file_format, begins in (("xlsx", b"PK"), ("pdf", b"%PDF-")):
        ready = files.filter(format=file_format).earliest("pk")
        assert walker.download(f"main a[href='/renderings/{ready.pk}/file/']", folder).startswith(begins)


@pytest.mark.parametrize("language", LANGUAGES)
def test_event_and_note(walker: Walker, center: Staffed, language: str) -> None:
    """A training is planned, held with how many came; a note is written and sent, and the ministry reads it."""
    walker.speaks(language)
    walker.sign_in(Role.METHODOLOGIST, "/events/")
    walker.follow_to("/events/new/")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    begins = clock.now() - timedelta(hours=2)
    walker.fill(
        kind="training",
        audience="specialists",
        topic="Информация об исполнении мероприятий",
        place="Акимат района",
        starts_at=f"{begins.astimezone(ALMATY):%d.%m.%Y %H:%M}",
    )
    walker.submit()
    event = OutreachEvent.objects.latest("pk")
    walker.follow_to(f"/events/{event.pk}/change/")
    walker.fill(place="Акимат района, малый зал")
    walker.submit()
    walker.follow_to(f"/events/{event.pk}/hold/")
    walker.fill(participants="0", result="Разобрали примеры.")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(participants="18")
    walker.submit()
    event.refresh_from_db()
    assert (event.state, event.participants, event.place) == ("held", 18, "Акимат района, малый зал")
    walker.follow("nav a[href='/notes/']")
    walker.follow_to("/notes/new/")
    walker.fill(kind="effectiveness", title="Эффективность помощи семьям", text=NOTE)
    walker.submit()
    note = AnalyticNote.objects.latest("pk")
    walker.paper(f"/notes/{note.pk}/print/")
    walker.follow_to(f"/notes/{note.pk}/send/")
    walker.submit()
    walker.sign_in(Role.MINISTRY_ANALYST, "/notes/")
    walker.follow_to(f"/notes/{note.pk}/")
    assert "органов образования" in walker.text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_coordinator_reads_what_left_the_center(walker: Walker, center: Staffed, language: str) -> None:
    walker.speaks(language)
    walker.sign_in(Role.COORDINATOR, "/district/reports/")
    sent = QuarterlyReport.objects.filter(state__in=("sent", "received")).first()
    if sent is not None:
        walker.follow_to(f"/district/reports/{sent.pk}/")
        assert "•" in walker.text()
