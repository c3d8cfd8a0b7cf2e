"""Gap and substitutes: pure arithmetic over the norms as shipped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from family_support.directory.models import Center
from staffing.gaps import Line, Totals, lines_of
from staffing.models import Band, StaffingNorm, StaffPosition
from staffing.queries import annex, country, staffing_of
from tests.factories import a_center
from tests.staffing.samples import TODAY, a_table, a_vehicle, positions

pytestmark = pytest.mark.django_db


def lines(changes: dict[str, tuple[str, str]], *, band: str = "A", vehicles: int = 1) -> dict[str, Line]:
    rows = [
        StaffPosition(code=row.code, title=row.title, units=row.units, occupied=row.occupied)
        for row in positions(changes)
        if row.units
    ]
    found = lines_of(annex(TODAY).norms, rows, band=band, vehicles=vehicles)
    return {line.norm.code if line.norm else line.title: line for line in found}


def test_the_whole_table_has_no_gap() -> None:
    found = lines({})
    totals = Totals.of(found.values())
    assert (totals.minimum, totals.units, totals.below, totals.lacking) == (18, 18, 0, 0)
    assert not any(line.substitutes for line in found.values())


def test_established_below_the_norm_is_not_a_vacancy() -> None:
    line = lines({"lawyer": ("1.5", "1")})["lawyer"]
    assert (line.below, line.vacant, line.lacking) == (Decimal("0.5"), Decimal("0.5"), Decimal(1))


def test_a_surplus_hides_no_shortfall_and_is_suggested_within_its_function() -> None:
    found = lines(
        {
            "social-worker": ("3", "2.5"),
            "case-manager": ("2", "1"),
            "psychologist": ("2", "1"),
            "guard": ("3", "3"),
        }
    )
    totals = Totals.of(found.values())
    assert totals.lacking == 2
    manager = [(each.norm.code, each.spare) for each in found["case-manager"].substitutes]
    assert manager == [("social-worker", Decimal("0.5"))]
    # Nobody does a psychologist's work, however many guards there are.
    assert found["psychologist"].substitutes == []


def test_a_higher_band_asks_for_more() -> None:
    assert sum(line.below for line in lines({}, band=Band.B).values()) == Decimal("7.5")
    assert sum(line.below for line in lines({}, band=Band.C).values()) == Decimal("14.5")


def test_each_vehicle_asks_for_a_driver() -> None:
    assert lines({}, vehicles=3)["driver"].below == 2
    assert lines({}, vehicles=0)["driver"].minimum == 0


def test_positions_by_standard_norms_never_lack() -> None:
    for vehicles in (0, 1):
        cleaner = lines({}, vehicles=vehicles)["cleaner"]
        assert (cleaner.minimum, cleaner.below, cleaner.lacking, cleaner.spare) == (None, 0, 0, 0)


# Read once: the arithmetic needs no database.
NORMS: list[StaffingNorm] = []
UNITS = st.integers(min_value=0, max_value=16).map(lambda quarters: Decimal(quarters) / 4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(UNITS, UNITS), min_size=20, max_size=20), st.sampled_from(list(Band)))
def test_arithmetic_of_any_table(given_units: list[tuple[Decimal, Decimal]], band: Band) -> None:
    if not NORMS:
        NORMS.extend(StaffingNorm.objects.all())
    norms = NORMS
    rows = [
        StaffPosition(code=norm.code, units=max(pair), occupied=min(pair))
        for norm, pair in zip(norms, given_units, strict=True)
    ]
    found = lines_of(norms, rows, band=band, vehicles=2)
    for line in found:
        assert line.below >= 0
        assert line.lacking >= line.below  # who is not established cannot be there
        assert line.lacking <= line.below + line.vacant
        assert not (line.spare and line.lacking)
        assert all(
            each.norm.function == line.norm.function and each.norm is not line.norm and each.spare > 0
            for each in line.substitutes
        )
        assert bool(line.substitutes) <= bool(line.lacking)
    totals = Totals.of(found)
    assert totals.vacant == totals.units - totals.occupied
    assert Totals.of(found[:7]) + Totals.of(found[7:]) == totals


def test_the_table_in_force_is_the_last_that_has_begun() -> None:
    place = a_center()
    first = a_table(place)
    second = a_table(place, starts_on=date(2026, 4, 2))
    a_table(place, starts_on=date(2026, 4, 3))
    found = staffing_of(place.center, TODAY)
    assert found.table == second
    before = staffing_of(place.center, date(2026, 4, 1))
    assert before.table == first


def test_the_country_agrees_with_its_centers() -> None:
    places = [a_center(), a_center(), a_center()]
    a_vehicle(places[0])
    a_table(places[0], positions=positions({"lawyer": ("1", "0.5")}))
    a_table(places[1])
    found = country(TODAY)
    own = {gap.center.pk: gap for gap in found.gaps}
    for place in places:
        alone = staffing_of(Center.objects.with_place().get(pk=place.center.pk), TODAY)
        gap = own[place.center.pk]
        assert (gap.band, gap.has_table) == (alone.computation.band, alone.table is not None)
        assert gap.totals == alone.totals
    assert own[places[2].center.pk].has_table is False
    total = found.total
    assert total.centers == Center.objects.active().count()
    recorded = [gap.totals for gap in found.gaps if gap.has_table]
    assert total.totals == sum(recorded, Totals())
    assert sum((row.totals for row in found.regions), Totals()) == total.totals
    by_position = sum((row.totals for row in found.positions), Totals())
    assert (by_position.below, by_position.lacking) == (total.totals.below, total.totals.lacking)
    lawyers = next(row for row in found.positions if row.norm.code == "lawyer")
    assert lawyers.lacking_in == 1
    region = places[0].center.district.region
    assert {gap.center.district.region_id for gap in country(TODAY, region).gaps} == {region.pk}
