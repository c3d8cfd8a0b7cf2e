"""Staffing on paper and as a sheet: valid PDF/UA, the page's figures, typed text inert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.utils import translation
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.directory.models import Center
from staffing.actions import record_fund
from staffing.papers import center_pdf, country_pdf
from staffing.presenting import substitute_text
from staffing.queries import Staffing, country, staffing_of
from staffing.rules import PositionData
from staffing.sheets import center_sheet, country_sheet
from tests.factories import Place, a_center
from tests.staffing.samples import APRIL, TODAY, a_table, a_vehicle, positions

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.org";"x")'
SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with clock.at(APRIL):
        yield


@pytest.fixture
def place() -> Place:
    """A Center with a gap, a substitute, a vehicle and a position whose name looks like a formula."""
    place = a_center()
    rows = positions({"case-manager": ("2", "1.5"), "social-worker": ("3", "3"), "lawyer": ("1", "1")})
    rows.append(PositionData(positions()[0].units, positions()[0].units, title=FORMULA, place=1))
    a_table(place, order_number="+1-А", positions=rows)
    a_vehicle(place, "@Газель <b>")
    record_fund(
        center=place.center,
        amount=Decimal("48500000.50"),
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        order_number="Б-4",
        order_date=date(2025, 12, 20),
        by=place.by(Role.DIRECTOR, at=APRIL),
        now=APRIL,
    )
    return place


def staffing(place: Place) -> Staffing:
    return staffing_of(Center.objects.with_place().get(pk=place.center.pk), TODAY)


def cells(data: bytes) -> list[list[list[object]]]:
    """Rows of every page: numbers as numbers, texts as texts; a formula fails."""
    with ZipFile(BytesIO(data)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        pages = [ElementTree.fromstring(book.read(name)) for name in names]  # noqa: S314 - our own sheet
        texts = []
        if "xl/sharedStrings.xml" in book.namelist():
            shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
            texts = ["".join(part.itertext()) for part in shared.findall("m:si", SPACE)]
    assert not any(page.findall(".//m:f", SPACE) for page in pages)
    return [
        [[_value(cell, texts) for cell in row] for row in page.findall(".//m:row", SPACE)] for page in pages
    ]


def _value(cell: ElementTree.Element, texts: list[str]) -> object:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    value = cell.findtext("m:v", "", SPACE)
    if cell.get("t") == "s":
        return texts[int(value)]
    return float(value) if value else ""


def words(pdf: bytes) -> str:
    """The text of a valid PDF/UA, without spaces."""
    found = validate_pdf_bytes(pdf, profile=ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [(failure.rule_id, failure.message) for failure in found.failures]
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(text.split())


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_sheet_of_a_center(place: Place, language: str) -> None:
    found = staffing(place)
    pages = cells(center_sheet(found, language))
    # A position beside the annex has no number in front.
    rows = {str(row[1] if isinstance(row[0], float) else row[0]): row for row in pages[0][3:]}
    with translation.override(language):
        for line in found.lines:
            row = rows[line.name] if line.norm else ["", *rows[line.name]]
            figures = [float(each) for each in (line.units, line.occupied, line.below, line.lacking)]
            assert row[4:8] == figures
            if line.minimum is not None:
                assert row[3] == float(line.minimum)
            if line.substitutes:
                assert row[8] == substitute_text(line)
    assert FORMULA in rows
    everything = [cell for page in pages for row in page for cell in row]
    assert "@Газель <b>" in everything
    assert 48500000.5 in everything
    assert any(str(cell).startswith("№ +1-А") for cell in everything)


def test_the_sheet_of_the_country(place: Place) -> None:
    a_center()
    found = country(TODAY)
    pages = cells(country_sheet(found, "ru"))
    assert len(pages) == 4
    total = pages[0][-1]
    assert total[-6:] == [
        float(each)
        for each in (
            found.total.totals.minimum,
            found.total.totals.units,
            found.total.totals.occupied,
            found.total.totals.vacant,
            found.total.totals.below,
            found.total.totals.lacking,
        )
    ]
    centers = {row[0]: row for row in pages[2][3:]}
    assert set(centers) == {gap.center.code for gap in found.gaps}
    assert sum(row[0] == place.center.code for row in pages[3][3:]) == len(staffing(place).lines)


def test_the_paper_of_a_center(place: Place) -> None:
    text = words(center_pdf(staffing(place), "kk"))
    assert "".join(FORMULA.split()) in text
    assert "@Газель<b>" in text
    with translation.override("kk"):
        for line in staffing(place).lines:
            assert "".join(line.name.split()) in text
    assert place.people[Role.DIRECTOR].user.last_name not in text


def test_the_paper_of_a_center_without_a_table() -> None:
    assert "штатноерасписаниеневнесено" in words(center_pdf(staffing(a_center()), "ru"))


def test_the_countrys_paper_names_its_many_centers_by_region_only(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("staffing.queries.FEW", 0)
    given: dict = {}
    monkeypatch.setattr("staffing.papers.render_pdf", lambda *args, **kwargs: given.update(args[1]) or b"")
    country_pdf(country(TODAY), "ru")
    assert not given["found"].lists_centers
    country_pdf(country(TODAY, place.center.district.region), "ru")
    assert given["found"].lists_centers


def test_the_paper_of_the_country(place: Place) -> None:
    region = place.center.district.region
    text = words(country_pdf(country(TODAY, region), "ru"))
    with translation.override("ru"):
        assert "".join(region.name.split()) in text
        assert "".join(place.center.name.split()) in text
