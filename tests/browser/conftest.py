"""Chromium of the system, and the real product behind it on a database of each module's own."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from local import browsers
from tests.conftest import pointed_at
from tests.databases import Databases
from tests.services import Stack, stack


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chrome or Chromium that is there; root (as in many containers) cannot have its sandbox."""
    path = browsers.find()
    if not path:
        pytest.fail("No Chrome or Chromium found: install one or set CHROME.", pytrace=False)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A caseworker's machine: Russian, in Kazakhstan's time."""
    return {**browser_context_args, "locale": "ru-RU", "timezone_id": "Asia/Almaty"}


@pytest.fixture(scope="module")
def site(
    databases: Databases,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """Web server and worker on a fresh database; `site.address` is where, and the ORM here sees the same rows."""
    folder = tmp_path_factory.mktemp("site")
    with (
        databases.clone() as name,
        django_db_blocker.unblock(),
        pointed_at(name),
        stack(folder, SWEEP_SECONDS="2") as running,
    ):
        web = running.web(wait=False)
        running.worker()
        running.wait_for_web(web)
        yield running
