"""Stories of these tests play in March 2026, too."""

from collections.abc import Iterator
from typing import Any

import pytest

from family_support.base import clock
from tests.factories import NOON
from tests.lasting import kept
from tests.mobile_groups.samples import a_ready_district


@pytest.fixture(autouse=True)
def _march() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture(scope="module", autouse=True)
def _district_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A district with its group in force: the first `a_ready_district()` of a test gives a copy of the module's."""
    with clock.at(NOON), kept(a_ready_district, django_db_blocker):
        yield
