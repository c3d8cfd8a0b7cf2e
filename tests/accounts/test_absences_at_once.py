"""Two absences written at the same moment, past the action: what the database itself sees."""

from __future__ import annotations

import threading
import time
from datetime import date

import pytest
from django.db import connection

from family_support.accounts.models import Absence, Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict
from tests.factories import NOON, a_center

TODAY = date(2026, 3, 10)


@pytest.mark.usefixtures("own_database")
def test_the_second_is_refused() -> None:
    """The guard waits for whoever writes about one of the two people, and then sees that row."""
    place = a_center()
    one, two, three = (place.people[role] for role in (Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER))
    found: list[str] = []

    def write(membership: Membership, substitute: Membership) -> None:
        with acting(SYSTEM):
            Absence.objects.create(
                membership=membership, substitute=substitute, starts_on=TODAY, ends_on=TODAY, recorded_at=NOON,
                reason=Absence.Reason.LEAVE,
            )  # fmt: skip

    def second() -> None:
        try:
            write(two, three)
        except Conflict as error:
            found.append(error.code)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with acting(SYSTEM):
        write(one, two)
        thread.start()
        until = time.monotonic() + 10
        with connection.cursor() as cursor:
            while time.monotonic() < until and thread.is_alive():
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
    thread.join()
    assert found == ["stands_in"]
    assert Absence.objects.count() == 1
