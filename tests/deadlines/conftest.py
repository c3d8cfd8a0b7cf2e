"""A Center, a worker and a case for the tests of deadlines."""

import pytest

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.directory.models import Center
from tests.places import make_actor, make_case, make_center


@pytest.fixture
def center(db: None) -> Center:
    return make_center()


@pytest.fixture
def worker(center: Center) -> Actor:
    return make_actor(Role.CASEWORKER, center)


@pytest.fixture
def case(center: Center, worker: Actor) -> Case:
    return make_case(center, worker)
