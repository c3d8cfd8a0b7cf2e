"""An assessed case is what nearly every test of plans begins with: a module shares one, with its Center."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import a_center
from tests.lasting import kept
from tests.plans import an_assessed_case


@pytest.fixture(scope="module", autouse=True)
def _case_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The first `a_center()` of a test, and its first assessed case, are copies of the module's."""
    with kept(a_center, django_db_blocker) as place, kept(an_assessed_case, django_db_blocker, place):
        yield
