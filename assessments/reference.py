"""Load the grounds of a hard life situation. What the ministry has changed is never overwritten."""

from __future__ import annotations

from datetime import date

from assessments.models import Ground
from family_support.base.reference import read_json

NAMES = ("name_kk", "name_ru", "name_en", "help_kk", "help_ru", "help_en")


def load_reference() -> int:
    """Add the grounds of the file (Social Code art. 133(1)) whose code the table never knew; how many. Idempotent."""
    shipped = read_json("assessments", "grounds.json")
    known = set(Ground.objects.values_list("code", flat=True))
    rows = [
        Ground(
            code=row["code"],
            number=row["number"],
            forms=row.get("forms", []),
            act=shipped["act"],
            valid_from=date.fromisoformat(shipped["valid_from"]),
            **{name: row[name] for name in NAMES},
        )
        for row in shipped["grounds"]
        if row["code"] not in known
    ]
    Ground.objects.bulk_create(rows)
    return len(rows)
