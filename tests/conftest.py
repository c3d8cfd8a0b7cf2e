"""Fixtures for every test: databases as production has them (owned by one role, served by another), own Valkey.

`db` (or the mark `django_db`) rolls back; `own_database` commits into a clone of its own. Nothing is flushed: the
runtime role may not TRUNCATE, and reference data stays.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from tests.databases import Databases, address
from tests.services import Stack, stack

# Hundreds of thousands of objects live as long as the run: looking through them ten times rarer saves a tenth of it.
gc.freeze()
gc.set_threshold(100_000, 50, 100)

URL, OWNER_URL = os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The template and the clones of this test process."""
    databases = Databases(URL, OWNER_URL)
    yield databases
    databases.close()


@contextmanager
def pointed_at(database: str) -> Iterator[None]:
    """Django's connection and the environment of child processes use this database inside the block."""
    before = connection.settings_dict["NAME"]
    _point(database)
    try:
        yield
    finally:
        _point(before)


def _point(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database
    os.environ["DATABASE_URL"] = address(URL, database)
    os.environ["DATABASE_OWNER_URL"] = address(OWNER_URL, database)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, databases: Databases
) -> Iterator[None]:
    """Instead of pytest-django's: a clone of the template for this process, used as the runtime role."""
    with databases.clone() as name, django_db_blocker.unblock(), pointed_at(name), django_db_blocker.block():
        yield


@pytest.fixture
def own_database(databases: Databases, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own, into which it may commit; its name. Children started now use it too."""
    with databases.clone() as name, django_db_blocker.unblock(), pointed_at(name):
        yield name


@pytest.fixture(scope="class")
def class_database(databases: Databases, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """As `own_database`, shared by the tests of a class in their order."""
    with databases.clone() as name, django_db_blocker.unblock(), pointed_at(name):
        yield name


@pytest.fixture
def owner_cursor(django_db_setup: None) -> Iterator[Any]:
    """A cursor of the owner on the test's database, each statement committed by itself.

    It sees what is committed only: not the rows of a test that rolls back.
    """
    owner = psycopg2.connect(address(OWNER_URL, connection.settings_dict["NAME"]))
    owner.autocommit = True
    with owner.cursor() as cursor:
        yield cursor
    owner.close()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and cached pages of one test are not met in the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _first_language() -> None:
    """A test begins in the product's first language, whatever page the one before it opened."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def transactional_db() -> None:
    """Refused: it would empty tables, which the runtime role may not."""
    pytest.fail("Use own_database: a fresh clone instead of emptied tables.", pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse the transactional mark for the same reason; what takes long begins first, beside all the rest."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and (mark.kwargs.get("transaction") or mark.args):
            raise pytest.UsageError(f"{item.nodeid}: use own_database instead of transaction=True.")


@pytest.fixture
def services(own_database: str, tmp_path: Path) -> Iterator[Stack]:
    """Starts web server, worker and beat on the test's own database: `services.worker()` and so on."""
    with stack(tmp_path) as running:
        yield running
