"""Files of a test lie in a folder of its own."""

from pathlib import Path

import pytest

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from tests.places import make_actor, make_case, make_center


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def worker(db: None) -> Actor:
    return make_actor(Role.CASEWORKER, make_center())


@pytest.fixture
def case(worker: Actor) -> Case:
    from family_support.directory.models import Center

    return make_case(Center.objects.get(pk=worker.center_id), worker)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
