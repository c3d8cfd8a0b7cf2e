"""A list as a sheet: every row with its period and act, text never as a formula."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from family_support.reference.catalogs import Catalog

PAGE_NAME = 31


def sheet(catalog: Catalog, rows: list[Any]) -> bytes:
    """The XLSX of a list in the active language."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        title = str(catalog.title)
        book.set_properties({"title": title, "author": ""})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E5F0FB"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        page = book.add_worksheet(title[:PAGE_NAME].replace("/", "-").replace(":", ""))
        headings = [
            _("Code"),
            *(capfirst(str(fact.label)) for fact in catalog.facts),
            _("Act"),
            _("From"),
            _("To"),
        ]
        page.set_column(0, len(headings) - 1, 24)
        for column, heading in enumerate(headings):
            page.write_string(0, column, heading, head)
        for line, row in enumerate(rows, start=1):
            ends = f"{row.valid_to:%d.%m.%Y}" if row.valid_to else ""
            texts = [catalog.code(row), *(fact.text(row) for fact in catalog.facts), row.act]
            for column, text in enumerate([*texts, f"{row.valid_from:%d.%m.%Y}", ends]):
                page.write_string(line, column, text, wrap)
        page.freeze_panes(1, 1)
    return buffer.getvalue()
