"""Roundups: who draws them up and when, that they leak nothing over time, and what the ministry's pages ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from page import ValidationProfile, validate_pdf_bytes

from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.errors import AppError, Conflict
from family_support.base.figures import HIDDEN
from family_support.directory.models import Center
from family_support.documents.models import Rendering
from monitoring import actions
from monitoring.comparison import sent_since, value_of
from monitoring.models import QuarterlyReport, Roundup
from monitoring.papers import roundup_pdf
from monitoring.quarters import Quarter
from monitoring.sheets import roundup_sheet
from monitoring.tasks import draw_roundups
from tests.factories import NOON, Place, a_case, a_center, a_membership, actor_for, an_agency
from tests.monitoring.samples import APRIL, FIRST, an_analyst, the_report
from tests.monitoring.test_pages import client_of, queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.sections.bars", lambda tables: {})
    monkeypatch.setattr("monitoring.comparison.lines", lambda *args: None)


def sent(intakes: int = 0, *, quarter: Quarter = FIRST) -> tuple[Place, QuarterlyReport]:
    """A Center that has sent a quarter with so many intakes."""
    place = a_center()
    for number in range(intakes):
        a_case(place, now=NOON + timedelta(minutes=number))
    return place, the_report(place, "sent", quarter=quarter)


def draw(quarter: Quarter = FIRST) -> dict[int | None, Roundup]:
    made = actions.draw_up_roundups(quarter=quarter, by=an_analyst(), now=APRIL)
    return {row.region_id: row for row in made}


def intakes_of(roundup: Roundup) -> object:
    return value_of(roundup.figures, "intakes", "self", "count")


def test_the_sum_of_what_was_sent_with_small_figures_hidden() -> None:
    one, two = sent(3), sent(2)
    drawn = draw()
    region = one[0].center.district.region_id
    assert set(drawn) == {None, region}
    assert intakes_of(drawn[region]) == intakes_of(drawn[None]) == 5
    assert set(drawn[None].centers) == {one[0].center.pk, two[0].center.pk}
    files = Rendering.objects.filter(subject_type=actions.ROUNDUP_SUBJECT, subject_id=drawn[None].pk)
    assert files.count() == 4


def test_one_center_s_small_figure_is_the_region_s_too() -> None:
    sent(3)
    drawn = draw()
    assert intakes_of(drawn[None]) == HIDDEN


def test_each_role() -> None:
    sent()
    place, agency = a_center(), an_agency()
    found = {}
    for role in Role:
        if role in CENTER_ROLES:
            by = place.by(role, at=APRIL)
        else:
            by = actor_for(a_membership(role, agency=agency if role in AGENCY_ROLES else None), at=APRIL)
        try:
            actions.draw_up_roundups(quarter=FIRST, by=by, now=APRIL)
            found[role] = "ok"
        except AppError as error:
            found[role] = type(error).__name__
        seen = Roundup.objects.visible_to(by).exists()
        assert seen == (role == Role.MINISTRY_ANALYST), role
    assert found == {role: "ok" if role == Role.MINISTRY_ANALYST else "Forbidden" for role in Role}


@pytest.mark.parametrize(("quarter", "code"), [(FIRST, "roundup_empty"), (FIRST.next, "quarter_runs")])
def test_nothing_to_add_up(quarter: Quarter, code: str) -> None:
    with pytest.raises(Conflict) as error:
        draw(quarter)
    assert error.value.code == code


def test_one_more_center_is_not_enough_to_draw_up_again() -> None:
    sent(5)
    first = draw()[None]
    sent(3)
    assert len(sent_since(first, FIRST)) == 1
    with pytest.raises(Conflict) as error:
        draw()
    assert error.value.code == "roundup_too_close"
    with translation.override("ru"):
        assert str(error.value.detail) == (
            "Отчёты должны отправить ещё хотя бы два Центра: иначе разница двух сводок покажет показатели одного."
        )
    sent(2)
    again = draw()[None]
    assert (again.pk, intakes_of(again)) == (first.pk, 10)


def test_a_later_roundup_hides_what_the_difference_would_tell() -> None:
    sent(5)
    draw()
    sent(3)
    sent(0)
    assert intakes_of(draw()[None]) == HIDDEN, "10 less 5 less nothing is the one small figure"


def test_it_draws_itself_up_when_nobody_is_awaited() -> None:
    sent(1)
    other = a_center()
    with clock.at(APRIL):
        draw_roundups()
        assert not Roundup.objects.exists()
        with acting(SYSTEM, reason="test"):
            Center.objects.filter(pk=other.center.pk).update(is_active=False)
        draw_roundups()
        draw_roundups()
    assert Roundup.objects.filter(region__isnull=True).count() == 1


def test_the_papers_of_a_roundup() -> None:
    sent(3), sent(2)
    draw(), the_report(a_center(), "sent", quarter=FIRST.previous), draw(FIRST.previous)
    country = Roundup.objects.get(region__isnull=True, quarter=1)
    for language in ("ru", "kk"):
        report = validate_pdf_bytes(roundup_pdf(country.pk, language), profile=ValidationProfile.PDF_UA_1)
        assert report.is_compliant, [failure.message for failure in report.failures]
    assert roundup_sheet(country.pk, "kk")[:2] == b"PK"


def test_the_ministry_s_pages_ask_the_same_however_many_centers() -> None:
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    sent(2), sent(2)
    country = draw()[None]
    region = country.centers and Roundup.objects.get(region__isnull=False)
    urls = [
        reverse("ministry-country"),
        reverse("ministry-region", args=[region.pk]),
        reverse("ministry-compare"),
        reverse("ministry-compare") + f"?figure=intakes:self&region={region.region_id}",
    ]
    few = [queries(analyst, url) for url in urls]
    for _number in range(3):
        sent(1)
    draw()
    assert [queries(analyst, url) for url in urls] == few
    assert max(few) < 20


def test_what_is_chosen_for_comparison_need_not_be_there() -> None:
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    url = reverse("ministry-compare")
    assert analyst.get(url).status_code == 200
    sent(1), sent(1)
    draw()
    for query in (
        {"figure": "nothing:self"},
        {"period": "2026-9"},
        {"region": "x"},
        {"figure": "intakes:self"},
    ):
        assert analyst.get(url, query).status_code == 200
    assert analyst.get(reverse("ministry-country"), {"period": "1999-x"}).status_code == 200


def test_a_coordinator_sees_the_own_district_s_reports_with_small_figures_hidden() -> None:
    place, report = sent(3)
    _other, foreign = sent(3)
    agency = an_agency("social_protection", district=place.center.district)
    coordinator = client_of(a_membership(Role.COORDINATOR, agency=agency))
    listed = coordinator.get(reverse("district-reports")).content.decode()
    assert reverse("district-report", args=[report.pk]) in listed
    assert reverse("district-report", args=[foreign.pk]) not in listed
    page = coordinator.get(reverse("district-report", args=[report.pk]))
    assert page.status_code == 200
    shown = {table.code: table for section in page.context["sections"] for table, _drawing in section.tables}
    assert shown["intakes"].rows[0].values["count"] == HIDDEN
    assert coordinator.get(reverse("district-report", args=[foreign.pk])).status_code == 404
