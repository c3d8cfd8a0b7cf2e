"""The pages of the plan through HTTP: forms without a script, what is logged, and how many queries they take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from family_support.access.models import ReadEntry
from family_support.accounts.roles import Role
from family_support.base.clock import local_date, now
from ipr import actions
from ipr.models import Measure, MeasureTemplate, PlanVersion
from tests.access.world import sign_in
from tests.factories import Place, a_center, an_agency
from tests.plans import (
    PDF,
    a_draft,
    a_returned,
    a_scan,
    a_signing,
    a_submitted,
    an_assessed_case,
    anew,
    applicant,
    measure_data,
)

pytestmark = pytest.mark.django_db


def as_(place: Place, role: Role) -> Client:
    return sign_in(Client(), place.people[role])


def measure_post(version: PlanVersion, **changes: Any) -> dict[str, Any]:
    page = {
        "key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a01",
        "version": version.version,
        "template": MeasureTemplate.objects.get(code="FAM-03").pk,
        "text": "Десять встреч с психологом.",
        "goal": "Спокойные вечера.",
        "purpose": "rehabilitation",
        "person": applicant(version.plan.case).pk,
        "executor": "center",
        "service": "",
        "starts_on": f"{version.starts_on:%d.%m.%Y}",
        "due_on": f"{version.ends_on:%d.%m.%Y}",
    }
    return {**page, **changes}


def test_the_editor_works_without_a_script() -> None:
    place, moment = a_center(), now()
    version = a_draft(place, now=moment)
    client = as_(place, Role.CASEWORKER)
    address = reverse("plan-measure-new", args=(version.pk,))
    assert client.get(address).status_code == 200
    before = version.measures.count()
    assert client.post(address, measure_post(version)).status_code == 302
    # The button pressed twice: the same key, the same row.
    assert client.post(address, measure_post(version)).status_code == 302
    assert version.measures.count() == before + 1


def test_a_refused_measure_keeps_what_was_typed() -> None:
    place, moment = a_center(), now()
    version = a_draft(place, now=moment)
    late = version.ends_on + timedelta(days=1)
    answer = as_(place, Role.CASEWORKER).post(
        reverse("plan-measure-new", args=(version.pk,)),
        measure_post(version, due_on=f"{late:%d.%m.%Y}", text="<b>Встречи</b>"),
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert f"{late:%d.%m.%Y}" in page
    assert escape("<b>Встречи</b>") in page
    assert "<b>Встречи</b>" not in page
    missing = as_(place, Role.CASEWORKER).post(
        reverse("plan-measure-new", args=(version.pk,)),
        measure_post(version, due_on="31.02.2026", executor=""),
    )
    assert missing.status_code == 400


def test_a_stale_form_answers_409_with_the_typed_text() -> None:
    place, moment = a_center(), now()
    version = a_draft(place, now=moment)
    client = as_(place, Role.CASEWORKER)
    head = {"starts_on": "", "ends_on": "", "goal": "Моя длинная цель", "version": version.version - 1}
    answer = client.post(reverse("plan-edit", args=(version.pk,)), head)
    assert answer.status_code == 409
    assert "Моя длинная цель" in answer.content.decode()


def test_signing_on_the_page_submits() -> None:
    place, moment = a_center(), now()
    version = a_signing(place, now=moment)
    client = as_(place, Role.CASEWORKER)
    address = reverse("plan-sign", args=(version.pk,))
    day = f"{local_date(moment):%d.%m.%Y}"
    center = {
        "party": "center",
        "center-key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a02",
        "center-membership": place.people[Role.CASEWORKER].pk,
        "center-signed_on": day,
        "center-scan": a_scan(),
    }
    family = {
        "party": "family",
        "family-key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a03",
        "family-person": applicant(version.plan.case).pk,
        "family-signed_on": day,
        "family-scan": a_scan(),
    }
    assert client.post(address, {**center, "center-scan": ""}).status_code == 400
    assert client.post(address, center).status_code == 302
    assert client.post(address, center).status_code == 302, "pressed twice"
    assert client.post(address, family).status_code == 302
    assert anew(version).state == PlanVersion.State.SUBMITTED


def test_both_signatures_filled_in_are_both_recorded() -> None:
    """One button under both: what was typed for the other side is never thrown away."""
    place, moment = a_center(), now()
    version = a_signing(place, now=moment)
    client = as_(place, Role.CASEWORKER)
    address = reverse("plan-sign", args=(version.pk,))
    day = f"{local_date(moment):%d.%m.%Y}"
    ahead = f"{local_date(moment) + timedelta(days=1):%d.%m.%Y}"
    both = {
        "center-key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a12",
        "center-membership": place.people[Role.CASEWORKER].pk,
        "center-signed_on": day,
        "family-key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a13",
        "family-person": applicant(version.plan.case).pk,
        "family-signed_on": ahead,
    }
    refused = client.post(address, {**both, "center-scan": a_scan(), "family-scan": a_scan()})
    assert refused.status_code == 400
    assert set(refused.context["family_form"].errors) == {"signed_on", "scan"}
    empty = as_(place, Role.CASEWORKER).post(
        reverse("plan-sign", args=(a_signing(place, now=moment).pk,)), {}
    )
    asked = [str(field.label) for name in ("center_form", "family_form") for field in empty.context[name]]
    assert len(set(asked) - {"Key"}) == 6, "a list of errors says which of the two signatures it means"
    assert refused.context["center_form"] is None, "that of the Center stands"
    assert client.post(address, {**both, "family-signed_on": day, "family-scan": a_scan()}).status_code == 302
    assert anew(version).state == PlanVersion.State.SUBMITTED


def test_the_head_is_saved_before_a_row_is_begun() -> None:
    place, moment = a_center(), now()
    version = a_draft(place, now=moment)
    client = as_(place, Role.CASEWORKER)
    address = reverse("plan-edit", args=(version.pk,))
    row = reverse("plan-measure-new", args=(version.pk,))
    for then, target in ((row, row), ("//elsewhere.example/", address), (reverse("case-list"), address)):
        head = {"goal": f"Цель: {then}", "version": anew(version).version, "then": then}
        answer = client.post(address, head)
        assert (answer.status_code, answer["Location"]) == (302, target)
        assert anew(version).goal == head["goal"]


def test_the_editor_shows_what_the_director_asked_for() -> None:
    place, moment = a_center(), now()
    version = a_returned(place, now=moment)
    client = as_(place, Role.CASEWORKER)
    client.post(reverse("plan-rework", args=(version.pk,)), {"version": version.version})
    page = client.get(reverse("plan-edit", args=(version.pk,)))
    assert "Добавьте меру для ребёнка." in page.content.decode()


def test_the_director_decides_and_the_reading_is_logged_with_its_reason() -> None:
    place, moment = a_center(), now()
    version = a_submitted(place, now=moment)
    client = as_(place, Role.DIRECTOR)
    assert version.plan.case.number in client.get(reverse("approval-queue")).content.decode()
    address = reverse("plan-approve", args=(version.pk,))
    assert client.get(address).status_code == 200
    entry = ReadEntry.objects.filter(case_id=version.plan.case_id, what=f"plan {version.pk}").latest("at")
    assert entry.membership_id == place.people[Role.DIRECTOR].pk
    assert entry.reason
    scan = version.signatures.first()
    assert scan is not None
    download = reverse("attachment-download", args=(scan.scan_id,))
    assert client.get(download).status_code == 200
    key = "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a04"
    assert client.post(address, {"version": version.version, "key": key}).status_code == 302
    assert anew(version).state == PlanVersion.State.APPROVED
    assert client.post(address, {"version": version.version, "key": key}).status_code in (404, 409)
    # Decided: from now on the scans are read as the case is, with a reason.
    assert client.get(download).status_code == 404


def test_a_return_without_a_reason_is_refused() -> None:
    place, moment = a_center(), now()
    version = a_submitted(place, now=moment)
    client = as_(place, Role.DIRECTOR)
    address = reverse("plan-return", args=(version.pk,))
    post = {"version": version.version, "key": "6f1b0a52-6c0a-4b0a-9b5e-0d7f3b8f0a05", "reason": "мало"}
    assert client.post(address, post).status_code == 400
    assert client.post(address, {**post, "reason": "Добавьте меру для ребёнка."}).status_code == 302
    assert anew(version).state == PlanVersion.State.RETURNED


def test_the_paper_is_a_pdf_named_without_a_person() -> None:
    place, moment = a_center(), now()
    version = a_draft(place, now=moment)
    answer = as_(place, Role.CASEWORKER).get(reverse("plan-print", args=(version.pk,)), {"language": "kk"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(PDF[:4])
    assert applicant(version.plan.case).last_name not in answer["Content-Disposition"]


def count(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["plan-edit", "plan-version", "plan-preview"])
def test_queries_do_not_grow_with_the_measures(name: str) -> None:
    place, moment = a_center(), now()
    case = an_assessed_case(place, now=moment)
    agency = an_agency("education", district=place.center.district)
    version = a_draft(place, case, agency=agency, now=moment)
    client = as_(place, Role.CASEWORKER)
    address = reverse(name, args=(version.pk,))
    few = count(client, address)
    first = version.measures.filter(agency=agency).get()
    more = measure_data(case, agency=agency, starts_on=first.starts_on, due_on=first.due_on)
    for _number in range(8):
        actions.put_measure(version=version, data=more, by=place.by(at=moment), now=moment)
    assert Measure.objects.filter(version=version).count() == 10
    assert count(client, address) == few


def test_queries_of_the_queue_do_not_grow_with_the_plans() -> None:
    place, moment = a_center(), now()
    a_submitted(place, now=moment)
    client = as_(place, Role.DIRECTOR)
    address = reverse("approval-queue")
    few = count(client, address)
    for _number in range(3):
        a_submitted(place, now=moment)
    assert count(client, address) == few
