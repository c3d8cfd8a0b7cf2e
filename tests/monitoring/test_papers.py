"""The quarter on paper and as a sheet: the same figures, small ones hidden outside, typed text inert."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.utils import translation
from django.utils.translation import gettext
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PageObject, PdfReader

from family_support.base.figures import HIDDEN, Column, Row, Table, text_of
from monitoring.charts import bars
from monitoring.indicators import tables
from monitoring.models import QuarterlyReport
from monitoring.papers import quarter_pdf
from monitoring.sheets import quarter_sheet
from monitoring.suppression import IMPERSONAL, suppress
from tests.factories import a_center
from tests.lasting import keeping, lasting
from tests.monitoring.samples import APRIL, conclude, the_report

pytestmark = pytest.mark.django_db
# The lower margin, where only the footer stands.
FOOTER = 51
FORMULA = '=HYPERLINK("http://example.org";"x")'


@lasting
def a_full_report() -> QuarterlyReport:
    """A draft with figures that are given: the papers show what is frozen in the row."""
    place = a_center()
    report = the_report(place)
    for code, figures in report.figures.items():
        for number, row in enumerate(figures, start=1):
            row["values"] = dict.fromkeys(row["values"], 1284 if number == 1 else number)
            assert code
    report.shown = {
        table.code: [row.as_json() for row in table.rows] for table in suppress(tables(report.figures))
    }
    report.save()
    return conclude(
        place, report, conclusion=f"{FORMULA} <b>Органы</b> района работают согласованно и в срок."
    )


_kept = keeping(a_full_report, at=APRIL)


@pytest.fixture
def report() -> QuarterlyReport:
    return a_full_report()


def parsed(book: ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))  # noqa: S314 - our own sheet


def cells(data: bytes) -> list[list[list[object]]]:
    """Rows of every page: numbers as numbers, texts as texts; a formula fails."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with ZipFile(BytesIO(data)) as book:
        texts = [
            "".join(part.itertext()) for part in parsed(book, "xl/sharedStrings.xml").findall("m:si", space)
        ]
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        pages = [parsed(book, name) for name in names]
    assert not any(page.findall(".//m:f", space) for page in pages)
    return [
        [
            [
                texts[int(cell.findtext("m:v", "", space))] if cell.get("t") == "s" else float(value)
                for cell in row.findall("m:c", space)
                if (value := cell.findtext("m:v", "", space))
            ]
            for row in page.findall(".//m:row", space)
        ]
        for page in pages
    ]


def page_of(table: Table, data: bytes) -> dict[str, list[object]]:
    """Figures of an indicator's page, by row."""
    page = next(rows for rows in cells(data) if rows[0] == [str(table.title)])
    return {str(row[0]): row[1:] for row in page[3:]}


@pytest.mark.parametrize("outside", [False, True])
def test_the_sheet_has_the_figures_of_the_paper(report: QuarterlyReport, outside: bool) -> None:
    data = quarter_sheet(report.pk, "ru", outside=outside)
    with translation.override("ru"):
        own, hidden = tables(report.figures), gettext("not shown")
        for table in suppress(own) if outside else own:
            found = page_of(table, data) if table.rows else {}
            for row in table.rows:
                values = [row.values.get(column.code) for column in table.columns]
                expected = [hidden if value == HIDDEN else value for value in values if value is not None]
                assert found[row.name] == expected, (table.code, row.name)


def test_text_is_never_a_formula(report: QuarterlyReport) -> None:
    conclusion = cells(quarter_sheet(report.pk, "ru"))[0]
    assert any(str(cell).startswith(FORMULA) for row in conclusion for cell in row)


def lowest(page: PageObject) -> float:
    """How far down the text of a page reaches, its footer apart: points above the lower edge."""
    heights: list[float] = []

    def note(text: str, page_space: list[float], text_space: list[float], *_font: object) -> None:
        if text.strip():
            heights.append(page_space[3] * text_space[5] + page_space[5])

    page.extract_text(visitor_text=note)
    return min(height for height in heights if height > FOOTER)


def test_the_paper(report: QuarterlyReport) -> None:
    data = quarter_pdf(report.pk, "kk")
    found = validate_pdf_bytes(data, profile=ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [(failure.rule_id, failure.message) for failure in found.failures]
    pages = PdfReader(BytesIO(data)).pages
    # What is too long for a page goes on over it: no half of one is left empty, least of all the first.
    assert all(lowest(page) < page.mediabox.height / 3 for page in pages[:-1])
    flat = "".join(" ".join(page.extract_text() for page in pages).split())
    assert "<b>Органы</b>" in flat
    with translation.override("kk"):
        for table in tables(report.figures):
            assert "".join(str(table.title).split()) in flat
            for row in table.rows:
                assert "".join(row.name.split()) in flat
        assert "".join(text_of(1284, tables(report.figures)[0].columns[0]).split()) in flat


def test_the_paper_that_leaves_hides_small_figures(
    report: QuarterlyReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict = {}
    monkeypatch.setattr("monitoring.papers.render_pdf", lambda *args, **kwargs: given.update(args[1]) or b"")
    quarter_pdf(report.pk, "ru", outside=True)
    drawn = [each for section in given["sections"] for each in section.tables]
    values = [
        value
        for table, _chart in drawn
        if table.code not in IMPERSONAL
        for row in table.rows
        for value in row.values.values()
    ]
    assert HIDDEN in values
    assert not {1, 2, 3, 4} & set(values)
    assert all(
        chart is None or HIDDEN not in [row.values[table.columns[0].code] for row in table.rows]
        for table, chart in drawn
    )


def test_long_names_go_over_lines_in_a_chart(report: QuarterlyReport) -> None:
    with translation.override("ru"):
        chart = bars([table for table in tables(report.figures) if table.code == "intakes"])["intakes"]
    assert "<title>" in chart.svg
    assert "…" not in chart.svg
    assert "информационная система" in chart.svg


@pytest.mark.parametrize(("number", "parts"), [(1, [1]), (9, [9]), (10, [5, 5]), (11, [6, 5])])
def test_a_wide_table_is_printed_as_halves_with_every_figure(number: int, parts: list[int]) -> None:
    """The words of ten headings stay whole on a sheet of A4; no column is lost or doubled."""
    columns = tuple(Column(f"c{place}", f"C{place}") for place in range(number))
    values = {column.code: place for place, column in enumerate(columns)}
    table = Table("t", "T", "", columns, [Row("r", {"ru": "R"}, values)])
    assert [len(some) for some, _rows in table.parts] == parts
    assert [column for some, _rows in table.parts for column in some] == list(columns)
    assert [cell.text for _some, rows in table.parts for cell in rows[0].cells] == [
        str(place) for place in range(number)
    ]
