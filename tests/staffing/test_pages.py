"""Pages of staffing: few queries however many rows, wrong input answered without losing what was typed, the load."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import add_to_team
from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from staffing.loads import load_of_center, own_load
from staffing.models import StaffingNorm, StaffingTable
from tests.access.world import sign_in
from tests.factories import Place, a_case, a_center, a_membership, actor_for
from tests.staffing.samples import APRIL, TODAY, a_table, a_vehicle, positions, some_intakes

pytestmark = pytest.mark.django_db
CENTER = ("staffing", "staffing-load", "staffing-table-new")


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with clock.at(APRIL):
        yield


def client_of(membership: Membership) -> Client:
    return sign_in(Client(), membership)


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_a_center_asks_the_same_however_much_it_has() -> None:
    place = a_center()
    client = client_of(place.people[Role.DIRECTOR])
    a_table(place, positions=positions()[:2])
    a_case(place, now=APRIL)
    few = [queries(client, reverse(name)) for name in CENTER]
    a_table(place, starts_on=date(2026, 2, 1))
    last = a_table(place, starts_on=date(2026, 3, 1))
    for number in range(4):
        a_vehicle(place, f"Машина {number}")
        a_case(place, now=APRIL)
        a_membership(Role.CASEWORKER, center=place.center)
    some_intakes(place, 200)
    assert [queries(client, reverse(name)) for name in CENTER] == few
    assert max(few) < 22, few
    change = reverse("staffing-table-change", args=[last.pk])
    assert queries(client, change) < 24
    pages = [reverse("staffing-table", args=[row.pk]) for row in StaffingTable.objects.order_by("starts_on")]
    assert len({queries(client, page) for page in (pages[0], pages[-1])}) == 1
    worker = client_of(place.people[Role.CASEWORKER])
    assert queries(worker, reverse("own-load")) < 16


def test_the_country_asks_the_same_for_any_number_of_centers() -> None:
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    a_table(a_center())
    url = reverse("country-staffing")
    few = queries(analyst, url)
    for _number in range(4):
        place = a_center()
        a_table(place, positions=positions({"lawyer": ("1", "0.5")}))
        a_vehicle(place)
        some_intakes(place, 3)
    assert queries(analyst, url) == few < 20


def form_data(**changes: str) -> dict[str, str]:
    return {
        "order_number": "А-17",
        "order_date": "25.12.2025",
        "starts_on": "01.01.2026",
        "units_psychologist": "2",
        "occupied_psychologist": "1,5",
        **changes,
    }


def test_units_are_typed_with_a_comma_or_a_point() -> None:
    place = a_center()
    client = client_of(place.people[Role.METHODOLOGIST])
    data = form_data(units_lawyer="0.75", title_other_1="Нянечка", units_other_1="1", occupied_other_1="1")
    assert client.post(reverse("staffing-table-new"), data).status_code == 302
    table = StaffingTable.objects.get(center=place.center)
    held = {str(row): (row.units, row.occupied) for row in table.positions.all()}
    assert held == {
        "psychologist": (Decimal(2), Decimal("1.5")),
        "lawyer": (Decimal("0.75"), Decimal(0)),
        "Нянечка": (Decimal(1), Decimal(1)),
    }
    page = client.get(reverse("staffing-table-change", args=[table.pk])).content.decode()
    assert 'value="1,5"' in page  # as it is read in Russian


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units_lawyer": "много"}, "Введите число единиц, например 1 или 0,5."),
        ({"units_lawyer": "NaN"}, "Введите число единиц, например 1 или 0,5."),
        ({"units_lawyer": "1e400"}, "Введите число единиц, например 1 или 0,5."),
        ({"units_lawyer": "١"}, "Введите число единиц, например 1 или 0,5."),
        ({"units_lawyer": "-1"}, "Число единиц не бывает отрицательным."),
        ({"units_lawyer": "0,3"}, "Единицы кратны четверти: 0,25; 0,5; 0,75; 1."),
        ({"occupied_psychologist": "3"}, "Занято больше единиц, чем утверждено."),
        ({"order_date": "03.04.2026", "starts_on": "03.04.2026"}, "Дата приказа — в будущем."),
        ({"units_other_1": "1"}, "Назовите должность."),
    ],
)
def test_wrong_input_is_told_beside_its_field_and_kept(changes: dict[str, str], message: str) -> None:
    place = a_center()
    client = client_of(place.people[Role.DIRECTOR])
    answer = client.post(reverse("staffing-table-new"), form_data(**changes))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count(message) == 2  # in the summary and beside the field
    name, typed = next(iter(changes.items()))
    assert f'name="{name}"' in page
    assert f'value="{typed}"' in page
    assert 'value="25.12.2025"' in page or "order_date" in changes
    assert not StaffingTable.objects.exists()


def test_a_stale_form_is_refused_and_gives_back_what_was_typed() -> None:
    place = a_center()
    table = a_table(place)
    client = client_of(place.people[Role.DIRECTOR])
    url = reverse("staffing-table-change", args=[table.pk])
    assert client.post(url, form_data(version="1")).status_code == 302
    answer = client.post(url, form_data(version="1", order_number="НОВЫЙ-9"))
    assert answer.status_code == 409
    assert "НОВЫЙ-9" in answer.content.decode()
    assert client.post(url, form_data(version="")).status_code == 409
    assert client.post(url, form_data(version="x")).status_code == 400


def test_a_second_table_of_a_day_keeps_the_form() -> None:
    place = a_center()
    a_table(place)
    client = client_of(place.people[Role.DIRECTOR])
    answer = client.post(reverse("staffing-table-new"), form_data(units_lawyer="0,75"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Штатное расписание, действующее с этого дня, уже внесено" in page
    assert 'value="0,75"' in page


def test_of_two_at_the_same_moment_the_second_gets_409_and_what_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both passed the check before either wrote: the database lets one through."""
    place = a_center()
    a_table(place)
    monkeypatch.setattr("staffing.actions._check_day_is_free", lambda center_id, starts_on: None)
    client = client_of(place.people[Role.DIRECTOR])
    answer = client.post(reverse("staffing-table-new"), form_data(order_number="НОВЫЙ-9"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Штатное расписание, действующее с этого дня, уже внесено" in page
    assert "НОВЫЙ-9" in page
    assert StaffingTable.objects.count() == 1


def test_a_position_that_left_the_annex_stays_in_its_table() -> None:
    """A row whose norm ended is still offered when the table is corrected, and shown by name without a norm."""
    place = a_center()
    table = a_table(place)
    with acting(SYSTEM):
        StaffingNorm.objects.filter(code="guard").update(valid_to=TODAY - timedelta(days=1))
    client = client_of(place.people[Role.DIRECTOR])
    change = client.get(reverse("staffing-table-change", args=[table.pk])).content.decode()
    assert 'name="units_guard"' in change
    page = client.get(reverse("staffing")).content.decode()
    assert "Охранник" in page
    assert "нет в приложении" in page


def test_unknown_region_shows_the_whole_country() -> None:
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    for wrong in ("0", "x", "999999"):
        assert analyst.get(reverse("country-staffing"), {"region": wrong}).status_code == 200


def test_the_ministry_meets_no_number_of_intakes_and_no_person() -> None:
    place = a_center()
    table = a_table(place)
    some_intakes(place, 4321)
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    director = place.people[Role.DIRECTOR].user
    for url in (
        reverse("country-staffing"),
        reverse("country-staffing-center", args=[place.center.pk]),
    ):
        page = analyst.get(url).content.decode().replace("\xa0", "")
        assert table.recorded_by_id == place.people[Role.DIRECTOR].pk
        assert director.last_name not in page
        assert "4321" not in page


class TestLoad:
    """Who has how much, by cases the reader sees."""

    @pytest.fixture
    def place(self) -> Place:
        return a_center()

    def test_counts_of_each_worker(self, place: Place) -> None:
        cases = [a_case(place, now=APRIL) for _number in range(3)]
        worker = place.by(Role.CASEWORKER, at=APRIL)
        add_to_team(case=cases[0], membership=place.people[Role.LAWYER], by=worker, now=APRIL)
        found = load_of_center(place.by(Role.DIRECTOR, at=APRIL), APRIL)
        rows = {row.membership.role: row for row in found.workers}
        assert {role: (row.leads, row.joins) for role, row in rows.items()} == {
            Role.CASEWORKER: (3, 0),
            Role.LAWYER: (0, 1),
            Role.PSYCHOLOGIST: (0, 0),
            Role.SOCIAL_WORKER: (0, 0),
        }
        running = rows[Role.CASEWORKER].running
        assert (running > 0, rows[Role.CASEWORKER].overdue) == (True, 0)
        later = load_of_center(place.by(Role.DIRECTOR, at=APRIL), APRIL + timedelta(days=20))
        assert later.overdue == running == later.workers[0].overdue
        assert (found.cases, found.unassigned, found.middle) == (3, 0, 3)

    def test_a_restricted_case_counts_only_for_who_sees_it(self, place: Place) -> None:
        a_case(place, now=APRIL)
        a_case(place, now=APRIL, violence=True)
        director, head = (place.by(role, at=APRIL) for role in (Role.DIRECTOR, Role.HEAD_ACCOMPANIMENT))
        assert load_of_center(director, APRIL).workers[0].leads == 2
        assert load_of_center(head, APRIL).workers[0].leads == 1

    def test_a_barred_account_counts_nothing_of_the_case(self, place: Place) -> None:
        case = a_case(place, now=APRIL)
        membership = place.people[Role.DIRECTOR]
        with acting(SYSTEM):
            membership.user.set_iin("850615300129")
            membership.user.save()
            barred = Barred(case_id=case.pk, relation="муж", noted_by=membership, noted_at=APRIL)
            barred.set_iin("850615300129")
            barred.save()
        assert load_of_center(actor_for(membership, at=APRIL), APRIL).cases == 0

    def test_own_load_names_nobody_else(self, place: Place) -> None:
        for _number in range(2):
            a_case(place, now=APRIL)
        colleague = a_membership(Role.CASEWORKER, center=place.center)
        with acting(SYSTEM):
            colleague.user.last_name = "Несравненная"
            colleague.user.save()
        mine, whole = own_load(place.by(Role.CASEWORKER, at=APRIL), APRIL)
        assert (mine.leads, whole.middle, mine.is_heavy(whole.middle)) == (2, 1, False)
        page = client_of(place.people[Role.CASEWORKER]).get(reverse("own-load")).content.decode()
        assert "Несравненная" not in page
        director = client_of(place.people[Role.DIRECTOR]).get(reverse("staffing-load")).content.decode()
        assert "Несравненная" in director

    def test_the_own_load_of_the_barred_counts_nothing_of_the_case(self, place: Place) -> None:
        """Neither as their own nor in what the Center leads."""
        case = a_case(place, now=APRIL)
        lawyer = place.people[Role.LAWYER]
        assert own_load(actor_for(lawyer, at=APRIL), APRIL)[1].cases == 1
        with acting(SYSTEM):
            lawyer.user.set_iin("850615300129")
            lawyer.user.save()
            barred = Barred(case_id=case.pk, relation="муж", noted_by=case.lead, noted_at=APRIL)
            barred.set_iin("850615300129")
            barred.save()
        mine, whole = own_load(actor_for(lawyer, at=APRIL), APRIL)
        assert (mine.leads, mine.joins, whole.cases, whole.unassigned) == (0, 0, 0, 0)

    def test_cases_of_who_has_left_are_still_somebodys(self, place: Place) -> None:
        """They do not vanish from the director's page with the end of a membership."""
        a_case(place, now=APRIL)
        with acting(SYSTEM):
            place.people[Role.CASEWORKER].ends_on = TODAY - timedelta(days=1)
            place.people[Role.CASEWORKER].save()
        found = load_of_center(place.by(Role.DIRECTOR, at=APRIL), APRIL)
        assert [(row.leads, row.gone) for row in found.workers if row.leads] == [(1, True)]
        assert (found.cases, found.unassigned, found.middle) == (1, 0, 0)
        page = client_of(place.people[Role.DIRECTOR]).get(reverse("staffing-load")).content.decode()
        assert "больше не ведёт здесь семьи" in page

    def test_what_stands_out(self, place: Place) -> None:
        a_membership(Role.CASEWORKER, center=place.center)
        a_membership(Role.CASEWORKER, center=place.center)
        a_case(place, now=APRIL)
        found = load_of_center(place.by(Role.DIRECTOR, at=APRIL), APRIL)
        assert [row.is_heavy(found.middle) for row in found.workers[:2]] == [False, False]
        a_case(place, now=APRIL)
        found = load_of_center(place.by(Role.DIRECTOR, at=APRIL), APRIL)
        assert (found.middle, found.workers[0].is_heavy(found.middle)) == (0, True)
