"""Load the terms of keeping shipped with the product: proposals until a lawyer confirms them."""

from __future__ import annotations

from datetime import date

from family_support.base.reference import read_json
from family_support.protection.models import RetentionRule


def load_reference() -> int:
    """Add the rules of the file whose kind the table never knew; how many. Idempotent."""
    shipped = read_json("family_support.protection", "retention.json")
    known = set(RetentionRule.objects.values_list("kind", flat=True))
    valid_from = date.fromisoformat(shipped["valid_from"])
    rows = [
        RetentionRule(valid_from=valid_from, **row) for row in shipped["rules"] if row["kind"] not in known
    ]
    RetentionRule.objects.bulk_create(rows)
    return len(rows)
