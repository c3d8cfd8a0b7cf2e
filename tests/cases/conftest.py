"""What the tests of cases stand on."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.factories import Place, a_case, a_center
from tests.lasting import kept


@pytest.fixture
def place(db: None) -> Place:
    """A Center with a person in every role."""
    return a_center()


@pytest.fixture
def other(db: None) -> Place:
    """Another Center."""
    return a_center()


@pytest.fixture(scope="module")
def cases_kept(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """The first Center of a test, and its first case with arguments that the module names in `KEPT`, are copies of the
    module's."""
    with ExitStack() as stack:
        place = stack.enter_context(kept(a_center, django_db_blocker))
        for options in request.module.KEPT:
            stack.enter_context(kept(a_case, django_db_blocker, place, **options))
        yield
