"""The look of lists: a table on wide screens, cards on a phone, sort and filters in the address."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.http import HttpRequest
from django.utils.functional import Promise

PER_PAGE = 25
MOST_PER_PAGE = 100


class Table(django_tables2.Table):
    """Base of every list. Name sortable columns in ``Meta.order_by`` and ``orderable``; nothing personal sorts."""

    class Meta:
        template_name = "ui/table.html"
        attrs = {"class": "table list-table stack"}
        orderable = False
        empty_text: str | Promise = ""


def page_of(request: HttpRequest, table: Table, *, per_page: int = PER_PAGE) -> Table:
    """The table sorted and paged as the address says; a wrong page number is the nearest right one."""
    config = django_tables2.RequestConfig(
        request, paginate={"per_page": min(per_page, MOST_PER_PAGE), "silent": True}
    )
    return config.configure(table)


def per_page(request: HttpRequest, default: int = PER_PAGE) -> int:
    """How many rows a page shows, from ``?per_page=``: between 1 and ``MOST_PER_PAGE``."""
    wanted: Any = request.GET.get("per_page", "")
    return min(max(int(wanted), 1), MOST_PER_PAGE) if wanted.isdecimal() and len(wanted) < 5 else default
