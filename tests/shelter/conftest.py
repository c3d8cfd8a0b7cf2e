"""Stories of these tests play in March 2026, in one Center."""

from collections.abc import Iterator

import pytest

from family_support.base import clock
from tests.factories import NOON, Place, a_center


@pytest.fixture
def setting(db: None) -> Place:
    """A Center with a person in every role."""
    return a_center()


@pytest.fixture(autouse=True)
def _march() -> Iterator[None]:
    with clock.at(NOON):
        yield
