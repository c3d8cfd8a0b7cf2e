"""All of one worker's cases to another (director, head of a unit)."""

from __future__ import annotations

from typing import Any

import pytest

from cases.actions import bar_person, reassign_cases, restrict
from cases.models import Case, TeamMember
from family_support.accounts.roles import CENTER_ROLES, UNIT_HEADS, Role
from family_support.base import clock
from family_support.base.errors import Forbidden, Invalid, Missing
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from tests.factories import NOON, a_case, a_center, a_membership, an_iin, fresh

pytestmark = pytest.mark.django_db


def test_every_open_case_gets_the_new_lead_who_is_told_once() -> None:
    place = a_center()
    ordinary, closed_to_him, restricted = (a_case(place) for _each in range(3))
    restrict(case=restricted, restriction=Case.Restriction.values[0], by=place.by(), now=NOON)
    iin = an_iin()
    new = a_membership(Role.CASEWORKER, center=place.center, iin=iin)
    bar_person(case=closed_to_him, iin=iin, relation="abuser", by=place.by(), now=NOON)
    leaving = place.people[Role.CASEWORKER]
    done = reassign_cases(
        leaving=leaving, to=new, reason="Отпуск на три месяца.", by=place.by(Role.DIRECTOR), now=NOON
    )
    assert (done.moved, done.kept) == (2, 1)
    assert [fresh(case).lead_id for case in (ordinary, closed_to_him, restricted)] == [
        new.pk,
        leaving.pk,
        new.pk,
    ]
    places = TeamMember.objects.filter(case__in=(ordinary, restricted), ends_at__isnull=True)
    assert set(places.values_list("membership_id", flat=True)) == {new.pk}
    deliver_due(clock.now)
    (notice,) = Notice.objects.filter(recipient=new)
    assert (notice.kind, notice.case_id, notice.params) == ("cases.reassigned", None, {"count": 2})


def test_a_head_of_a_unit_hands_over_what_that_one_sees_and_stumbles_over_nothing() -> None:
    place = a_center()
    ordinary, restricted = a_case(place), a_case(place)
    restrict(case=restricted, restriction=Case.Restriction.values[0], by=place.by(), now=NOON)
    leaving = place.people[Role.CASEWORKER]
    new = a_membership(Role.CASEWORKER, center=place.center)
    done = reassign_cases(
        leaving=leaving, to=new, reason="Отпуск.", by=place.by(Role.HEAD_ACCOMPANIMENT), now=NOON
    )
    assert (done.moved, done.kept) == (1, 0)
    assert (fresh(ordinary).lead_id, fresh(restricted).lead_id) == (new.pk, leaving.pk)


def test_who_may_and_what_is_refused() -> None:
    place, other = a_center(), a_center()
    a_case(place)
    given: dict[str, Any] = {
        "leaving": place.people[Role.CASEWORKER],
        "to": place.people[Role.LAWYER],
        "reason": "Увольнение.",
        "now": NOON,
    }
    for role in sorted(CENTER_ROLES - UNIT_HEADS - {Role.DIRECTOR}):
        with pytest.raises(Forbidden):
            reassign_cases(by=place.by(role), **given)
    with pytest.raises(Missing):
        reassign_cases(by=other.by(Role.DIRECTOR), **given)
    by = place.by(Role.DIRECTOR)
    for changes, fields in (
        ({"to": given["leaving"]}, {"to"}),
        ({"to": other.people[Role.LAWYER]}, {"to"}),
        ({"to": place.people[Role.INTAKE_CLERK]}, {"to"}),
        ({"reason": " "}, {"reason"}),
    ):
        with pytest.raises(Invalid) as refused:
            reassign_cases(by=by, **{**given, **changes})
        assert set(refused.value.fields) == fields
    assert reassign_cases(by=place.by(Role.HEAD_ACCOMPANIMENT), **given).moved == 1
