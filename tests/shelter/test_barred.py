"""Who is on the case's barred list is given no place in the house that hides the family."""

from __future__ import annotations

from datetime import date

import pytest

from cases.actions import PersonData, add_member, bar_person
from cases.models import CaseMember
from family_support.base.errors import Invalid
from shelter.models import Resident, Stay
from tests.factories import NOON, a_case_with_consent, a_center, an_iin
from tests.shelter.samples import a_reserved, admit

pytestmark = pytest.mark.django_db
BORN = date(1985, 6, 15)


def test_the_alleged_abuser_of_the_family_gets_no_place_and_comes_along_with_nobody() -> None:
    place = a_center()
    case = a_case_with_consent(place)
    data = PersonData(
        last_name="Сәрсенов", first_name="Ерлан", birth_date=BORN, sex="m", iin=an_iin(BORN, female=False)
    )
    husband = add_member(
        case=case, data=data, relation=CaseMember.Relation.SPOUSE, by=place.by(), now=NOON
    ).person
    bar_person(case=case, iin=husband.iin, relation="муж", by=place.by(), now=NOON)
    with pytest.raises(Invalid) as first:
        a_reserved(place, case, person=husband)
    assert set(first.value.fields) == {"person"}
    assert not Stay.objects.exists()
    stay = a_reserved(place, case)
    with pytest.raises(Invalid) as second:
        admit(stay, place, adults=[husband])
    assert set(second.value.fields) == {"adults"}
    assert not Resident.objects.exists()
