"""A session ends: warned of in time, put off by the keyboard; what was typed outlives it. Own sessions by device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, Route, expect

from family_support.accounts.roles import Role
from tests.browser.conftest import Window
from tests.browser.walker import Walker

PAGE = "/acting-director/"
TYPED = "15-к, үйдегі іс"


@pytest.fixture
def walker(window: Window) -> Iterator[Walker]:
    """In a window of its own: its clock is put on."""
    with window() as walker:
        yield walker


def typing(walker: Walker, language: str) -> Page:
    """A director in the middle of a form, by a clock that can be put on."""
    walker.speaks(language)
    walker.page.clock.install()
    walker.sign_in(Role.DIRECTOR, PAGE)
    walker.fill(order_number=TYPED)
    return walker.page


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_session_goes_on_or_comes_back(walker: Walker, language: str) -> None:
    page = typing(walker, language)
    dialog = page.locator("#session-dialog")
    warned_in_time(page)
    expect(dialog).to_be_visible()
    walker.look()
    # The dialog has the focus: Enter is "Continue working".
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    ended_and_signed_in_again(walker, page)
    expect(page.locator("[name=order_number]")).to_have_value(TYPED)
    walker.submit(holding="order_number")
    assert page.locator("[aria-invalid=true]").count(), "the form was read, not refused as a forgery"
    expect(page.locator("[name=order_number]")).to_have_value(TYPED)


def warned_in_time(page: Page) -> None:
    """Thirteen minutes without a click; the server, whose clock goes on as usual, is quoted as it would be then."""

    def quoted(route: Route) -> None:
        if "x-background" not in route.request.headers:
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "x-session-idle": "110"})

    page.route("**/alive/", quoted)
    page.clock.fast_forward("13:10")
    expect(page.locator("#session-dialog [data-part=soon]")).to_be_visible()
    expect(page.locator("#session-dialog [data-part=soon] [data-left]")).to_contain_text("1:")
    page.unroute("**/alive/")


def ended_and_signed_in_again(walker: Walker, page: Page) -> None:
    """The session is over: the page hides what it holds until the same person has signed in elsewhere."""
    dialog = page.locator("#session-dialog")
    Session.objects.all().delete()
    page.clock.fast_forward("15:10")
    expect(dialog.locator("[data-part=over]")).to_be_visible()
    walker.look()
    expect(page.locator("main")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    not_let_in(dialog, "data-not-yet")
    in_another_tab(walker, Role.METHODOLOGIST)
    not_let_in(dialog, "data-other")
    expect(page.locator("main")).to_be_hidden()
    in_another_tab(walker, Role.DIRECTOR)
    dialog.locator("[data-part=over] button").click()
    expect(dialog).to_be_hidden()


def not_let_in(dialog: Locator, why: str) -> None:
    """The answer has come when its own words are there: one on its way would bring its session's cookie later."""
    dialog.locator("[data-part=over] button").click()
    expect(dialog.locator("[data-part=problem]")).to_have_text(dialog.get_attribute(why) or "none")


def in_another_tab(walker: Walker, role: Role) -> None:
    """Sign in beside the page: the browser's cookies change, the page does not."""
    walker.comes_as(role)


def test_ending_the_others(walker: Walker, window: Window) -> None:
    with window(viewport={"width": 390, "height": 800}) as left:
        left.sign_in(Role.CASEWORKER)
        walker.sign_in(Role.CASEWORKER, "/sessions/")
        assert walker.page.locator("form[action$='/end/']").count() == 2
        walker.submit("/sessions/end-others/")
        assert walker.page.locator("form[action$='/end/']").count() == 1
        left.page.reload()
        assert "/accounts/login" in left.page.url
        walker.go("/sessions/")
