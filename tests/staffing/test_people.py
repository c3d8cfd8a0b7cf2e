"""Who fills a position: within the occupied units, freed by the end of the membership, carried to the next table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from staffing import actions, queries
from staffing.models import PositionHolder, StaffingTable, StaffPosition
from staffing.rules import HolderData
from tests.access.world import sign_in
from tests.factories import Place, a_center, a_membership
from tests.staffing.samples import APRIL, TODAY, a_table, positions, table_data

pytestmark = pytest.mark.django_db
ONE = Decimal(1)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Messages are compared as the code writes them."""
    with translation.override("en"):
        yield


@pytest.fixture
def place() -> Place:
    return a_center()


def position_of(table: StaffingTable, code: str = "psychologist") -> StaffPosition:
    return table.positions.get(code=code)


def name(table: StaffingTable, *people: Membership, by: Actor | None = None, **changes: Any) -> StaffPosition:
    given: dict[str, Any] = {
        "position": position_of(table),
        "holders": [HolderData(person, ONE, number) for number, person in enumerate(people, 1)],
        "expected_version": StaffingTable.objects.get(pk=table.pk).version,
        "by": by or Place.by(_place_of(table), Role.DIRECTOR, at=APRIL),
        "now": APRIL,
        **changes,
    }
    return actions.name_people(**given)


_places: dict[int, Place] = {}


def _place_of(table: StaffingTable) -> Place:
    return _places[table.center_id]


def a_staffed_table(place: Place, **changes: Any) -> StaffingTable:
    _places[place.center.pk] = place
    return a_table(place, **changes)


def end(person: Membership, on: date) -> None:
    with acting(SYSTEM):
        person.ends_on = on
        person.save()


def occupied(place: Place, on: date = TODAY) -> tuple[Decimal, Decimal]:
    line = next(
        each
        for each in queries.staffing_of(place.center, on).lines
        if each.norm and each.norm.code == "psychologist"
    )
    return line.occupied, line.lacking


def test_the_end_of_a_membership_frees_the_units(place: Place) -> None:
    table, leaving = a_staffed_table(place), place.people[Role.PSYCHOLOGIST]
    name(table, leaving, a_membership(Role.PSYCHOLOGIST, center=place.center))
    assert occupied(place) == (Decimal(2), Decimal(0))
    end(leaving, TODAY)
    assert occupied(place) == (Decimal(2), Decimal(0)), "the last day is worked"
    tomorrow = TODAY + timedelta(days=1)
    assert occupied(place, tomorrow) == (ONE, ONE)
    (gap,) = [each for each in queries.country(tomorrow).gaps if each.center == place.center]
    assert next(line for line in gap.lines if line.norm and line.norm.code == "psychologist").lacking == ONE
    found = queries.filled_by_membership(place.center, place.by(Role.DIRECTOR, at=APRIL), tomorrow)
    assert leaving.pk not in found
    assert len(found) == 1


def test_a_correction_goes_on_from_what_is_occupied_and_keeps_who_works(place: Place) -> None:
    table, leaving = a_staffed_table(place), place.people[Role.PSYCHOLOGIST]
    staying = a_membership(Role.PSYCHOLOGIST, center=place.center)
    name(table, leaving, staying)
    end(leaving, TODAY - timedelta(days=1))
    given = {"table": table, "by": place.by(Role.DIRECTOR, at=APRIL), "now": APRIL}
    version = StaffingTable.objects.get(pk=table.pk).version
    with pytest.raises(Invalid) as caught:
        actions.change_table(
            **given,
            **table_data(positions=positions({"psychologist": ("2", "0.5")})),
            expected_version=version,
        )
    assert set(caught.value.fields) == {"occupied_psychologist"}
    actions.change_table(
        **given, **table_data(positions=positions({"psychologist": ("2", "1")})), expected_version=version
    )
    assert list(PositionHolder.objects.values_list("membership", "units")) == [(staying.pk, ONE)]
    assert occupied(place) == (ONE, ONE)


def test_the_next_table_takes_along_who_works(place: Place) -> None:
    table = a_staffed_table(place)
    leaving, staying = place.people[Role.PSYCHOLOGIST], a_membership(Role.PSYCHOLOGIST, center=place.center)
    name(table, leaving, staying)
    end(leaving, TODAY - timedelta(days=1))
    after = a_staffed_table(place, starts_on=TODAY, order_number="А-18")
    held = PositionHolder.objects.filter(position__table=after)
    assert list(held.values_list("membership", "position__code")) == [(staying.pk, "psychologist")]


def test_what_is_refused_and_in_which_words(place: Place) -> None:
    table, here = a_staffed_table(place), place.people[Role.PSYCHOLOGIST]
    elsewhere = a_membership(Role.PSYCHOLOGIST, center=a_center().center)

    def refused(*holders: HolderData) -> dict[str, list[str]]:
        with pytest.raises(Invalid) as caught:
            name(table, holders=holders)
        return {field: [str(text) for text in texts] for field, texts in caught.value.fields.items()}

    assert refused(HolderData(None, ONE, 1)) == {"person_1": ["Choose the person."]}
    assert refused(HolderData(here, ONE, 1), HolderData(here, ONE, 2)) == {
        "person_2": ["This person is named already."]
    }
    assert refused(HolderData(elsewhere, ONE, 1)) == {
        "person_1": ["This person does not work in the Center."]
    }
    assert refused(HolderData(here, Decimal(0), 1)) == {"share_1": ["Type the units of this person."]}
    assert refused(HolderData(here, Decimal("0.3"), 1)) == {
        "share_1": ["Units go by quarters: 0.25, 0.5, 0.75, 1."]
    }
    assert refused(HolderData(here, Decimal("2.5"), 1)) == {
        "share_1": [
            "The people named fill 2.5 units, and only 2 are occupied by the table: correct the table first."
        ]
    }
    with pytest.raises(Conflict, match="stale_version"):
        name(table, here, expected_version=table.version + 7)
    with pytest.raises(Missing):
        name(table, here, by=a_center().by(Role.DIRECTOR, at=APRIL))
    with pytest.raises(Forbidden):
        name(table, here, by=place.by(Role.CASEWORKER, at=APRIL))
    assert not PositionHolder.objects.exists()
    name(table, here)
    with (
        pytest.raises(IntegrityError, match="position_holder_has_units"),
        transaction.atomic(),
        acting(SYSTEM),
    ):
        PositionHolder.objects.update(units=0)


def test_names_stay_in_the_center(place: Place) -> None:
    table = a_staffed_table(place)
    name(table, place.people[Role.PSYCHOLOGIST])
    seen = {
        role: PositionHolder.objects.visible_to(place.by(role, at=APRIL)).count()
        for role in (Role.DIRECTOR, Role.METHODOLOGIST, Role.CASEWORKER)
    }
    assert seen == {Role.DIRECTOR: 1, Role.METHODOLOGIST: 1, Role.CASEWORKER: 0}
    assert not PositionHolder.objects.visible_to(a_center().by(Role.DIRECTOR, at=APRIL)).exists()


def test_the_pages(place: Place) -> None:
    """The form, the names beside the gap, and beside the load."""
    table = a_staffed_table(place)
    position, person = position_of(table), place.people[Role.PSYCHOLOGIST]
    client = sign_in(Client(), place.people[Role.DIRECTOR])
    path = reverse("staffing-position-people", args=(position.pk,))
    assert path in client.get(reverse("staffing")).content.decode()
    sent = {"version": table.version, "person_1": person.pk, "share_1": "1"}
    assert client.post(path, {**sent, "share_1": "3"}).status_code == 400
    assert client.post(path, sent).status_code == 302
    assert client.post(path, sent).status_code == 409
    for address in ("staffing", "staffing-load"):
        assert person.user.short_name in client.get(reverse(address)).content.decode()
    load = client.get(reverse("staffing-load")).content.decode()
    assert "не указан в штатном расписании" in load
