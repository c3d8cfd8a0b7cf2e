"""Load the catalog of measures shipped with the product. What the ministry has changed is never overwritten."""

from __future__ import annotations

from datetime import date

from family_support.base.reference import read_json
from family_support.directory.models import Sector, StateService
from ipr.models import MeasureTemplate


def load_reference() -> int:
    """Add the measures of the file whose code the catalog never knew (R192 2, 5, 8); how many. Idempotent."""
    shipped = read_json("ipr", "measures.json")
    known = set(MeasureTemplate.objects.values_list("code", flat=True))
    sectors = {sector.code: sector for sector in Sector.objects.all()}
    services: dict[str, StateService] = {}
    for service in StateService.objects.order_by("valid_from"):
        services[service.code] = service
    rows = [
        MeasureTemplate(
            code=row["code"],
            sector=sectors[row["sector"]],
            service=services.get(row.get("service", "")),
            act=shipped["act"],
            valid_from=date.fromisoformat(shipped["valid_from"]),
            name_kk=row["name_kk"],
            name_ru=row["name_ru"],
            name_en=row["name_en"],
        )
        for row in shipped["measures"]
        if row["code"] not in known
    ]
    MeasureTemplate.objects.bulk_create(rows)
    return len(rows)
