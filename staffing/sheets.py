"""Staffing as a sheet: figures as numbers, text never as a formula, written row by row in constant memory."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from staffing.gaps import Line, Totals
from staffing.presenting import (
    band_lines,
    exception_lines,
    norm_note,
    norm_text,
    reach_lines,
    substitute_text,
)
from staffing.queries import Country, Staffing

# Excel's limit for the name of a page.
PAGE_NAME = 31


class Book:
    """A workbook with the product's formats; pages are written from the top down."""

    def __init__(self, title: str, subtitle: str) -> None:
        self.buffer = BytesIO()
        self.book = xlsxwriter.Workbook(
            self.buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.book.set_properties({"title": title, "author": ""})
        self.title, self.subtitle = title, subtitle
        head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E5F0FB"}
        self.formats = {
            "title": self.book.add_format({"bold": True, "font_size": 14}),
            "head": self.book.add_format(head),
            "wrap": self.book.add_format({"text_wrap": True, "valign": "top"}),
            # A format with "0.##" would write 1 as "1.": the general one shows 1 and 0.5 as they are.
            "number": self.book.add_format({"valign": "top"}),
            "money": self.book.add_format({"num_format": "#,##0.00", "valign": "top", "align": "left"}),
            "sum": self.book.add_format({"bold": True, "top": 1}),
            "bold": self.book.add_format({"bold": True, "top": 1}),
        }

    def page(self, name: str, widths: Sequence[int]) -> Page:
        """A new page with its title."""
        return Page(self, name, widths)

    def close(self) -> bytes:
        """The whole file."""
        self.book.close()
        return self.buffer.getvalue()


class Page:
    """One page of the book."""

    def __init__(self, book: Book, name: str, widths: Sequence[int]) -> None:
        clean = "".join(sign for sign in name if sign not in "[]:*?/\\'")
        self.sheet = book.book.add_worksheet(clean[:PAGE_NAME])
        self.formats = book.formats
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.write_string(0, 0, book.title, self.formats["title"])
        self.sheet.write_string(1, 0, book.subtitle)
        self.line = 3

    def head(self, *names: str, freeze: bool = True) -> None:
        """The names of the columns."""
        for column, name in enumerate(names):
            self.sheet.write_string(self.line, column, str(name), self.formats["head"])
        self.line += 1
        if freeze:
            self.sheet.freeze_panes(self.line, 0)

    def row(self, *values: Any, sums: bool = False) -> None:
        """One line: numbers as numbers, None as nothing, all else as text."""
        for column, value in enumerate(values):
            if isinstance(value, Decimal | int):
                number = self.formats["sum" if sums else "number"]
                self.sheet.write_number(self.line, column, float(value), number)
            elif value is not None:
                text = self.formats["bold" if sums else "wrap"]
                self.sheet.write_string(self.line, column, str(value), text)
        self.line += 1

    def money(self, label: str, amount: Decimal) -> None:
        """A sum in tenge beside its label."""
        self.sheet.write_string(self.line, 0, label, self.formats["wrap"])
        self.sheet.write_number(self.line, 1, float(amount), self.formats["money"])
        self.line += 1

    def gap(self) -> None:
        """An empty line."""
        self.line += 1


def center_sheet(found: Staffing, language: str) -> bytes:
    """The XLSX of a Center's staffing in one language."""
    with translation.override(language):
        day = date_format(found.on, "d.m.Y")
        book = Book(_("Staffing of the Center"), f"{found.center.name}, {day}")
        _positions(book, found)
        _band(book, found)
        _records(book, found)
        return book.close()


def _positions(book: Book, found: Staffing) -> None:
    page = book.page(_("Positions and norms"), (5, 48, 18, 12, 12, 12, 12, 12, 48))
    page.head(
        pgettext("number", "No."),
        _("Position"),
        _("Note of the annex"),
        _("Norm"),
        _("Established"),
        _("Occupied"),
        _("Below the norm"),
        _("Lacking"),
        _("Possible substitutes"),
    )
    for line in found.lines:
        page.row(*_cells(line))
    totals = found.totals
    page.row(
        "",
        _("Total"),
        "",
        totals.minimum,
        totals.units,
        totals.occupied,
        totals.below,
        totals.lacking,
        sums=True,
    )


def _cells(line: Line) -> tuple[Any, ...]:
    return (
        line.norm.number if line.norm else None,
        line.name,
        norm_note(line.norm),
        norm_text(line) if line.minimum is None else line.minimum,
        line.units,
        line.occupied,
        line.below,
        line.lacking,
        substitute_text(line),
    )


def _band(book: Book, found: Staffing) -> None:
    page = book.page(_("Band"), (40, 40, 40))
    for label, text in band_lines(found.computation):
        page.row(label, text)
    page.gap()
    page.head(_("Band"), _("Appeals a working day"), _("Intakes of this quarter"), freeze=False)
    for reach, daily, intakes in reach_lines(found.computation):
        page.row(reach.band.value, daily, intakes)
    page.gap()
    for text in exception_lines(found.computation):
        page.row(text)


def _records(book: Book, found: Staffing) -> None:
    page = book.page(_("Orders and vehicles"), (40, 60))
    table, fund = found.table, found.fund
    if table:
        page.row(
            _("Staffing table"),
            f"{pgettext('number', 'No.')} {table.order_number}, {date_format(table.order_date, 'd.m.Y')}",
        )
        page.row(_("In force from"), date_format(table.starts_on, "d.m.Y"))
    if fund:
        page.money(_("Payroll fund, tenge"), fund.amount)
        days = f"{date_format(fund.starts_on, 'd.m.Y')} – {date_format(fund.ends_on, 'd.m.Y')}"
        page.row(_("Period"), days)
        page.row(
            _("Order"),
            f"{pgettext('number', 'No.')} {fund.order_number}, {date_format(fund.order_date, 'd.m.Y')}",
        )
    for vehicle in found.vehicles:
        page.row(_("Vehicle"), vehicle.label)


def country_sheet(found: Country, language: str) -> bytes:
    """The XLSX of the country or a region: sums, then every position of every Center."""
    with translation.override(language):
        place = found.region.name if found.region else _("Republic of Kazakhstan")
        book = Book(_("Staffing of the Centers"), f"{place}, {date_format(found.on, 'd.m.Y')}")
        figures = (_("Norm"), _("Established"), _("Occupied"), _("Vacant"), _("Below the norm"), _("Lacking"))
        _regions(book, found, figures)
        _by_position(book, found, figures)
        _centers(book, found, figures)
        _everything(book, found)
        return book.close()


def _figures(totals: Totals) -> tuple[Decimal, ...]:
    return (
        totals.minimum,
        totals.units,
        totals.occupied,
        totals.vacant,
        totals.below,
        totals.lacking,
    )


def _regions(book: Book, found: Country, figures: Sequence[str]) -> None:
    page = book.page(_("Regions"), (40, 12, 14, 8, 8, 8, *([14] * 6)))
    page.head(_("Region"), _("Centers"), _("With a table"), "A", "B", "C", *figures)
    for row in found.regions:
        page.row(row.region.name, row.centers, row.with_table, *row.bands.values(), *_figures(row.totals))
    total = found.total
    page.row(
        _("Total"),
        total.centers,
        total.with_table,
        *total.bands.values(),
        *_figures(total.totals),
        sums=True,
    )


def _by_position(book: Book, found: Country, figures: Sequence[str]) -> None:
    page = book.page(_("Positions"), (5, 50, *([14] * 6), 20))
    page.head(pgettext("number", "No."), _("Position"), *figures, _("Centers where units are missing"))
    for row in found.positions:
        first, *rest = _figures(row.totals)
        page.row(row.norm.number, row.norm.name, None if row.unnumbered else first, *rest, row.lacking_in)


def _centers(book: Book, found: Country, figures: Sequence[str]) -> None:
    page = book.page(_("Centers"), (12, 60, 30, 8, 12, *([14] * 6)))
    page.head(_("Code"), _("Center"), _("Region"), _("Band"), _("Vehicles"), *figures)
    for gap in found.gaps:
        center = gap.center
        shown = _figures(gap.totals) if gap.has_table else (_("no staffing table is recorded"),)
        page.row(center.code, center.name, center.district.region.name, gap.band.value, gap.vehicles, *shown)


def _everything(book: Book, found: Country) -> None:
    page = book.page(_("Positions of Centers"), (12, 5, 50, 18, *([14] * 5)))
    page.head(
        _("Code"),
        pgettext("number", "No."),
        _("Position"),
        _("Norm"),
        _("Established"),
        _("Occupied"),
        _("Vacant"),
        _("Below the norm"),
        _("Lacking"),
    )
    for gap in found.gaps:
        for line in gap.lines if gap.has_table else ():
            page.row(
                gap.center.code,
                line.norm.number if line.norm else None,
                line.name,
                norm_text(line) if line.minimum is None else line.minimum,
                line.units,
                line.occupied,
                line.vacant,
                line.below,
                line.lacking,
            )
