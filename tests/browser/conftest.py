"""Chromium of the system, and the real product behind it: two Centers, fresh for each module."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from family_support.base import clock
from family_support.demo.organizations import CENTERS, Staffed, make
from family_support.demo.people import People
from local import browsers
from tests.browser.walker import AXE, Walker
from tests.conftest import pointed_at
from tests.databases import Databases
from tests.services import Stack, stack

# A page lives for a second: whatever V8 compiled for it to be faster would never be used again.
SHORT_LIVED = "--js-flags=--no-opt,--no-maglev"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chrome or Chromium that is there; root (as in many containers) cannot have its sandbox."""
    path = browsers.find()
    if not path:
        pytest.fail("No Chrome or Chromium found: install one or set CHROME.", pytrace=False)
    arguments = [SHORT_LIVED, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A caseworker's machine: Russian, in Kazakhstan's time."""
    return {**browser_context_args, "locale": "ru-RU", "timezone_id": "Asia/Almaty"}


@pytest.fixture(scope="session")
def origin(
    databases: Databases, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[str, list[Staffed]]]:
    """The database that each module's is copied from: two Centers with their people and bodies; and these."""
    with databases.clone() as name:
        with django_db_blocker.unblock(), pointed_at(name):
            staffed = make(People(1), clock.now() - timedelta(days=500), centers=CENTERS[:2])
        yield name, staffed


@pytest.fixture(scope="session")
def product(
    databases: Databases,
    origin: tuple[str, list[Staffed]],
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Stack]]:
    """Web server and worker of this test process, started once; the name of the database that they work on."""
    with (
        databases.clone(origin[0]) as name,
        stack(tmp_path_factory.mktemp("site"), SWEEP_SECONDS="2") as running,
    ):
        with django_db_blocker.unblock(), pointed_at(name):
            web = running.web(wait=False)
            running.worker()
            running.wait_for_web(web)
        yield name, running


@pytest.fixture(scope="module")
def site(
    databases: Databases,
    origin: tuple[str, list[Staffed]],
    product: tuple[str, Stack],
    django_db_blocker: Any,
) -> Iterator[Stack]:
    """The product on a fresh database; `site.address` is where, and the ORM here sees the same rows."""
    name, running = product
    # Web server and worker come back to the same name: a dead connection is noticed before it is used.
    databases.renew(name, origin[0])
    with django_db_blocker.unblock(), pointed_at(name):
        yield running


@pytest.fixture(scope="module")
def centers(site: Stack, origin: tuple[str, list[Staffed]]) -> list[Staffed]:
    """Two Centers with their people and the bodies of their districts."""
    return copy.deepcopy(origin[1])


@pytest.fixture(scope="module")
def center(centers: list[Staffed]) -> Staffed:
    """The Center whose people the buttons of the sign-in page show."""
    return centers[0]


WIDE: ViewportSize = {"width": 1280, "height": 720}
Window = Callable[..., AbstractContextManager[Walker]]
# What the browser itself says of refused requests, and of those that a test keeps from the network.
EXPECTED = ("favicon", "status of 4", "net::ERR_INTERNET_DISCONNECTED")


@contextmanager
def without_errors(page: Page) -> Iterator[None]:
    """Fails at the end when a script of the pages had failed."""
    errors: list[str] = []

    def thrown(error: Any) -> None:
        errors.append(str(error))

    def said(line: Any) -> None:
        if line.type == "error" and not any(expected in line.text for expected in EXPECTED):
            errors.append(line.text)

    page.on("pageerror", thrown)
    page.on("console", said)
    yield
    page.remove_listener("pageerror", thrown)
    page.remove_listener("console", said)
    assert not errors


@pytest.fixture
def window(
    browser: Browser, site: Stack, centers: list[Staffed], browser_context_args: dict[str, Any]
) -> Window:
    """Opens a window of its own with these options of the browser."""

    @contextmanager
    def opened(*, scripts: bool = True, **options: Any) -> Iterator[Walker]:
        context = browser.new_context(**{**browser_context_args, **options}, java_script_enabled=scripts)
        page = context.new_page()
        if scripts:
            context.add_init_script(AXE)
        with without_errors(page):
            yield Walker(page, site.address, scripts=scripts)
            context.close()

    return opened


@pytest.fixture(scope="session")
def wide(browser: Browser, browser_context_args: dict[str, Any]) -> Page:
    """The window that most tests walk in, one after the other: opening it takes as long as three pages."""
    page = browser.new_context(**browser_context_args).new_page()
    page.context.add_init_script(AXE)
    return page


@pytest.fixture
def walker(wide: Page, site: Stack, centers: list[Staffed]) -> Iterator[Walker]:
    """A person at a wide screen of which nobody before has left anything in the browser."""
    wide.set_viewport_size(WIDE)
    wide.context.clear_cookies()
    wide.goto(f"{site.address}/health/")
    wide.evaluate("localStorage.clear(); sessionStorage.clear()")
    with without_errors(wide):
        yield Walker(wide, site.address)
        # No script of the last page runs on.
        wide.goto(f"{site.address}/health/")
