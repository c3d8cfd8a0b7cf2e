"""With whom a term lies while an answer is awaited: acts pass the clock on and take it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.actions import ask_consent, decline_transfer, refuse_consent, withdraw_transfer
from cases.models import Case
from family_support.accounts.roles import Role
from family_support.deadlines.models import Deadline, DeadlineHold
from tests.cases.test_transfers import proposed
from tests.factories import NOON, Place, a_case, a_consent

LATER = NOON + timedelta(hours=2)


def held(case: Case, code: str) -> list[str]:
    """Who got the clock of the case's term, one after the other, behind its first holder."""
    rows = DeadlineHold.objects.filter(deadline__case_id=case.pk, deadline__code=code)
    return list(rows.order_by("since", "pk").values_list("holder", flat=True))


def test_the_assessment_lies_with_the_family_while_it_is_asked_for_consent(place: Place) -> None:
    case = a_case(place)
    person = case.members.get().person
    first = ask_consent(case=case, person=person, by=place.by(), now=NOON)
    assert held(case, "assessment") == ["family"]
    assert held(case, "consultation") == []
    refuse_consent(consent=first, reason="Подумает ещё.", by=place.by(), now=LATER)
    assert held(case, "assessment") == ["family", "center"]


def test_a_consent_given_at_once_lies_with_the_family_for_no_time(place: Place) -> None:
    case = a_case(place)
    a_consent(case, place)
    rows = DeadlineHold.objects.filter(deadline__case_id=case.pk, deadline__code="assessment")
    assert len({row.since for row in rows}) == 1
    assert held(case, "assessment")[-1] == "center"


@pytest.mark.parametrize("answer", ["decline", "withdraw"])
def test_terms_lie_with_the_other_center_until_it_answers(place: Place, other: Place, answer: str) -> None:
    case = a_case(place, team=True)
    transfer = proposed(case, other, place.by())
    running = Deadline.objects.open().filter(case_id=case.pk, code__in=("consultation", "assessment"))
    assert {held(case, each.code)[-1] for each in running} == {"other_center"}
    if answer == "decline":
        decline_transfer(transfer=transfer, reason="Не наш район.", by=other.by(Role.DIRECTOR), now=LATER)
    else:
        withdraw_transfer(transfer=transfer, by=place.by(), now=LATER)
    assert {tuple(held(case, each.code)) for each in running} == {("other_center", "center")}
