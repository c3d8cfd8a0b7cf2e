"""Stories of these tests play in March 2026: events are written then, and delivered a little later."""

from collections.abc import Iterator
from typing import Any

import pytest

from family_support.base import clock
from tests.factories import NOON
from tests.interagency.samples import a_scene
from tests.lasting import kept


@pytest.fixture(autouse=True)
def _march() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """By `pytest.mark.usefixtures("scene")` the first `a_scene()` of a test gives a copy of the module's."""
    with clock.at(NOON), kept(a_scene, django_db_blocker):
        yield
