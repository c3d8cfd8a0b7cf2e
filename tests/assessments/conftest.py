"""A case with consent is what nearly every test of assessments begins with: a module shares one, with its Center."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import a_case_with_consent, a_center
from tests.lasting import kept


@pytest.fixture(scope="module", autouse=True)
def _case_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The first `a_center()` of a test, and its first case with consent, are copies of the module's."""
    with kept(a_center, django_db_blocker) as place, kept(a_case_with_consent, django_db_blocker, place):
        yield
