"""The other doors, walked in the browser: the public form on a phone, a body's inbox, a transfer between Centers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cases.forms.ask import FASTEST
from cases.models import Intake, IntakeTransfer
from family_support.accounts.roles import Role
from family_support.demo.organizations import Staffed
from tests.browser.conftest import Window
from tests.browser.walker import Walker

pytestmark = pytest.mark.slow
LANGUAGES = ("ru", "kk")
PHONE = {"width": 390, "height": 844}
IN_WORK = {"ru": "Зарегистрировано, в работе", "kk": "Тіркелді, жұмыста"}
FILE_TAKEN = {"ru": "Получено", "kk": "Қабылданды"}
MESSAGE = {
    "safe_contact": "message",
    "phone": "+7 701 000 11 22",
    "safe_contact_note": "с 10 до 12",
}
STORY = {
    "about": "myself",
    "first_name": "Айгүл",
    "said": "Нечем платить за жильё, двое детей.",
    "violence": "no",
    "threat": "no",
}


@pytest.fixture
def phone(window: Window) -> Iterator[Walker]:
    with window(viewport=PHONE) as walker:
        yield walker


@pytest.fixture
def plain_phone(window: Window) -> Iterator[Walker]:
    """A phone without JavaScript."""
    with window(viewport=PHONE, scripts=False) as walker:
        yield walker


def send(walker: Walker, step: str) -> None:
    """Press the step's main button and wait for the next one."""
    walker.page.locator("main button.btn-primary[type=submit]").click()
    walker.page.wait_for_selector(
        f"main input[name=step][value={step}]" if step else "main .fs-4", state="attached"
    )
    walker.look()


def ask(walker: Walker, center: Staffed) -> tuple[str, str]:
    """All three steps; number and code of the slip."""
    walker.go("/ask/")
    began = time.monotonic()
    before = walker.page.evaluate("history.length") if walker.scripts else 0
    walker.page.locator("main button.btn-primary[type=submit]").click()
    walker.page.wait_for_selector(".error-summary")
    walker.look()
    walker.fill(**MESSAGE)
    send(walker, "story")
    walker.fill(**STORY)
    send(walker, "place")
    walker.fill(center=str(center.center.pk))
    assert "Айгүл" in walker.text()
    # Who is quicker is taken for a program and asked to look again.
    walker.page.wait_for_timeout(max(0, FASTEST + 0.5 - (time.monotonic() - began)) * 1000)
    send(walker, "")
    if walker.scripts:
        # Steps leave nothing to go back to.
        assert walker.page.evaluate("history.length") == before
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        assert not walker.page.evaluate(wide)
        assert walker.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]") == []
    assert walker.page.url == f"{walker.address}/ask/"
    number, code = (walker.page.locator("main .fs-4").nth(place).inner_text() for place in (0, 1))
    return number, code


def add_a_file(phone: Walker, number: str, code: str, language: str) -> None:
    """From the slip just given: a wrong code is refused without saying what is wrong; then the Center is told."""
    phone.follow_to("/ask/file/")
    for typed, answer in (("Z" * 8, ".error-summary"), (code, ".notice.tone-green")):
        phone.fill(number=number, code=typed)
        phone.attach("file")
        phone.page.locator("main button.btn-primary[type=submit]").click()
        phone.page.wait_for_selector(answer)
        phone.look()
    assert FILE_TAKEN[language] in phone.text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_form_to_the_clerk_and_back_by_the_slip(
    phone: Walker, walker: Walker, centers: list[Staffed], language: str
) -> None:
    phone.speaks(language)
    walker.speaks(language)
    number, code = ask(phone, centers[0])
    intake = Intake.objects.get(reference=number.replace(" ", ""))
    assert intake.state == "received"
    add_a_file(phone, number, code, language)
    walker.sign_in(Role.INTAKE_CLERK)
    walker.follow_nav("/intakes/")
    walker.follow_to(f"/intakes/{intake.pk}/")
    assert STORY["said"] in walker.text()
    assert walker.page.locator("main a.file-link").count() == 1
    walker.follow_to(f"/intakes/{intake.pk}/register/")
    walker.submit()
    intake.refresh_from_db()
    assert intake.state == "registered"
    phone.go("/ask/status/")
    phone.fill(number=number, code=code)
    phone.page.locator("main button.btn-primary").click()
    phone.page.wait_for_selector("main dl.summary")
    phone.look()
    assert IN_WORK[language] in phone.text()


def test_public_form_without_scripts_and_quick_exit(
    plain_phone: Walker, phone: Walker, centers: list[Staffed]
) -> None:
    plain_phone.speaks("kk")
    number, _code = ask(plain_phone, centers[1])
    assert Intake.objects.get(reference=number.replace(" ", "")).center == centers[1].center
    phone.speaks("ru")
    phone.page.route(re.compile("google"), lambda route: route.fulfill(body="<title>Elsewhere</title>"))
    phone.go("/ask/")
    phone.fill(**MESSAGE)
    send(phone, "story")
    phone.page.locator("button[name=language][value=kk]").click()
    phone.page.wait_for_selector("html[lang=kk]", state="attached")
    for _press in range(3):
        phone.page.keyboard.press("Shift")
    phone.page.wait_for_url(re.compile("google"))
    assert phone.page.title() == "Elsewhere"


def draft_is_kept_beside_the_duplicates(walker: Walker, language: str) -> None:
    """What is typed is saved by itself and is there again; likely duplicates have a place of their own."""
    walker.go("/intakes/new/")
    walker.fill(said="Соседка просит помощи.", last_name="Серикова")
    walker.page.keyboard.press("Tab")
    expect(walker.page.locator("#saved")).to_contain_text(re.compile(r"\d\d:\d\d"), timeout=15_000)
    walker.go("/intakes/new/")
    assert walker.page.locator("[name=said]").input_value() == "Соседка просит помощи."
    walker.page.locator("form[action='/intakes/draft/drop/'] button").click()
    walker.page.wait_for_load_state()
    assert walker.page.locator("[name=said]").input_value() == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_officer_sends_and_another_center_takes_over(
    walker: Walker, centers: list[Staffed], language: str
) -> None:
    walker.speaks(language)
    here, there = centers
    walker.sign_in(Role.AGENCY_OFFICER)
    walker.follow_nav("/sent/")
    walker.follow_to("/sent/new/")
    walker.fill(
        said="Ученик две недели не посещает школу, дома тяжёлое положение.",
        threat="no",
        violence="no",
        minor_at_risk="no",
        last_name="Серикова",
        no_iin_reason="unknown",
    )
    walker.attach("upload")
    walker.submit()
    intake = Intake.objects.latest("pk")
    assert (intake.form, intake.state) == ("inbox", "received")
    walker.comes_as(Role.CASEWORKER)
    draft_is_kept_beside_the_duplicates(walker, language)
    walker.go(f"/intakes/{intake.pk}/register/")
    walker.submit()
    walker.go(f"/intakes/{intake.pk}/")
    walker.follow_to(f"/intakes/{intake.pk}/transfer/")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(to_center=str(there.center.pk), ground="moved", reason="Семья переехала.")
    walker.submit()
    transfer = IntakeTransfer.objects.get(intake=intake)
    walker.comes_as(Role.DIRECTOR, there.first(Role.DIRECTOR).pk)
    walker.speaks(language)
    walker.go("/intakes/?tab=offered")
    walker.follow_to(f"/transfers/{transfer.pk}/")
    assert "Серикова" not in walker.text()
    walker.submit(f"/transfers/{transfer.pk}/accept/")
    transfer.refresh_from_db()
    assert transfer.state == "accepted"
    assert transfer.new_intake is not None
    assert "Серикова" in walker.text()
    walker.sign_in(Role.AGENCY_OFFICER, "/sent/")
    assert IN_WORK[language] in walker.text()
