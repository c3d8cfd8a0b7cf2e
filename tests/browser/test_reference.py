"""The ministry's editor changes a term and the calendar; a worker finds out why a date moved; readers only read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines.models import Deadline, Recount, Term
from family_support.deadlines.schedule import due_day
from family_support.demo.organizations import Staffed
from family_support.workdays.calendar import SATURDAY, WorkCalendar
from family_support.workdays.queries import current_version, load_calendar
from tests.browser.test_path import wait_for
from tests.browser.walker import Walker
from tests.factories import Place, an_intake

pytestmark = pytest.mark.slow

# The term that is changed, its new length, and the order's number: the second language meets the first one's changes.
LANGUAGES = {"ru": ("plan_rework", "512-НҚ"), "kk": ("plan_approval", "613-НҚ")}
CHANGE = "/reference/calendar/change/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_editor_worker_and_reader(walker: Walker, center: Staffed, language: str) -> None:
    walker.speaks(language)
    code, order = LANGUAGES[language]
    deadline = assessment_of(center)
    before = deadline.due_at
    walker.sign_in(Role.MINISTRY_EDITOR)
    term_changes_tomorrow(walker, code)
    transfer(walker, deadline, order)
    wait_for(lambda: not Recount.objects.unfinished().exists())
    deadline.refresh_from_db()
    assert deadline.due_at > before
    recount = Recount.objects.get(version=current_version())
    walker.go(f"/reference/calendar/recounts/{recount.pk}/")
    assert str(recount.moved) in walker.text()
    # The worker's page of the date names the order, the old date and the new one.
    walker.sign_in(Role.CASEWORKER, f"/deadlines/{deadline.pk}/")
    text = walker.text()
    assert f"№ {order}" in text
    assert f"{before:%d.%m.%Y}" in text
    assert f"{deadline.due_at:%d.%m.%Y}" in text
    reads_only(walker, code)
    walker.comes_as(Role.MINISTRY_ANALYST)
    reads_only(walker, code)


def assessment_of(center: Staffed) -> Deadline:
    """The running term of a new request."""
    people = {role: center.first(role) for role in (Role.CASEWORKER, Role.INTAKE_CLERK)}
    intake = an_intake(Place(center.center, people), now=clock.now())
    return Deadline.objects.get(case_id=intake.case_id, code="assessment")


def term_changes_tomorrow(walker: Walker, code: str) -> None:
    term, today = Term.objects.get(code=code), clock.today()
    walker.follow("a[href='/reference/']")
    walker.follow_to("/reference/terms/")
    walker.follow_to(f"/reference/terms/{term.pk}/")
    walker.follow_to(f"/reference/terms/{term.pk}/change/")
    walker.fill(length="7", valid_from=today, act_number="44", act_date=today)
    answer = walker.page.locator("main form[method=post] button[type=submit]").last
    answer.click()
    walker.page.wait_for_load_state()
    # Today is too early: the page says so, and what was typed is still there.
    assert f"{today + timedelta(days=1):%d.%m.%Y}" in walker.text()
    assert walker.page.locator("[name=act_number]").input_value() == "44"
    walker.fill(valid_from=today + timedelta(days=1))
    walker.submit()
    assert f"№ 44, {today:%d.%m.%Y}" in walker.text()
    assert Term.objects.in_force(code, today + timedelta(days=1)).length == 7


def free_saturday(calendar: WorkCalendar, after: date) -> date:
    """The next Saturday that is only a rest day of the week."""
    day = after + timedelta(days=1)
    while day.weekday() != SATURDAY or calendar.step(day).day is not None:
        day += timedelta(days=1)
    return day


def transfer(walker: Walker, deadline: Deadline, order: str) -> None:
    """The last day of the term becomes a day off, a Saturday after it is worked."""
    calendar = load_calendar(center=deadline.center)
    last = due_day(deadline.due_at, calendar)
    walker.go("/reference/calendar/")
    walker.follow_to(CHANGE)
    walker.fill(
        order_number=order,
        order_date=clock.today(),
        what_1="transfer",
        day_1=free_saturday(calendar, last),
        other_1=last,
    )
    walker.submit()
    moved = walker.page.locator("dl.summary strong").first.inner_text()
    assert int(moved) >= 1
    walker.submit()
    assert "/reference/calendar/recounts/" in walker.page.url


def reads_only(walker: Walker, code: str) -> None:
    term = Term.objects.filter(code=code).order_by("valid_from").last()
    assert term is not None
    for path in ("/reference/", "/reference/terms/", f"/reference/terms/{term.pk}/", "/reference/calendar/"):
        walker.go(path)
        assert walker.page.locator("main a[href*='/change/'], main a[href$='/new/']").count() == 0, path
