"""Reports of these tests are drawn up in April 2026: events are written then."""

from collections.abc import Iterator

import pytest

from family_support.base import clock
from tests.monitoring.samples import APRIL


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with clock.at(APRIL):
        yield
