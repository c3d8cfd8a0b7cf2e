"""The law of stays as pure functions: the month, day 20, the basis, ages, beds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from cases.models import Person
from family_support.base.errors import Invalid
from family_support.directory.models import Agency
from shelter import rules
from shelter.rules import Basis
from tests.factories import NOON

TODAY = date(2026, 3, 10)
BODY = Agency(name_ru="Поликлиника")
REFERRAL = {"agency": BODY, "number": "1", "referral_on": TODAY}


def refusal(call, *args, **kwargs) -> dict[str, list[str]]:  # type: ignore[no-untyped-def]
    with pytest.raises(Invalid) as caught, translation.override("en"):
        call(*args, **kwargs)
    with translation.override("en"):
        return caught.value.as_dict()["fields"]


@pytest.mark.parametrize(
    ("admitted", "last"),
    [
        (date(2026, 3, 10), date(2026, 4, 10)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 30), date(2024, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        # A Saturday stays one: the last day does not roll.
        (date(2026, 3, 11), date(2026, 4, 11)),
    ],
)
def test_the_last_day_is_the_same_date_of_the_next_month(admitted: date, last: date) -> None:
    assert rules.last_day(admitted) == last


def test_day_twenty_and_the_day_of_the_stay() -> None:
    assert rules.exit_plan_day(TODAY) == date(2026, 3, 30)
    assert rules.day_of_stay(TODAY, TODAY) == 0
    assert rules.day_of_stay(TODAY, date(2026, 4, 4)) == 25


@pytest.mark.parametrize(
    ("basis", "field", "message"),
    [
        (
            Basis(),
            "basis",
            "Give the basis of the stay: a referral with body, number and date, or a personal application.",
        ),
        (
            Basis(**REFERRAL, application_on=TODAY),
            "basis",
            "Give exactly one basis: a referral or a personal application, not both.",
        ),
        (
            Basis("application", number="5"),
            "basis",
            "Give exactly one basis: a referral or a personal application, not both.",
        ),
        (Basis("application"), "application_on", "Enter the date of the application."),
        (Basis(application_on=TODAY + timedelta(days=1)), "application_on", "The date is in the future."),
        (Basis(number="5", referral_on=TODAY), "referral_agency", "Choose the body that refers."),
        (Basis(agency=BODY, referral_on=TODAY), "referral_number", "Enter the number of the referral."),
        (Basis(agency=BODY, number="5"), "referral_on", "Enter the date of the referral."),
    ],
)
def test_exactly_one_basis_with_all_its_parts(basis: Basis, field: str, message: str) -> None:
    assert refusal(rules.check_basis, basis, ["health"], TODAY, has_scan=True) == {field: [message]}


def test_only_three_kinds_of_bodies_refer_and_the_scan_is_there() -> None:
    assert refusal(rules.check_basis, Basis(**REFERRAL), ["education"], TODAY, has_scan=True) == {
        "referral_agency": [
            "A referral comes from the body of social protection, health or internal affairs (R256 25)."
        ]
    }
    assert refusal(rules.check_basis, Basis(**REFERRAL), ["police"], TODAY, has_scan=False) == {
        "scan": ["Attach the scan of the referral or application."]
    }
    for sector in rules.REFERRING:
        rules.check_basis(Basis(**REFERRAL), [sector], TODAY, has_scan=True)
    rules.check_basis(Basis(application_on=TODAY), [], TODAY, has_scan=True)


def person(pk: int, born: date | None) -> Person:
    return Person(pk=pk, last_name="Ким", first_name=f"{pk}", birth_date=born)


def test_ages_agree_with_birth_dates() -> None:
    grown, small, unknown = person(1, date(2008, 3, 10)), person(2, date(2008, 3, 11)), person(3, None)
    assert refusal(rules.check_ages, [grown], [], TODAY) == {
        "minors": ["Ким 1 is an adult by birth date: choose among the adults."]
    }
    assert refusal(rules.check_ages, [], [small], TODAY) == {
        "adults": [
            "Ким 2 is under 18 by birth date: choose among the children, two notices have to be sent (R256 26)."
        ]
    }
    assert refusal(rules.check_ages, [unknown], [unknown], TODAY) == {
        "adults": ["Somebody is chosen both among the children and among the adults."]
    }
    rules.check_ages([small, unknown], [grown], TODAY)


def test_moments() -> None:
    hour = timedelta(hours=1)
    assert refusal(rules.check_admitted_at, NOON + hour, None, NOON) == {
        "admitted_at": ["The admission is in the future: enter it when the person has come."]
    }
    assert refusal(rules.check_admitted_at, NOON - hour, NOON, NOON) == {
        "admitted_at": ["The family turned to the Center later than this moment."]
    }
    assert refusal(rules.check_left_at, NOON, NOON, NOON + hour) == {
        "checked_out_at": ["The check-out must come after the admission."]
    }
    assert refusal(rules.check_left_at, NOON + hour, NOON - hour, NOON) == {
        "checked_out_at": ["The check-out is in the future: enter it when the person has left."]
    }
    rules.check_admitted_at(NOON, NOON, NOON)
    rules.check_left_at(NOON, NOON - hour, NOON)
    assert isinstance(NOON, datetime)


def test_beds() -> None:
    people = [
        person(1, date(1990, 1, 1)),
        person(2, date(2015, 1, 1)),
        person(3, date(2024, 1, 1)),
        person(4, None),
    ]
    assert rules.beds_needed(people, TODAY) == 3
    rules.check_beds(people, 3, TODAY)
    assert refusal(rules.check_beds, people, 2, TODAY) == {
        "place": ["This place has 2 beds, and more people come."]
    }
