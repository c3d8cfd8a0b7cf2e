"""Pages of a list: bounded, newest first, moved through by a place and not by a number."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Invalid

PER_PAGE = 50
MOST = 100


def bounded(text: str | None) -> int:
    """How many rows a page holds: 1 to 100. Errors: Invalid for anything else."""
    if text is None:
        return PER_PAGE
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise Invalid("limit", fields={"limit": _("A number from 1 to 100 is needed.")})
    return int(text)


def page_of(rows: QuerySet[Any], *, after: Model | None, limit: int) -> tuple[list[Any], bool]:
    """The rows behind `after`, newest first, and whether there are more."""
    ordered = rows.order_by("-pk")
    if after is not None:
        ordered = ordered.filter(pk__lt=after.pk)
    found = list(ordered[: limit + 1])
    return found[:limit], len(found) > limit
