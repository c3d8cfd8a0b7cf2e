"""The quarter as a sheet: one page an indicator, figures as numbers, text never as a formula."""

from io import BytesIO

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.base.figures import HIDDEN, Table
from monitoring.actions import quarter_of
from monitoring.indicators import tables
from monitoring.models import QuarterlyReport
from monitoring.suppression import suppress

# Excel's limit for the name of a page.
PAGE_NAME = 31
WIDTH = 48


def quarter_sheet(report_id: int, language: str, *, outside: bool = False) -> bytes:
    """The XLSX of a report in one language; the same figures as its PDF, small ones hidden when it goes `outside`."""
    report = QuarterlyReport.objects.select_related("center__district__region").get(pk=report_id)
    buffer = BytesIO()
    with (
        translation.override(language),
        xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book,
    ):
        book.set_properties(
            {"title": _("Quarterly report"), "author": "", "created": report.computed_at.replace(tzinfo=None)}
        )
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E5F0FB"}
            ),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "share": book.add_format({"num_format": "0.0"}),
        }
        _summary(book, formats, report)
        figures = tables(report.figures)
        for number, table in enumerate(suppress(figures) if outside else figures, start=1):
            _page(book, formats, number, table)
    return buffer.getvalue()


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
            if value == HIDDEN:
                page.write_string(line, column, _("not shown"))
            elif value is not None:
                page.write_number(line, column, value, formats["share" if heading.share else "count"])
    page.freeze_panes(4, 1)
