"""The assessment's pages through HTTP: saving by itself, typed text kept, who reads, how many queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.models import Assessment, Ground
from family_support.access.models import ReadEntry
from family_support.access.openings import open_with_reason
from family_support.accounts.roles import Role
from family_support.base.clock import now
from family_support.directory.models import Sector
from tests.access.world import sign_in
from tests.factories import Place, a_case, a_case_with_consent, a_center, a_consent, a_membership, actor_for
from tests.plans import CONCLUSION, a_concluded, a_draft_assessment

pytestmark = pytest.mark.django_db


def as_(place: Place, role: Role) -> Client:
    return sign_in(Client(), place.people[role])


def a_draft(place: Place) -> Assessment:
    moment = now()
    return a_draft_assessment(place, a_case_with_consent(place, now=moment), now=moment)


def test_a_section_saves_by_itself_and_hands_the_new_version_back() -> None:
    place = a_center()
    draft = a_draft(place)
    client = as_(place, Role.CASEWORKER)
    address = reverse("assessment-section", args=(draft.case_id, "health"))
    post = {"health_note": "Нужен приём невролога.", "version": draft.version}
    answer = client.post(address, post, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    saved = Assessment.objects.get(pk=draft.pk)
    assert saved.health_note == "Нужен приём невролога."
    assert f'value="{saved.version}"' in answer.content.decode()
    stale = client.post(address, {**post, "health_note": "Иначе"})
    assert stale.status_code == 409
    assert "Иначе" in stale.content.decode()
    assert client.post(address, {**post, "version": saved.version}).status_code == 302


def test_without_consent_the_tab_asks_for_it_instead_of_a_start_that_is_refused() -> None:
    place = a_center()
    case = a_case(place, now=now())
    client = as_(place, Role.CASEWORKER)
    consent, start = (reverse(name, args=(case.pk,)) for name in ("consent-new", "assessment-start"))
    tab = client.get(reverse("assessment", args=(case.pk,))).content.decode()
    assert (consent in tab, start in tab) == (True, False)
    a_consent(case, place, now=now())
    tab = client.get(reverse("assessment", args=(case.pk,))).content.decode()
    assert start in tab


def test_the_whole_and_the_grounds_without_a_script() -> None:
    place = a_center()
    draft = a_draft(place)
    client = as_(place, Role.CASEWORKER)
    whole = reverse("assessment-section", args=(draft.case_id, "whole"))
    assert client.get(whole).status_code == 200
    wrong = client.post(whole, {"version": draft.version, "visited_on": "31.02.2026", "income_month": "-5"})
    assert wrong.status_code == 400
    grounds = reverse("assessment-grounds", args=(draft.case_id,))
    assert client.get(grounds).status_code == 200
    assert client.post(grounds, {"version": draft.version}).status_code == 302
    assert not draft.grounds.exists()
    number = Ground.objects.get(number=12).pk
    draft.refresh_from_db()
    unticked = {"version": draft.version, f"note_{number}": "На учёте пробации с марта"}
    refused = client.post(grounds, unticked)
    assert refused.status_code == 400, "words beside a ground that was not ticked are not thrown away"
    assert set(refused.context["form"].errors) == {f"ground_{number}"}
    assert client.post(grounds, {**unticked, f"ground_{number}": "on"}).status_code == 302
    draft.refresh_from_db()
    cleared = {"version": draft.version, f"note_{number}": "На учёте пробации с марта"}
    assert client.post(grounds, cleared).status_code == 302, "the tick alone takes a ground away"
    assert not draft.grounds.exists()
    assert client.get(reverse("assessment-section", args=(draft.case_id, "nonsense"))).status_code == 404


def test_concluding_on_the_page_twice_concludes_once() -> None:
    place = a_center()
    draft = a_draft(place)
    client = as_(place, Role.CASEWORKER)
    address = reverse("assessment-conclude", args=(draft.case_id,))
    post = {
        **CONCLUSION,
        "hls_found": "yes",
        "version": draft.version,
        "key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0b01",
    }
    refused = client.post(address, {**post, "risk_reason": ""})
    assert refused.status_code == 400
    assert CONCLUSION["conclusion"] in refused.content.decode()
    assert client.post(address, post).status_code == 302
    assert client.post(address, post).status_code in (302, 409)
    assert draft.case.assessments.filter(state=Assessment.State.CONCLUDED).count() == 1


def test_only_team_and_a_director_with_a_reason_read() -> None:
    place, moment = a_center(), now()
    case = a_concluded(place, a_case_with_consent(place, now=moment), now=moment).case
    address = reverse("assessment", args=(case.pk,))
    assert as_(place, Role.CASEWORKER).get(address).status_code == 200
    assert as_(place, Role.DIRECTOR).get(address).status_code == 404
    assert as_(place, Role.INTAKE_CLERK).get(address).status_code == 403
    colleague = a_membership(Role.PSYCHOLOGIST, center=place.center)
    for membership in (place.people[Role.DIRECTOR], colleague):
        open_with_reason(
            case_id=case.pk,
            by=actor_for(membership, at=moment),
            reason="Жалоба родственника семьи",
            now=moment,
        )
    assert as_(place, Role.DIRECTOR).get(address).status_code == 200
    # A colleague's opening shows the case, never its assessment.
    assert sign_in(Client(), colleague).get(address).status_code == 404
    assert ReadEntry.objects.filter(case_id=case.pk, what="assessment").exists()


def test_queries_do_not_grow_with_the_needs() -> None:
    place, moment = a_center(), now()
    case = a_concluded(place, a_case_with_consent(place, now=moment), now=moment).case
    client = as_(place, Role.CASEWORKER)
    address = reverse("needs", args=(case.pk,))

    def need() -> None:
        sector = Sector.objects.get(code="education")
        actions.add_need(case=case, sector=sector, text="Место", by=place.by(at=moment), now=moment)

    def count() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    need()
    few = count()
    for _number in range(6):
        need()
    assert count() == few
