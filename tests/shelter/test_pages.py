"""The board, the lists and the pages: few queries at any size, who sees whom, and the answers of bad input."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime
from pypdf import PdfReader

from cases.actions import add_to_team
from family_support.access.openings import open_with_reason
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.documents.models import Attachment
from shelter import actions
from shelter.models import MinorNotice, Stay
from shelter.papers import notice_pdf
from tests.access.world import sign_in
from tests.factories import Place, a_case, a_case_with_consent, a_center, fresh
from tests.lasting import keeping, lasting
from tests.plans import a_scan
from tests.shelter.samples import ADDRESS, a_child, a_place, a_reserved, a_resident, applicant, with_child

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _march() -> None:
    """Pages live now: sessions and openings end by the real clock."""


def client_of(setting: Place, role: Role) -> Client:
    return sign_in(Client(), setting.people[role])


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@lasting
def centers_of_two_sizes() -> tuple[Place, Place]:
    """A Center where one stays, and one where five do."""
    small, large, now = a_center(), a_center(), clock.now()
    for setting in (small, large):
        a_resident(setting, now=now)
    for _number in range(3):
        with_child(large, now=now)
    a_reserved(large, now=now)
    return small, large


_kept = keeping(centers_of_two_sizes)


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.CASEWORKER])
@pytest.mark.parametrize("name", ["shelter-board", "stay-list"])
def test_board_and_list_ask_the_same_at_any_size(role: Role, name: str) -> None:
    few, many = (queries(client_of(setting, role), reverse(name)) for setting in centers_of_two_sizes())
    assert few == many


def test_the_tab_asks_the_same_with_more_stays(setting: Place) -> None:
    now = clock.now()
    stay = with_child(setting, now=now)
    client = client_of(setting, Role.CASEWORKER)
    url = reverse("case-stay", args=(stay.case_id,))
    few = queries(client, url)
    sister = a_child(fresh(stay.case), setting, born=now.date() - timedelta(days=9000), now=now)
    a_reserved(setting, fresh(stay.case), person=sister, now=now)
    assert queries(client, url) == few


def test_places_ask_the_same_with_more_places(setting: Place) -> None:
    a_place(setting)
    client, url = client_of(setting, Role.DIRECTOR), reverse("shelter-places")
    few = queries(client, url)
    for _number in range(3):
        a_place(setting)
    assert queries(client, url) == few


def test_who_sees_whom_on_the_board(setting: Place) -> None:
    """The director initials only; the team its own; a colleague how many places are free."""
    stay = a_resident(setting, now=clock.now())
    name, url = stay.person.full_name, reverse("shelter-board")
    pages = {
        role: client_of(setting, role).get(url).content.decode()
        for role in (Role.DIRECTOR, Role.CASEWORKER, Role.PSYCHOLOGIST)
    }
    link = reverse("stay", args=(stay.pk,))
    assert all(name not in page and ADDRESS not in page for page in pages.values())
    assert link in pages[Role.DIRECTOR]
    assert link in pages[Role.CASEWORKER]
    assert link not in pages[Role.PSYCHOLOGIST]
    assert stay.place.name not in pages[Role.PSYCHOLOGIST]
    assert client_of(setting, Role.INTAKE_CLERK).get(url).status_code == 403


@pytest.mark.parametrize(
    "address", ["?day=2026-02-30&view=day", "?day=0001-01-01", "?day=x&view=y", "?view=day"]
)
def test_a_wrong_day_is_today(setting: Place, address: str) -> None:
    a_place(setting)
    answer = client_of(setting, Role.DIRECTOR).get(reverse("shelter-board") + address)
    assert answer.status_code == 200
    assert answer.context["chosen"] == clock.today()


def test_the_address_is_shown_to_the_team_and_to_who_gave_a_reason(setting: Place) -> None:
    stay = with_child(setting, now=clock.now())
    url = reverse("stay", args=(stay.pk,))
    assert ADDRESS in client_of(setting, Role.CASEWORKER).get(url).content.decode()
    head = client_of(setting, Role.DIRECTOR)
    assert head.get(url).url == reverse("case-open", args=(stay.case_id,))
    open_with_reason(
        case_id=stay.case_id,
        by=setting.by(Role.DIRECTOR, at=clock.now()),
        reason="Проверка проживания по обращению.",
        now=clock.now(),
    )
    assert ADDRESS in head.get(url).content.decode()
    # Reading only: nothing to act on, and no page of acts.
    assert head.get(reverse("stay-check-out", args=(stay.pk,))).status_code == 403
    for name in ("stay-list", "shelter-places", "shelter-board"):
        assert ADDRESS not in head.get(reverse(name)).content.decode()


def test_after_the_check_out_nobody_is_told_the_address(setting: Place) -> None:
    now = clock.now()
    stay = a_resident(setting, now=now - timedelta(hours=2))
    actions.check_out(
        stay=stay, checked_out_at=now, going="home", leaving="wish", by=setting.by(at=now), now=now
    )
    page = client_of(setting, Role.CASEWORKER).get(reverse("stay", args=(stay.pk,)))
    assert ADDRESS not in page.content.decode()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_notice_names_the_child_and_not_the_address(setting: Place, language: str) -> None:
    notice = with_child(setting, now=clock.now()).notices.select_related("stay__case").first()
    assert notice is not None
    text = PdfReader(BytesIO(notice_pdf(notice, language))).pages[0].extract_text()
    child = notice.stay.residents.get(is_minor=True).person
    assert child.full_name in text
    assert ADDRESS not in text
    assert notice.stay.place.shelter.name not in text
    assert notice.stay.place.name not in text


def posted(stay: Stay, **changes: object) -> dict[str, object]:
    now = clock.now() + timedelta(hours=5)
    return {
        "version": stay.version,
        "admitted_at": f"{now:%d.%m.%Y %H:%M}",
        "place": stay.place_id,
        "basis": "application",
        "application_on": f"{clock.today():%d.%m.%Y}",
        "scan": a_scan(),
        **changes,
    }


def test_two_bases_by_the_page(setting: Place) -> None:
    """400 with the message on the field, nothing typed lost; the database keeps the reservation."""
    stay = a_reserved(setting, now=clock.now())
    papers = Attachment.objects.filter(subject_type="shelter.stay")
    before = papers.count()
    client, url = client_of(setting, Role.CASEWORKER), reverse("stay-check-in", args=(stay.pk,))
    answer = client.post(url, posted(stay, referral_number="12-3/45"))
    assert answer.status_code == 400
    assert "basis" in answer.context["form"].errors
    assert "12-3/45" in answer.content.decode()
    answer = client.post(
        url, {"version": stay.version, "place": stay.place_id, "admitted_at": "01.03.2026 10:00"}
    )
    assert answer.status_code == 400
    assert "admitted_at" in answer.context["form"].errors
    stay.refresh_from_db()
    assert stay.state == "reserved"
    assert papers.count() == before


def test_the_place_that_somebody_has_taken_is_409(setting: Place) -> None:
    now = clock.now()
    taken = a_reserved(setting, now=now).place
    case = a_case_with_consent(setting, now=now)
    answer = client_of(setting, Role.CASEWORKER).post(
        reverse("stay-reserve", args=(case.pk,)),
        {
            "person": applicant(case).pk,
            "place": taken.pk,
            "arrives_at": f"{now + timedelta(hours=6):%d.%m.%Y %H:%M}",
            "key": "6a1c8b6e-5a0e-4a8e-9a55-0d2b5d1f7c44",
        },
    )
    assert answer.status_code == 409
    assert not Stay.objects.filter(case=case).exists()


def test_a_second_child_is_brought_by_the_page(setting: Place) -> None:
    now = clock.now() - timedelta(hours=2)
    stay = with_child(setting, now=now)
    other = a_child(fresh(stay.case), setting, now=now)
    client = client_of(setting, Role.CASEWORKER)
    path = reverse("stay-minor", args=(stay.pk,))
    assert path in client.get(reverse("stay", args=(stay.pk,))).content.decode()
    moment = now + timedelta(hours=1)
    answer = client.post(path, {"minor": other.pk, "came_at": f"{localtime(moment):%d.%m.%Y %H:%M}"})
    assert answer.status_code == 302
    assert MinorNotice.objects.filter(stay=stay).count() == 4


def test_a_stale_version_is_409(setting: Place) -> None:
    stay = a_resident(setting, now=clock.now())
    answer = client_of(setting, Role.CASEWORKER).post(
        reverse("stay-exit-plan", args=(stay.pk,)),
        {"version": stay.version - 1, "exit_going": "home", "exit_plan": "План"},
    )
    assert answer.status_code == 409


def test_who_reserves_without_leading_loses_sight_of_the_case(setting: Place) -> None:
    now = clock.now()
    case = a_case(setting, now=now)
    lawyer = setting.people[Role.LAWYER]
    add_to_team(case=case, membership=lawyer, by=setting.by(at=now), now=now)
    answer = client_of(setting, Role.LAWYER).post(
        reverse("stay-reserve", args=(case.pk,)),
        {
            "person": applicant(case).pk,
            "place": a_place(setting).pk,
            "arrives_at": f"{now + timedelta(hours=6):%d.%m.%Y %H:%M}",
            "key": "6a1c8b6e-5a0e-4a8e-9a55-0d2b5d1f7c45",
        },
    )
    assert answer.url == reverse("my-day")
    assert Stay.objects.filter(case=case).count() == 1


def test_a_place_in_use_is_not_closed(setting: Place) -> None:
    stay = a_resident(setting, now=clock.now())
    place = stay.place
    answer = client_of(setting, Role.DIRECTOR).post(
        reverse("shelter-place-change", args=(place.pk,)),
        {"version": place.version, "shelter": place.shelter_id, "name": place.name, "beds": 4},
    )
    assert answer.status_code == 409


def test_the_history_tells_the_stay_and_keeps_the_address(setting: Place) -> None:
    """Changes by their names, readings by their kind; what is encrypted stays so."""
    now = clock.now()
    stay = with_child(setting, now=now)
    actions.write_exit_plan(
        stay=stay, exit_going="home", exit_plan="Тайный план", by=setting.by(at=now), now=now
    )
    client = client_of(setting, Role.CASEWORKER)
    client.get(reverse("stay", args=(stay.pk,)))
    page = client.get(reverse("case-history", args=(stay.case_id,))).content.decode()
    assert str(Stay._meta.verbose_name) in page.lower()
    assert "Тайный план" not in page
    assert ADDRESS not in page


def test_my_day_counts_what_waits_for_the_director(setting: Place) -> None:
    now = clock.now()
    stay = a_resident(setting, now=now - timedelta(days=40))
    actions.mark_overstay(stay=stay, now=now)
    page = client_of(setting, Role.DIRECTOR).get(reverse("my-day")).content.decode()
    assert reverse("stay-list") in page
