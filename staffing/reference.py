"""Load the staffing norms of the annex to R256. What the ministry has changed is never overwritten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from family_support.base.reference import read_json
from staffing.models import BandLimits, StaffingNorm

BANDS = ("a", "b", "c")


def load_reference() -> int:
    """Add the rows of the file whose code the table never knew; how many. Idempotent."""
    shipped = read_json("staffing", "norms.json")
    known = set(StaffingNorm.objects.values_list("code", flat=True))
    rows = [
        StaffingNorm(**_fields(row), act=shipped["act"], valid_from=date.fromisoformat(shipped["valid_from"]))
        for row in shipped["norms"]
        if row["code"] not in known
    ]
    StaffingNorm.objects.bulk_create(rows)
    return len(rows) + _load_bands(shipped)


def _load_bands(shipped: dict[str, Any]) -> int:
    """The limits of the bands, where there are none yet; how many."""
    if BandLimits.objects.exists():
        return 0
    valid_from = date.fromisoformat(shipped["valid_from"])
    BandLimits.objects.create(**shipped["bands"], act=shipped["act"], valid_from=valid_from)
    return 1


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """The row as fields: units, written as text so that no float comes between, as decimals."""
    units = dict(zip(BANDS, row["units"], strict=True)) if row.get("units") else {}
    rest = {key: value for key, value in row.items() if key != "units"}
    return {**rest, **{f"units_{band}": Decimal(value) for band, value in units.items()}}
