"""Pages of the reference data: the same questions to the database however long; what was typed wrong stays."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.calendar_actions import publish_calendar
from family_support.deadlines.models import Term
from family_support.directory.models import Sector, StateService
from family_support.reference.catalogs import catalogs
from family_support.workdays.calendar import Names
from family_support.workdays.edition import Line, What
from family_support.workdays.queries import current_version
from tests.access.world import sign_in
from tests.places import at, make_center, make_membership, names
from tests.reference.samples import NOW

pytestmark = pytest.mark.django_db
SLUGS = (
    "sector-fields",
    "services",
    "terms",
    "grounds",
    "measures",
    "norms",
    "bands",
    "service-norms",
    "retention",
)


@pytest.fixture(autouse=True)
def _may() -> Any:
    with clock.at(NOW):
        yield


def client_of(role: Role, place: Any = None) -> Client:
    return sign_in(Client(headers={"accept-language": "en"}), make_membership(role, place))


@pytest.fixture
def editor() -> Client:
    return client_of(Role.MINISTRY_EDITOR)


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def more_services(count: int) -> None:
    row = StateService.objects.order_by("pk").first()
    assert row is not None
    with acting(SYSTEM):
        for number in range(count):
            StateService.objects.create(
                code=f"more-{number}",
                sector_id=row.sector_id,
                term_days=3,
                act="=1+1",
                valid_from=row.valid_from,
                **names(f"=HYPERLINK({number})"),
            )


def test_every_list_of_the_scope_is_there() -> None:
    assert {each.slug for each in catalogs()} == set(SLUGS)


def test_lists_ask_the_same_however_long(editor: Client) -> None:
    url = reverse("reference-list", args=["services"]) + "?page=2"
    few = queries(editor, url)
    more_services(10)
    assert queries(editor, url) == few <= 12
    assert queries(editor, reverse("reference")) <= 16
    for slug in SLUGS:
        assert queries(editor, reverse("reference-list", args=[slug])) <= 13, slug


def test_a_rows_page_asks_the_same_however_many_versions(editor: Client) -> None:
    row = StateService.objects.get(code="social-targeted-aid")
    url = reverse("reference-row", args=["services", row.pk])
    few = queries(editor, url)
    with acting(SYSTEM):
        row.valid_to = row.valid_from
        row.save()
        for number in range(1, 5):
            row.pk = None
            row.valid_from = row.valid_to = row.valid_from.replace(year=2024, month=7, day=number)
            row.save()
    assert queries(editor, url) == few <= 14


def test_the_calendar_asks_the_same_however_many_closures(editor: Client) -> None:
    url = reverse("calendar")
    few = queries(editor, url)
    for day in ("2026-05-12", "2026-05-13", "2026-05-14"):
        publish_calendar(
            lines=[Line(What.CLOSURE, at(f"{day} 09:00").date(), names=Names("А", "А", "A"))],
            order_number="1",
            order_date=NOW.date(),
            region=None,
            center=make_center(),
            seen=current_version(),
            by=SYSTEM,
            now=NOW,
        )
    assert queries(editor, url) == few <= 14


def form_of(client: Client, url: str) -> dict[str, Any]:
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in data.items() if value is not None}


def test_a_term_is_changed_on_the_page(editor: Client) -> None:
    row = Term.objects.get(code="assessment")
    url = reverse("reference-change", args=["terms", row.pk])
    page = editor.get(url)
    assert "The earliest day is 07.05.2026" in page.content.decode()
    data = form_of(editor, url) | {"act_number": "12-НҚ", "act_date": "04.05.2026", "length": "4"}
    refused = editor.post(url, data | {"valid_from": "06.05.2026", "name_kk": ""})
    assert refused.status_code == 400
    text = refused.content.decode()
    assert "Write it in Kazakh too: all three languages are obligatory." in text
    assert "12-НҚ" in text
    refused = editor.post(url, data | {"valid_from": "06.05.2026"})
    assert "tomorrow at the earliest" in refused.content.decode()
    negative = editor.post(url, data | {"valid_from": "07.05.2026", "length": "-2"})
    assert (negative.status_code, "length" in negative.context["form"].errors) == (400, True)
    done = editor.post(url, data | {"valid_from": "07.05.2026"})
    assert done.status_code == 302
    page = editor.get(done["Location"])
    text = page.content.decode()
    assert "№ 12-НҚ, 04.05.2026" in text
    assert "<del>3 working days</del>" in text
    stale = editor.post(url, data | {"valid_from": "07.05.2026"})
    assert stale.status_code == 409


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.DIRECTOR, Role.MINISTRY_ANALYST, Role.SYSTEM_ADMIN])
def test_readers_find_no_button(role: Role) -> None:
    client = client_of(role, make_center() if role in (Role.CASEWORKER, Role.DIRECTOR) else None)
    row = Term.objects.get(code="assessment")
    for url in (
        reverse("reference-list", args=["terms"]),
        reverse("reference-row", args=["terms", row.pk]),
        reverse("calendar"),
    ):
        main = client.get(url).content.decode().partition("<main")[2]
        assert main, url
        assert "/change/" not in main, url
    assert client.get(reverse("reference-change", args=["terms", row.pk])).status_code == 403


def test_every_button_that_is_shown_leads_somewhere(editor: Client) -> None:
    """A field opened to a sector from a later day: it can be taken back, and there is nothing to correct in it."""
    url = reverse("reference-add", args=["sector-fields"])
    data = {
        "sector": str(Sector.objects.get(code="internal_policy").pk),
        "field": "address",
        "valid_from": "01.06.2026",
        "act_number": "5",
        "act_date": "05.05.2026",
    }
    done = editor.post(url, data)
    assert done.status_code == 302
    main = editor.get(done["Location"]).content.decode().partition("<main")[2]
    links = [link for link in re.findall(r'href="(/reference/[^"]+)"', main) if "sheet" not in link]
    assert any(link.endswith("/cancel/") for link in links)
    assert not any(link.endswith("/correct/") for link in links)
    assert {editor.get(link).status_code for link in links} == {200}


def test_a_day_of_the_past_and_of_the_future_is_shown(editor: Client) -> None:
    url = reverse("reference-list", args=["terms"])
    assert editor.get(url, {"on": "01.01.2020"}).context["lines"] == []
    assert len(editor.get(url, {"on": "01.01.2030"}).context["lines"]) >= 20
    assert editor.get(url, {"when": "coming"}).context["lines"] == []
    assert editor.get(url, {"when": "nonsense", "on": "32.13.2026"}).status_code == 200
    assert editor.get(reverse("reference-list", args=["nothing"])).status_code == 404


def test_a_sheet_holds_texts_never_formulas(editor: Client) -> None:
    more_services(1)
    answer = editor.get(reverse("reference-sheet", args=["services"]))
    with ZipFile(BytesIO(answer.content)) as book:
        page, texts = (
            book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings")
        )
    assert "<f>" not in page
    assert "=1+1" in texts
    assert "=HYPERLINK(0)" in texts


class TestCalendarPage:
    """An order on the page: preview first, then exactly that is published."""

    def order(self, client: Client, **changes: str) -> dict[str, Any]:
        base = form_of(client, reverse("calendar-change"))
        return {
            **{name: value for name, value in base.items() if value},
            "order_number": "512",
            "order_date": "05.05.2026",
            "what_1": "transfer",
            "day_1": "16.05.2026",
            "other_1": "18.05.2026",
            "lines": "2",
            **changes,
        }

    def test_what_was_previewed_is_published(self, editor: Client) -> None:
        url = reverse("calendar-change")
        data = self.order(editor)
        # Nobody publishes what has not been looked at.
        blind = editor.post(url, data | {"step": "publish"})
        assert (blind.status_code, blind.context["preview"].moved) == (200, 0)
        mark = blind.context["form"]["previewed"].value()
        other = editor.post(url, data | {"step": "publish", "previewed": mark, "other_1": "19.05.2026"})
        assert other.status_code == 200
        done = editor.post(url, data | {"step": "publish", "previewed": mark})
        assert done.status_code == 302
        assert editor.get(done["Location"]).status_code == 200

    def test_a_version_that_never_was_is_a_conflict(self, editor: Client) -> None:
        data = self.order(editor, seen="777")
        seen = editor.post(reverse("calendar-change"), data | {"step": "preview"})
        mark = seen.context["form"]["previewed"].value()
        answer = editor.post(reverse("calendar-change"), data | {"step": "publish", "previewed": mark})
        assert answer.status_code == 409

    @pytest.mark.parametrize("query", ["year=abc", "year=1900", "center=0", "center=x&year=2027"])
    def test_a_wrong_filter_shows_this_year(self, editor: Client, query: str) -> None:
        answer = editor.get(f"{reverse('calendar')}?{query}")
        assert (answer.status_code, answer.context["year"]) == (200, "2026")

    def test_two_editors_at_once(self, editor: Client) -> None:
        url = reverse("calendar-change")
        first, second = self.order(editor), self.order(editor, day_1="23.05.2026", other_1="25.05.2026")
        for number, data in enumerate((first, second)):
            seen = editor.post(url, data | {"step": "preview"})
            mark = seen.context["form"]["previewed"].value()
            answer = editor.post(url, data | {"step": "publish", "previewed": mark})
            assert answer.status_code == (302, 409)[number]
        assert "Another version of the calendar has just come out" in answer.content.decode()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"day_1": "12.05.2026"}, "day_1"),
            ({"day_1": ""}, "day_1"),
            ({"what_1": ""}, "what_1"),
            ({"order_number": ""}, "order_number"),
            ({"order_date": "32.05.2026"}, "order_date"),
            ({"what_2": "remove"}, "day_2"),
        ],
    )
    def test_a_wrong_order_stays_on_the_page(
        self, editor: Client, changes: dict[str, str], field: str
    ) -> None:
        answer = editor.post(reverse("calendar-change"), self.order(editor, **changes) | {"step": "preview"})
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {field}


def test_a_director_changes_the_hours_of_the_own_center_only() -> None:
    center, other = make_center(), make_center()
    director = client_of(Role.DIRECTOR, center)
    url = reverse("center-hours", args=[center.pk])
    data = {
        "seen": director.get(url).context["form"]["seen"].value(),
        "opens": "08:30",
        "closes": "08:00",
        "valid_from": "12.05.2026",
        "order_number": "3",
        "order_date": "05.05.2026",
    }
    refused = director.post(url, data | {"step": "preview"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["closes"])
    data["closes"] = "17:30"
    mark = director.post(url, data | {"step": "preview"}).context["form"]["previewed"].value()
    assert director.post(url, data | {"step": "publish", "previewed": mark}).status_code == 302
    with clock.at(at("2026-05-12 10:00")):
        page = sign_in(Client(), make_membership(Role.DIRECTOR, center)).get(
            reverse("center-page", args=[center.pk])
        )
    assert "08:30–17:30" in page.content.decode()
    assert director.get(reverse("center-hours", args=[other.pk])).status_code == 404
