"""Stories of these tests play in March 2026, too."""

from collections.abc import Iterator

import pytest

from family_support.base import clock
from tests.factories import NOON


@pytest.fixture(autouse=True)
def _march() -> Iterator[None]:
    with clock.at(NOON):
        yield
