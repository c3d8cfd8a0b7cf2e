"""Who is on the case's barred list is given no place in the house that hides the family."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from cases.actions import PersonData, add_member, add_to_team, bar_person
from cases.models import Case, CaseMember
from family_support.access.models import OPEN_FOR, CaseOpening
from family_support.accounts.models import ActingDirector
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Invalid
from family_support.workdays.queries import load_calendar
from shelter import actions, queries
from shelter.models import Place, Resident, Stay
from shelter.permissions import can_decide
from tests.access.world import sign_in
from tests.factories import NOON, a_case_with_consent, a_center, a_membership, actor_for, an_iin
from tests.mobile_groups.samples import bar
from tests.shelter.samples import ADDRESS, a_child, a_place, a_reserved, a_resident, a_shelter, admit

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


def test_the_barred_director_sees_the_place_as_kept_and_nobody_in_it() -> None:
    """The abuser may be the director: nothing on the pages of places differs from what that one keeps there."""
    setting, now = a_center(), clock.now()
    house = a_shelter(setting)
    taken, idle, seen = (a_place(setting, shelter=house) for _number in range(3))
    hers = a_resident(setting, place=taken, now=now)
    other = a_resident(setting, place=seen, now=now)
    actions.put_place(
        place=idle,
        shelter=house,
        name=idle.name,
        beds=4,
        is_active=False,
        by=setting.by(Role.DIRECTOR, at=now),
        version=idle.version,
    )
    barred = bar(setting.by(Role.DIRECTOR, at=now), hers.case, "850615300129")
    board = queries.board(barred, clock.today(), 1, now, load_calendar(center=setting.center))
    cells = {row.place.pk: row.cells[0] for row in board.rows}
    assert (cells[taken.pk], cells[idle.pk]) == (queries.Cell("free"), queries.Cell("unavailable"))
    assert (cells[seen.pk].state, cells[seen.pk].url_pk) == ("occupied", other.pk)
    assert (board.totals[0].places, board.totals[0].occupied, board.totals[0].free) == (2, 1, 1)
    client = sign_in(Client(), setting.people[Role.DIRECTOR])
    for name in ("shelter-board", "shelter-places", "stay-list"):
        page = client.get(reverse(name)).content.decode()
        assert hers.case.number not in page
        assert reverse("stay", args=(hers.pk,)) not in page
    assert client.get(reverse("stay", args=(hers.pk,))).status_code == 404
    given = {"shelter": house, "beds": 4, "is_active": False, "by": barred}
    with pytest.raises(Conflict, match="place_in_use"):
        actions.put_place(place=seen, name=seen.name, version=seen.version, **given)
    actions.put_place(place=taken, name=taken.name, version=taken.version, **given)
    assert Stay.objects.get(pk=hers.pk).state == "resident"
    assert not Place.objects.get(pk=taken.pk).is_active


def test_the_box_of_a_hidden_place_means_what_it_means_of_an_empty_one() -> None:
    """Ticked and saved, taken off and saved, put back: the place of a hidden stay goes with the empty one beside it in
    the list, in the form and on the board, so that no director can tell them apart by trying."""
    setting, now = a_center(), clock.now()
    house = a_shelter(setting)
    taken, empty = (a_place(setting, shelter=house) for _number in range(2))
    hers = a_resident(setting, place=taken, now=now)
    barred = bar(setting.by(Role.DIRECTOR, at=now), hers.case, "850615300129")
    client = sign_in(Client(), setting.people[Role.DIRECTOR])
    shown = []
    for ticked in (None, True, False, True):
        for place in (taken, empty):
            path = reverse("shelter-place-change", args=(place.pk,))
            if ticked is not None:
                place.refresh_from_db()
                given = {"shelter": house.pk, "name": place.name, "beds": 4, "version": place.version}
                answer = client.post(path, given | ({"is_active": "on"} if ticked else {}))
                assert (answer.status_code, answer.headers["location"]) == (302, reverse("shelter-places"))
            checked = client.get(path).context["form"]["is_active"].value()
            listed = client.get(reverse("shelter-places")).content.decode()
            line = listed.split(path)[1].split("</tr>")[0].split("</a>")[1]
            board = queries.board(barred, clock.today(), 1, now, load_calendar(center=setting.center))
            cell = next(row.cells[0] for row in board.rows if row.place.pk == place.pk)
            shown.append((checked, line, cell))
        assert shown[-2] == shown[-1], ticked
    assert [(checked, cell.state) for checked, _line, cell in shown[::2]] == [
        (True, "free"),
        (True, "free"),
        (False, "unavailable"),
        (True, "free"),
    ]
    assert Stay.objects.get(pk=hers.pk).state == "resident"
    # Who places families goes on seeing that the place is taken, barred or not: there nobody has a name.
    worker = setting.by(at=now)
    assert list(Stay.objects.told_to(worker)) == [hers]
    assert list(Stay.objects.told_to(bar(worker, hers.case, "900228400778"))) == [hers]
    with pytest.raises(Conflict, match="place_taken"):
        a_reserved(setting, a_case_with_consent(setting), place=taken, now=now)


def test_who_is_put_on_the_list_after_the_reservation_is_not_admitted() -> None:
    place = a_center()
    case = a_case_with_consent(place)
    stay = a_reserved(place, case)
    bar_person(case=case, iin=stay.person.iin, relation="заявитель под чужим именем", by=place.by(), now=NOON)
    with pytest.raises(Invalid) as refused:
        admit(stay, place)
    assert set(refused.value.fields) == {"place"}
    assert not Resident.objects.exists()


def test_nor_does_somebody_of_the_list_come_later_as_a_child() -> None:
    place = a_center()
    case = a_case_with_consent(place)
    son = a_child(case, place, born=date(2009, 5, 5))
    stay = a_resident(place, case)
    bar_person(case=case, iin=son.iin, relation="сын", by=place.by(), now=NOON)
    with pytest.raises(Invalid) as refused:
        actions.admit_minor(stay=stay, minor=son, came_at=NOON, by=place.by(), now=NOON)
    assert set(refused.value.fields) == {"minor"}
    assert list(stay.residents.values_list("person_id", flat=True)) == [stay.person_id]


def test_an_opened_case_opens_no_stay() -> None:
    """Who stays where is the placed case's team's: neither a reason nor a broken glass shows it (security.md)."""
    setting, now = a_center(), clock.now()
    stay = a_resident(setting, now=now)
    colleague = actor_for(a_membership(Role.LAWYER, center=setting.center), at=now)
    with acting(SYSTEM, reason="test"):
        CaseOpening.objects.create(
            case_id=stay.case_id, membership_id=colleague.membership_id, code=CaseOpening.Glass.LIFE,
            reason="Женщина у дверей с детьми, ведущую вызвать не можем.", opened_at=Now(), ends_at=Now() + OPEN_FOR,
        )  # fmt: skip
    assert Case.objects.visible_to(colleague).filter(pk=stay.case_id).exists()
    assert not Stay.objects.visible_to(colleague).exists()
    assert queries.stays_of_case(stay.case, colleague) == []


def test_the_head_decides_nothing_about_work_of_their_own() -> None:
    setting = a_center()
    case = a_reserved(setting).case
    stand_in = setting.people[Role.PSYCHOLOGIST]
    day = NOON.date()
    with acting(SYSTEM, reason="test"):
        ActingDirector.objects.create(
            center=setting.center,
            membership=stand_in,
            order_number="7",
            order_date=day,
            starts_on=day,
            ends_on=day,
        )

    def decides(actor: Actor) -> bool:
        return can_decide(actor, Case.objects.listed_to(actor).get(pk=case.pk))

    assert decides(actor_for(stand_in))
    add_to_team(case=case, membership=stand_in, by=setting.by(), now=NOON)
    assert not decides(actor_for(stand_in))
    assert decides(setting.by(Role.DIRECTOR))


def test_the_address_of_another_centers_house_is_not_there() -> None:
    setting, other = a_center(), a_center()
    house = a_shelter(setting)
    client = sign_in(Client(), other.people[Role.DIRECTOR])
    foreign = client.get(reverse("shelter-change", args=(house.pk,)))
    absent = client.get(reverse("shelter-change", args=(house.pk + 1000,)))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert ADDRESS not in foreign.content.decode()
