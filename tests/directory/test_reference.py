"""The shipped directory: codes, names in three languages, and a loader that never overwrites."""

from collections import Counter
from datetime import date

import pytest
from django.utils import translation

from family_support.base.reference import read_csv, read_json
from family_support.directory.models import District, Region, Sector, SectorField, StateService
from family_support.directory.reference import PACKAGE, load_reference

KATO = [str(n) for n in (10, 11, 15, 19, 23, 27, 31, 33, 35, 39, 43, 47, 55, 59, 61, 62, 63, 71, 75, 79)]
TODAY = date(2026, 5, 12)
LANGUAGES = ("name_kk", "name_ru", "name_en")


def test_twenty_regions() -> None:
    assert [row["kato"] for row in read_csv(PACKAGE, "regions.csv")] == KATO


def test_districts_are_told_apart_and_lie_in_their_region() -> None:
    rows = read_csv(PACKAGE, "districts.csv")
    assert {row["region"] for row in rows} == set(KATO)
    assert [code for code, n in Counter(row["code"] for row in rows).items() if n > 1] == []
    assert [key for key, n in Counter((row["region"], row["name_ru"]) for row in rows).items() if n > 1] == []
    assert all(row["kato"].startswith(row["region"]) and len(row["kato"]) == 9 for row in rows if row["kato"])
    assert all(all(row[name] for name in LANGUAGES) for row in rows)


def test_sectors_are_those_of_the_order_and_kinds_of_body() -> None:
    rows = read_json(PACKAGE, "sectors.json")["sectors"]
    assert sum(not row["is_body_kind"] for row in rows) == 12
    assert {row["code"] for row in rows if row["is_body_kind"]} == {
        "guardianship",
        "police",
        "probation",
        "prosecutor",
        "ngo",
    }
    nothing_more = {row["code"] for row in rows if not row["sees"]}
    assert nothing_more == {"internal_policy", "family_policy", "ngo", "prosecutor"}
    known = set(SectorField.Field.values)
    assert all(set(row["sees"]) <= known for row in rows)


def test_services_belong_to_sectors_and_have_terms() -> None:
    sectors = {row["code"] for row in read_json(PACKAGE, "sectors.json")["sectors"]}
    services = read_json(PACKAGE, "services.json")["services"]
    assert {row["sector"] for row in services} <= sectors
    assert all(row["term_days"] >= 1 for row in services)


@pytest.mark.django_db
class TestLoading:
    def test_twice_adds_nothing_and_edits_survive(self) -> None:
        load_reference()
        Region.objects.filter(kato="71").update(name_ru="Столица")
        SectorField.objects.filter(sector__code="health").update(valid_to=date(2026, 1, 1))
        assert load_reference() == 0
        assert Region.objects.get(kato="71").name_ru == "Столица"
        assert not SectorField.objects.in_force(TODAY).filter(sector__code="health").exists()

    def test_what_a_sector_may_see_is_dated(self) -> None:
        load_reference()
        education = Sector.objects.get(code="education")
        assert SectorField.objects.codes([education.pk], TODAY) == {
            "school",
            "school_class",
            "legal_representative",
        }
        assert SectorField.objects.codes([education.pk], date(2020, 1, 1)) == frozenset()

    def test_names_follow_the_language(self) -> None:
        load_reference()
        astana = Region.objects.get(kato="75")
        names = {}
        for language in ("kk", "ru", "en"):
            with translation.override(language):
                names[language] = astana.name
        assert names == {"kk": "Алматы қаласы", "ru": "город Алматы", "en": "Almaty city"}

    def test_services_in_force(self) -> None:
        load_reference()
        assert StateService.objects.in_force(TODAY).count() >= 30
        assert District.objects.active().filter(region__kato="71").count() == 6
