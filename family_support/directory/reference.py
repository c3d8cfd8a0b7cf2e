"""Load the regions, districts, sectors, sector fields and state services shipped with the product.

Only codes that the tables never knew are added: what is there belongs to the ministry, which edits it by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from family_support.base.reference import read_csv, read_json
from family_support.directory.models import District, Region, Sector, SectorField, StateService

PACKAGE = "family_support.directory"


def load_reference() -> int:
    """Add what is missing; idempotent. Returns the number of rows added."""
    with transaction.atomic():
        return _regions() + _districts() + _sectors() + _fields() + _services()


def _regions() -> int:
    known = set(Region.objects.values_list("kato", flat=True))
    rows = [Region(**row) for row in read_csv(PACKAGE, "regions.csv") if row["kato"] not in known]
    return len(Region.objects.bulk_create(rows))


def _districts() -> int:
    regions = dict(Region.objects.values_list("kato", "pk"))
    known = set(District.objects.values_list("code", flat=True))
    rows = [
        District(
            region_id=regions[row["region"]],
            code=row["code"],
            kato=row["kato"],
            is_city=row["is_city"] == "1",
            name_kk=row["name_kk"],
            name_ru=row["name_ru"],
            name_en=row["name_en"],
        )
        for row in read_csv(PACKAGE, "districts.csv")
        if row["code"] not in known
    ]
    return len(District.objects.bulk_create(rows))


def _sectors() -> int:
    known = set(Sector.objects.values_list("code", flat=True))
    rows = [
        Sector(**{key: value for key, value in row.items() if key != "sees"})
        for row in _sector_rows()
        if row["code"] not in known
    ]
    return len(Sector.objects.bulk_create(rows))


def _fields() -> int:
    sectors = dict(Sector.objects.values_list("code", "pk"))
    known = set(SectorField.objects.values_list("sector__code", "field"))
    shipped = read_json(PACKAGE, "sectors.json")
    rows = [
        SectorField(
            sector_id=sectors[row["code"]],
            field=field,
            act=shipped["act"],
            valid_from=date.fromisoformat(shipped["valid_from"]),
        )
        for row in shipped["sectors"]
        for field in row["sees"]
        if (row["code"], field) not in known
    ]
    return len(SectorField.objects.bulk_create(rows))


def _services() -> int:
    sectors = dict(Sector.objects.values_list("code", "pk"))
    known = set(StateService.objects.values_list("code", flat=True))
    shipped = read_json(PACKAGE, "services.json")
    rows = [
        StateService(
            **{key: value for key, value in row.items() if key != "sector"},
            sector_id=sectors[row["sector"]],
            act=shipped["act"],
            valid_from=date.fromisoformat(shipped["valid_from"]),
        )
        for row in shipped["services"]
        if row["code"] not in known
    ]
    return len(StateService.objects.bulk_create(rows))


def _sector_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_json(PACKAGE, "sectors.json")["sectors"]
    return rows
