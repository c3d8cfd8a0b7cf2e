"""Load the terms shipped with the product. A term's rows are the ministry's from then on and are never overwritten."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from family_support.base.reference import read_json
from family_support.deadlines.models import Term


def load_reference() -> int:
    """Add the terms whose code the table never knew; idempotent. Returns the number of rows added."""
    with transaction.atomic():
        known = set(Term.objects.values_list("code", flat=True))
        rows = [Term(**_fields(row)) for row in shipped_terms() if row["code"] not in known]
        return len(Term.objects.bulk_create(rows))


def shipped_terms() -> list[dict[str, Any]]:
    """The rows of the file, dates as text."""
    rows: list[dict[str, Any]] = read_json("family_support.deadlines", "terms.json")["terms"]
    return rows


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    days = {key: date.fromisoformat(row[key]) for key in ("valid_from", "valid_to") if row[key]}
    return {**row, **days}
