"""Load the norms of state-service law shipped with the product. What the ministry has changed stays as it is."""

from __future__ import annotations

from datetime import date

from family_support.base.reference import read_json
from interagency.models import ServiceNorm


def load_reference() -> int:
    """Add the norms of the file whose code the table never knew (R192 11); how many. Idempotent."""
    shipped = read_json("interagency", "service_norms.json")
    known = set(ServiceNorm.objects.values_list("code", flat=True))
    valid_from = date.fromisoformat(shipped["valid_from"])
    rows = [ServiceNorm(valid_from=valid_from, **row) for row in shipped["norms"] if row["code"] not in known]
    ServiceNorm.objects.bulk_create(rows)
    return len(rows)
