"""Quarters as sheets: one page an indicator, figures as numbers, text never as a formula."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.base.figures import HIDDEN, Table, Value
from monitoring import comparison
from monitoring.actions import quarter_of
from monitoring.indicators import tables
from monitoring.models import QuarterlyReport, Roundup
from monitoring.outside import ShownAnnex, annexes_of

# Excel's limit for the name of a page.
PAGE_NAME = 31
WIDTH = 48


def quarter_sheet(report_id: int, language: str, *, outside: bool = False) -> bytes:
    """The XLSX of a report in one language; the same figures as its PDF, small ones hidden when it goes `outside`."""
    report = QuarterlyReport.objects.select_related("center__district__region").get(pk=report_id)
    with (
        translation.override(language),
        _book(_("Quarterly report"), report.computed_at) as (book, formats, out),
    ):
        _summary(book, formats, report)
        figures = tables(report.shown if outside else report.figures)
        for number, table in enumerate(figures, start=1):
            _page(book, formats, number, table)
        for shown in annexes_of(report, outside=outside):
            _annex(book, formats, shown)
    return out.getvalue()


def roundup_sheet(roundup_id: int, language: str) -> bytes:
    """The XLSX of a region or the country in one language; nothing that may not be shown is kept."""
    roundup = Roundup.objects.select_related("region").get(pk=roundup_id)
    with (
        translation.override(language),
        _book(_("Roundup of the quarter"), roundup.drawn_at) as (book, formats, out),
    ):
        page = book.add_worksheet(_("Centers")[:PAGE_NAME])
        page.set_column(0, 0, WIDTH)
        page.set_column(1, 8, 16)
        page.write_string(0, 0, roundup.region.name if roundup.region else _("The country"), formats["title"])
        page.write_string(1, 0, f"{_('Quarter')} {roundup.quarter} / {roundup.year}", formats["wrap"])
        centers = comparison.centers_of(roundup)
        for column, label in enumerate((_("Center"), *centers.headings)):
            page.write_string(3, column, str(label), formats["head"])
        for line, unit in enumerate(centers.rows, start=4):
            page.write_string(line, 0, unit.name, formats["wrap"])
            for column, value in enumerate(unit.values, start=1):
                _value(page, line, column, value, formats["count"])
        for number, table in enumerate(tables(roundup.figures), start=1):
            _page(book, formats, number, table)
    return out.getvalue()


@contextmanager
def _book(title: str, moment: datetime) -> Iterator[tuple[xlsxwriter.Workbook, dict, BytesIO]]:
    """A workbook with its formats and the bytes it is written to when the block ends."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": title, "author": "", "created": moment.replace(tzinfo=None)})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E5F0FB"}
            ),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "share": book.add_format({"num_format": "0.0"}),
        }
        yield book, formats, buffer


def _value(page: xlsxwriter.worksheet.Worksheet, line: int, column: int, value: Value, style: Any) -> None:
    """A figure as a number, a hidden one as words, nothing where there is none."""
    if value == HIDDEN:
        page.write_string(line, column, _("not shown"))
    elif value is not None:
        page.write_number(line, column, value, style)


def _annex(book: xlsxwriter.Workbook, formats: dict, shown: ShownAnnex) -> None:
    """A corrections annex: frozen figure, figure now, and why."""
    page = book.add_worksheet(_("Annex {number}").format(number=shown.annex.number)[:PAGE_NAME])
    page.set_column(0, 2, 40)
    page.set_column(3, 7, 14)
    title = _("Corrections annex {number}").format(number=shown.annex.number)
    page.write_string(0, 0, title, formats["title"])
    page.write_string(1, 0, shown.annex.note, formats["wrap"])
    headings = (
        _("Indicator"),
        _("Row"),
        _("Figure"),
        _("Frozen"),
        _("Now"),
        _("Entered late"),
        _("Changed"),
        _("No longer counted"),
    )
    for column, label in enumerate(headings):
        page.write_string(3, column, label, formats["head"])
    for line, each in enumerate(shown.lines, start=4):
        for column, text in enumerate((each.title, each.name, each.heading)):
            page.write_string(line, column, str(text), formats["wrap"])
        hidden = each.frozen == HIDDEN
        values = (each.frozen, each.now, each.late, each.changed, each.gone)
        for column, value in enumerate(values, start=3):
            _value(page, line, column, HIDDEN if hidden else value, formats["count"])


def _summary(book: xlsxwriter.Workbook, formats: dict, report: QuarterlyReport) -> None:
    page = book.add_worksheet(_("Conclusion")[:PAGE_NAME])
    page.set_column(0, 0, 30)
    page.set_column(1, 2, 70)
    page.write_string(0, 0, str(report.center.name), formats["title"])
    quarter = quarter_of(report)
    rows = [
        (_("Quarter"), f"{quarter.number} / {quarter.year}"),
        (_("Region"), report.center.district.region.name),
        (_("State"), report.get_state_display()),
        (_("Conclusion"), report.conclusion),
    ]
    for line, (label, text) in enumerate(rows, start=1):
        page.write_string(line, 0, str(label), formats["head"])
        page.write_string(line, 1, str(text), formats["wrap"])
    line = len(rows) + 2
    for column, label in enumerate((_("Body"), _("Shortcoming"), _("Proposal"))):
        page.write_string(line, column, label, formats["head"])
    for shortcoming in report.shortcomings.select_related("agency"):
        line += 1
        for column, text in enumerate(
            (str(shortcoming.agency or "—"), shortcoming.text, shortcoming.proposal)
        ):
            page.write_string(line, column, str(text), formats["wrap"])
    if report.no_shortcomings:
        page.write_string(line + 1, 0, _("No shortcomings were found."))


def _page(book: xlsxwriter.Workbook, formats: dict, number: int, table: Table) -> None:
    page = book.add_worksheet(f"{number}. {table.title}"[:PAGE_NAME].replace("/", "-").replace(":", ""))
    page.set_column(0, 0, WIDTH)
    page.set_column(1, len(table.columns), 16)
    page.write_string(0, 0, str(table.title), formats["title"])
    page.write_string(1, 0, str(table.definition), formats["wrap"])
    page.write_blank(3, 0, None, formats["head"])
    for column, heading in enumerate(table.columns, start=1):
        page.write_string(3, column, str(heading.heading), formats["head"])
    for line, (row, values) in enumerate(table.cells(), start=4):
        page.write_string(line, 0, row.name, formats["wrap"])
        for column, (heading, value) in enumerate(zip(table.columns, values, strict=True), start=1):
            _value(page, line, column, value, formats["share" if heading.share else "count"])
    page.freeze_panes(4, 1)
