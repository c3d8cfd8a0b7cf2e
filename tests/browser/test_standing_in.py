"""Somebody goes away, a colleague stands in and loses it again; the month of due dates; a link for the phone."""

from __future__ import annotations

from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.utils import translation
from icalendar import Calendar

from cases.models import Case
from family_support.accounts.models import Absence, Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.demo.organizations import Staffed
from tests.browser.walker import Walker
from tests.factories import Place, a_case, actor_for

pytestmark = pytest.mark.slow
LANGUAGES = ("ru", "kk")
# With what has time: what came after hours is due the day after the next.
WHOLE_DAY = "/day/?later=1"


@pytest.fixture(scope="module")
def case(center: Staffed) -> Case:
    """An ordinary case of the second case manager."""
    absent, now = center.people[Role.CASEWORKER][1], clock.now()
    place = Place(center.center, {Role.CASEWORKER: absent})
    return a_case(place, now=now, by=actor_for(absent, at=now))


@pytest.mark.parametrize("language", LANGUAGES)
def test_away_and_back(walker: Walker, center: Staffed, case: Case, language: str) -> None:
    walker.speaks(language)
    substitute, absent = center.people[Role.CASEWORKER][:2]
    walker.sign_in(Role.CASEWORKER, WHOLE_DAY)
    assert case.number not in walker.text()
    record(walker, absent, substitute)
    works(walker, case, absent, language)
    month(walker, case)
    link(walker, case)
    back(walker, case)


def record(walker: Walker, absent: Membership, substitute: Membership) -> None:
    """The director, from the board: a period that ends before it begins is refused on its field."""
    walker.sign_in(Role.DIRECTOR)
    walker.bar("/board/")
    walker.follow_to("/absences/")
    walker.follow_to("/absences/new/")
    today = clock.today()
    walker.fill(membership=str(absent.pk), substitute=str(substitute.pk), reason="leave")
    walker.fill(ends_on=today - timedelta(days=1))
    walker.submit()
    assert walker.page.locator("#id_ends_on[aria-invalid]").count() == 1
    walker.fill(ends_on=today + timedelta(days=3))
    walker.submit()
    assert Absence.objects.in_force(today).get().substitute_id == substitute.pk
    assert absent.user.last_name in walker.text()
    walker.go("/board/")
    assert substitute.user.short_name in walker.text()


def works(walker: Walker, case: Case, absent: Membership, language: str) -> None:
    """The substitute finds the work on My day, marked for whom, and opens the case."""
    walker.sign_in(Role.CASEWORKER, WHOLE_DAY)
    assert case.number in walker.text()
    with translation.override(language):
        mark = translation.gettext("for %(name)s") % {"name": absent.user.short_name}
    assert mark in walker.text()
    walker.follow_to(f"/cases/{case.pk}/")
    assert case.family_name in walker.text()
    assert absent.user.short_name in walker.page.locator("main .notice").first.inner_text()


def month(walker: Walker, case: Case) -> None:
    """The month by keyboard: a day with something on it lists what ends there."""
    walker.go("/day/")
    walker.follow_to("/calendar/")
    day = walker.page.locator(".agenda-grid a.agenda-day").first
    day.focus()
    with walker.page.expect_navigation():
        walker.page.keyboard.press("Enter")
    walker.look()
    assert case.number in walker.page.locator("#day").inner_text()
    walker.follow("a[rel=next]")
    walker.follow("a[rel=prev]")


def link(walker: Walker, case: Case) -> None:
    """A link is made, read without an account, and taken back."""
    walker.follow_to("/calendar/link/")
    walker.follow_to("/calendar/link/new/")
    walker.submit()
    address = walker.page.locator("#feed-link").inner_text()
    # The product's own name for itself is not where this test runs it.
    own = f"{walker.address}/calendar/{address.rpartition('/')[2]}"
    with urlopen(own) as answer:  # noqa: S310 - our own server
        content = answer.read()
        assert not answer.headers.get("Set-Cookie")
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [event for event in events if case.number in str(event["summary"])]
    walker.follow_to("/calendar/link/")
    walker.follow_to("/calendar/link/end/")
    walker.submit()
    with pytest.raises(HTTPError) as refused:
        urlopen(own)  # noqa: S310 - our own server
    assert refused.value.code == 404


def back(walker: Walker, case: Case) -> None:
    """The director ends the absence: at the next click the work is gone."""
    walker.sign_in(Role.DIRECTOR, "/absences/")
    absence = Absence.objects.in_force(clock.today()).get()
    walker.follow_to(f"/absences/{absence.pk}/end/")
    walker.submit()
    walker.sign_in(Role.CASEWORKER, WHOLE_DAY)
    assert case.number not in walker.text()
    walker.page.goto(f"{walker.address}/cases/{case.pk}/")
    assert case.family_name not in walker.text()
