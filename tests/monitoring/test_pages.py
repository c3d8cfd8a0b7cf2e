"""Pages of the quarter and the ministry: few queries however many rows, and their forms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.documents.models import Rendering
from monitoring import sections
from monitoring.models import QuarterlyReport
from monitoring.quarters import Quarter
from tests.access.world import sign_in
from tests.factories import Place, a_center, a_membership, an_agency
from tests.monitoring.samples import APRIL, CONCLUSION, the_report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "bars", lambda tables: {})


def client_of(membership: Membership) -> Client:
    with clock.at(APRIL):
        return sign_in(Client(), membership)


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_lists_ask_the_same_however_long() -> None:
    place = a_center()
    methodologist = client_of(place.people[Role.METHODOLOGIST])
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    the_report(place, "sent", quarter=Quarter(2025, 1))
    urls = ((methodologist, reverse("quarter-list")), (analyst, reverse("ministry")))
    few = [queries(client, url) for client, url in urls]
    for number in (2, 3):
        the_report(place, "sent", quarter=Quarter(2025, number))
        the_report(a_center(), "sent", quarter=Quarter(2025, number))
    assert [queries(client, url) for client, url in urls] == few
    assert max(few) < 16


def test_a_quarter_asks_the_same_however_much_is_wanting() -> None:
    place = a_center()
    client = client_of(place.people[Role.METHODOLOGIST])
    report = the_report(place)
    url = reverse("quarter", args=[report.pk])
    add = reverse("quarter-shortcoming-new", args=[report.pk])
    given = {"text": "Отчёты поступают с опозданием.", "proposal": "Назначить ответственного."}
    counts = []
    for _round in range(2):
        for _number in range(3):
            agency = an_agency(district=place.center.district)
            assert client.post(add, {**given, "agency": agency.pk}).status_code == 302
        counts.append(queries(client, url))
    assert counts[0] == counts[1] < 30


def test_what_was_typed_stays_with_the_error() -> None:
    place = a_center()
    report = the_report(place)
    client = client_of(place.people[Role.METHODOLOGIST])
    add = reverse("quarter-shortcoming-new", args=[report.pk])
    answer = client.post(add, {"text": "Отчёты поступают с опозданием.", "proposal": ""})
    assert answer.status_code == 400
    assert "Отчёты поступают с опозданием." in answer.content.decode()


def test_signing_an_unfinished_conclusion_says_what_is_missing() -> None:
    place = a_center()
    report = the_report(place)
    director = client_of(place.people[Role.DIRECTOR])
    answer = director.post(reverse("quarter-sign", args=[report.pk]), {"version": report.version})
    assert answer.status_code == 400
    assert QuarterlyReport.objects.get(pk=report.pk).state == "draft"


def test_the_way_through_the_pages() -> None:
    place: Place = a_center()
    report = the_report(place)
    methodologist, director = (client_of(place.people[role]) for role in (Role.METHODOLOGIST, Role.DIRECTOR))
    analyst = client_of(a_membership(Role.MINISTRY_ANALYST))
    fresh: Callable[[], QuarterlyReport] = lambda: QuarterlyReport.objects.get(pk=report.pk)  # noqa: E731
    url = reverse("quarter", args=[report.pk])
    given = {"conclusion": CONCLUSION, "no_shortcomings": "on", "version": report.version}
    assert methodologist.post(url, given).status_code == 302
    assert methodologist.post(url, given).status_code == 409
    assert analyst.get(reverse("ministry-report", args=[report.pk])).status_code == 404
    for name in ("quarter-sign", "quarter-send"):
        answer = director.post(reverse(name, args=[report.pk]), {"version": fresh().version})
        assert answer.status_code == 302
    assert analyst.get(reverse("ministry"), {"year": 2026, "quarter": 1, "state": "sent"}).status_code == 200
    assert analyst.get(reverse("ministry"), {"year": "x", "region": "0"}).status_code in (200, 400)
    assert analyst.get(reverse("ministry-report", args=[report.pk])).status_code == 200
    assert analyst.post(reverse("ministry-receive", args=[report.pk])).status_code == 302
    assert fresh().state == "received"
    language = {"language": "en", "format": "xlsx"}
    assert analyst.post(reverse("quarter-file", args=[report.pk]), language).status_code == 302
    asking = 'data-refresh="5"'
    page = reverse("ministry-report", args=[report.pk])
    assert asking in analyst.get(page).content.decode(), "the line asks by itself whether its file is there"
    Rendering.objects.update(state="failed")
    assert asking not in analyst.get(page).content.decode()
