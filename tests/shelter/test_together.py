"""Two clerks give the last place at once, on two real connections: one gets it, the other learns so, nothing halves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from cases.models import Case, TimelineEntry
from family_support.base import clock
from family_support.base.errors import Conflict
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from shelter import actions
from shelter.models import Resident, Stay
from tests.factories import NOON, a_case_with_consent, a_center
from tests.plans import a_scan
from tests.shelter.samples import a_place, a_reserved, applicant, application


def both_at_once(*calls: Callable[[], Any]) -> list[str]:
    """What each call gave, begun together on connections of their own: the state, or the code of the refusal."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        try:
            with clock.at(NOON):
                start.wait(30)
                return str(call().state)
        except Conflict as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def test_the_last_place_goes_to_one_of_two(own_database: str) -> None:
    with clock.at(NOON):
        setting = a_center()
        place = a_place(setting)
        cases = [a_case_with_consent(setting) for _each in range(2)]
        people = [applicant(case) for case in cases]

    def give(number: int) -> Callable[[], Stay]:
        return lambda: actions.reserve_place(
            case=cases[number],
            person=people[number],
            place=place,
            arrives_at=NOON,
            by=setting.by(),
            now=NOON,
        )

    assert both_at_once(give(0), give(1)) == ["place_taken", "reserved"]
    assert Stay.objects.count() == 1
    got = Stay.objects.get().case_id
    assert list(Case.objects.filter(restricted=True).values_list("pk", flat=True)) == [got]
    assert list(TimelineEntry.objects.filter(kind="stay.reserved").values_list("case_id", flat=True)) == [got]


def test_one_place_is_not_lived_in_by_two(own_database: str) -> None:
    """Both moved at the check-in to the same free place: the loser keeps the reservation as it was."""
    with clock.at(NOON):
        setting = a_center()
        stays = [a_reserved(setting), a_reserved(setting)]
        place = a_place(setting)

    def admit(number: int) -> Callable[[], Stay]:
        return lambda: actions.check_in(
            stay=stays[number],
            admitted_at=NOON,
            basis=application(),
            scan=a_scan(),
            place=place,
            by=setting.by(),
            now=NOON,
        )

    assert both_at_once(admit(0), admit(1)) == ["place_taken", "resident"]
    loser = Stay.objects.get(state=Stay.State.RESERVED)
    assert loser.place_id != place.pk
    assert loser.basis == ""
    assert Resident.objects.filter(stay=loser).count() == 0
    assert not Deadline.objects.filter(subject_type="shelter.stay", subject_id=loser.pk).exists()
    assert not Attachment.objects.filter(subject_type="shelter.stay", subject_id=loser.pk).exists()
