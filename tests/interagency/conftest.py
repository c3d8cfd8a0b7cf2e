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
def _scene_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One scene for all tests of a module: `pytest.mark.usefixtures("scene")`."""
    with clock.at(NOON), kept(a_scene, django_db_blocker):
        yield


@pytest.fixture
def scene(_scene_kept: None) -> None:
    """The first `a_scene()` of this test gives a copy of the module's."""
    a_scene.given = False
