"""What a clerk registered before its case was restricted: number and state stay in the journal, nothing else."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import queues
from cases.actions import assign_lead, record_consultation
from cases.models import Case, Intake
from family_support.accounts.roles import Role
from family_support.deadlines.models import Deadline
from tests.access.world import sign_in
from tests.factories import NOON, Place, a_center, a_membership, actor_for, an_intake, fresh, person_data
from tests.mobile_groups.samples import bar

pytestmark = pytest.mark.django_db
TABS = ("received", "registered", "refused", "transferred")


@pytest.fixture
def place() -> Place:
    return a_center()


def restricted_later(place: Place, **given: Any) -> Intake:
    """Registered by the clerk, then restricted by the team."""
    intake = an_intake(place, by=place.by(Role.INTAKE_CLERK), **given)
    Case.objects.filter(pk=intake.case_id).update(restricted=True, restriction="violence")
    return Intake.objects.select_related("case").get(pk=intake.pk)


def row_of(page: str, intake: Intake) -> str:
    """The line of the list with the number of the intake."""
    return unescape(next(part for part in page.split("<tr")[1:] if intake.number in part).split("</tr>")[0])


def test_the_own_intake_stays_with_number_and_state_only(place: Place) -> None:
    hers = restricted_later(
        place, person=person_data(last_name="Тайная"), threat=True, channel="body", sender_name="Школа 7"
    )
    seen = an_intake(place, by=place.by(Role.INTAKE_CLERK), now=NOON - timedelta(days=3))
    clerk = place.by(Role.INTAKE_CLERK)
    assert [row.number for row in queues.journal(clerk, "registered")] == [seen.number, hers.number]
    assert queues.counts(clerk)["registered"] == 2
    assert not Intake.objects.visible_to(clerk).filter(pk=hers.pk).exists()
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    row = row_of(client.get(reverse("intake-list"), {"tab": "registered"}).content.decode(), hers)
    assert "скрыто" in row
    assert "Зарегистрировано" in row
    told = ("<a ", "Тайная", "угроза", "насили", "Школа", "Орган", hers.case.number, "2026", "ИИН указан")
    without_number = row.replace(hers.number, "")
    assert [word for word in told if word in without_number] == []
    assert client.get(reverse("intake", args=(hers.pk,))).status_code == 404


@pytest.mark.parametrize(
    "asked", [{"channel": "self"}, {"channel": "body"}, {"urgent": "on"}, {"bare": "on"}]
)
def test_no_filter_tells_more_of_it(place: Place, asked: dict[str, str]) -> None:
    hers = restricted_later(place, threat=True)
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    page = client.get(reverse("intake-list"), {"tab": "registered", **asked}).content.decode()
    assert hers.number not in page


def test_no_order_tells_when_it_came(place: Place) -> None:
    """Behind all that is seen, by number, whichever way the list is sorted."""
    hidden = [restricted_later(place, now=NOON - timedelta(days=days)) for days in (5, 2)]
    seen = [an_intake(place, now=NOON - timedelta(days=days)) for days in (9, 1)]
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    latest = [row.number for row in reversed(hidden)]
    for sort, shown in (("", seen[::-1]), ("received_at", seen), ("-registered_at", seen[::-1])):
        page = client.get(reverse("intake-list"), {"tab": "registered", "sort": sort})
        table = page.context["table"]
        assert [row.record.number for row in table.rows] == [row.number for row in shown] + latest, sort


def test_nobody_else_sees_it_and_the_tiles_and_the_search_pass_it_by(place: Place) -> None:
    before = [str(tile.count) for tile in queues.tiles(place.by(Role.INTAKE_CLERK), NOON)]
    hers = restricted_later(place, person=person_data(last_name="Тайная"))
    clerk = place.by(Role.INTAKE_CLERK)
    assert [str(tile.count) for tile in queues.tiles(clerk, NOON)] == before
    colleague = actor_for(a_membership(Role.INTAKE_CLERK, center=place.center))
    elsewhere = a_center().by(Role.INTAKE_CLERK)
    for other in (colleague, elsewhere, place.by(Role.PSYCHOLOGIST), place.by(Role.METHODOLOGIST)):
        assert not any(queues.journal(other, tab).exists() for tab in TABS), other.role
        assert set(queues.counts(other).values()) == {0}, other.role
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    for asked in ("Тайная", hers.number, hers.case.number):
        found = client.post(reverse("case-search"), {"q": asked}).content.decode()
        assert hers.case.number not in found.replace(f'value="{asked}"', "")
        assert reverse("case", args=(hers.case_id,)) not in found


def test_who_is_barred_from_the_case_does_not_see_it_even_as_the_registrar(place: Place) -> None:
    hers = restricted_later(place)
    assign_lead(
        case=hers.case, membership=place.people[Role.CASEWORKER], by=place.by(Role.DIRECTOR), now=NOON
    )
    barred = bar(place.by(Role.INTAKE_CLERK), fresh(hers.case), "850615300129")
    assert not any(queues.journal(barred, tab).exists() for tab in TABS)
    assert set(queues.counts(barred).values()) == {0}


@pytest.mark.parametrize("barred", [False, True], ids=["kept from", "barred"])
def test_the_slip_goes_on_saying_what_was_promised_and_not_what_became_of_it(
    place: Place, barred: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the family was advised, or that its case has ended, is told to nobody who only wrote the intake down."""
    hers = restricted_later(place)
    clerk = place.by(Role.INTAKE_CLERK)
    assign_lead(
        case=hers.case, membership=place.people[Role.CASEWORKER], by=place.by(Role.DIRECTOR), now=NOON
    )
    if barred:
        bar(clerk, fresh(hers.case), "850615300129")
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    papers: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "cases.papers.render_pdf",
        lambda template, context, *given, **named: papers.append(context) or b"%PDF",
    )

    def told() -> tuple[bytes, list[str]]:
        page = client.get(reverse("intake-slip", args=(hers.pk,)))
        assert client.get(reverse("intake-slip-print", args=(hers.pk,))).status_code == 200
        return page.content.split(b"<main")[1], [row.code for row, _why in papers[-1]["terms"]]

    before = told()
    assert before[1] == ["consultation"]
    record_consultation(
        case=fresh(hers.case), kind="not_needed", reason="Разъяснено.", held_at=NOON, by=place.by(), now=NOON
    )
    assert Deadline.objects.of_subject("cases.intake", hers.pk).get(code="consultation").state == "met"
    assert told() == before


def test_the_team_and_the_director_see_all_of_it(place: Place) -> None:
    hers = restricted_later(place)
    director = place.by(Role.DIRECTOR)
    assert [row.hidden for row in queues.journal(director, "registered")] == [False]
    assert list(queues.journal(director, "registered")) == [hers]
    client = sign_in(Client(), place.people[Role.DIRECTOR])
    page = client.get(reverse("intake-list"), {"tab": "registered", "channel": "self", "sort": "received_at"})
    assert reverse("intake", args=(hers.pk,)) in page.content.decode()


def test_the_journal_asks_the_same_with_few_and_many_of_them(
    place: Place, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    url = f"{reverse('intake-list')}?tab=registered"
    restricted_later(place)
    an_intake(place)
    client.get(url)
    with django_assert_max_num_queries(22) as few:
        client.get(url)
    for _each in range(3):
        restricted_later(place)
        an_intake(place)
    with django_assert_max_num_queries(len(few)):
        assert client.get(url).content.decode().count("скрыто") == 4


def test_the_urgent_ones_are_found_among_all(place: Place) -> None:
    urgent, calm = an_intake(place, threat=True), an_intake(place)
    client = sign_in(Client(), place.people[Role.INTAKE_CLERK])
    page = client.get(reverse("intake-list"), {"tab": "registered", "urgent": "on"}).content.decode()
    assert (urgent.number in page, calm.number in page) == (True, False)
