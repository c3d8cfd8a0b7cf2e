"""Stories of these tests play in March 2026, in one Center."""

from collections.abc import Iterator
from typing import Any

import pytest

from family_support.base import clock
from tests.factories import NOON, Place, a_case_with_consent, a_center
from tests.lasting import kept


@pytest.fixture
def setting(db: None) -> Place:
    """A Center with a person in every role."""
    return a_center()


@pytest.fixture(scope="module")
def case_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """By `pytest.mark.usefixtures("case_kept")` the first Center of a test, and its first case with consent, are copies
    of the module's."""
    with (
        clock.at(NOON),
        kept(a_center, django_db_blocker) as place,
        kept(a_case_with_consent, django_db_blocker, place),
    ):
        yield


@pytest.fixture(autouse=True)
def _march() -> Iterator[None]:
    with clock.at(NOON):
        yield
