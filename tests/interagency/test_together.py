"""Two officers of a body take the same task at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.errors import Conflict
from interagency import actions
from tests.factories import NOON, a_membership, actor_for
from tests.interagency.samples import a_scene


def test_two_officers_at_once(own_database: str) -> None:
    scene = a_scene()
    others = [scene.officer, actor_for(a_membership(Role.AGENCY_OFFICER, agency=scene.agency))]

    def take(by: Actor) -> str:
        try:
            actions.accept_task(task=scene.task, expected_version=scene.task.version, by=by, now=NOON)
        except Conflict as error:
            return error.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, others)) == ["ok", "stale_version"]
