"""What the tests of cases stand on."""

import pytest

from tests.factories import Place, a_center


@pytest.fixture
def place(db: None) -> Place:
    """A Center with a person in every role."""
    return a_center()


@pytest.fixture
def other(db: None) -> Place:
    """Another Center."""
    return a_center()
