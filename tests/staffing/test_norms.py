"""The annex to R256 as shipped: its figures, and what the database refuses in a norm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict
from staffing.models import Band, StaffingNorm
from staffing.reference import load_reference

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
Kind = StaffingNorm.Kind
# rules.md 5: "with one vehicle and without rows 17–18".
SUMS = {Band.A: Decimal("18.0"), Band.B: Decimal("25.5"), Band.C: Decimal("32.5")}


@pytest.mark.parametrize("band", Band)
def test_sums_of_the_annex(band: Band) -> None:
    rows = StaffingNorm.objects.in_force(TODAY)
    assert rows.count() == 20
    units = [row.minimum(band, vehicles=1) for row in rows]
    assert sum(each for each in units if each is not None) == SUMS[band]


def test_rows_of_the_annex() -> None:
    rows = {row.number: row for row in StaffingNorm.objects.in_force(TODAY)}
    assert [number for number, row in rows.items() if row.kind == Kind.STANDARD] == [17, 18]
    assert [number for number, row in rows.items() if row.kind == Kind.PER_VEHICLE] == [15]
    assert [number for number, row in rows.items() if row.per_institution] == [1, 4, 10, 11, 16]
    assert [number for number, row in rows.items() if row.section == "families"] == [19, 20]
    assert rows[17].minimum(Band.C, vehicles=3) is None
    assert [rows[15].minimum(Band.A, vehicles=number) for number in (0, 1, 3)] == [0, 1, 3]
    assert [rows[19].units(band) for band in Band] == [Decimal("1.5"), Decimal("2.5"), Decimal("3.5")]
    assert all(row.name_kk and row.name_ru and row.name_en and row.act for row in rows.values())


def test_before_the_order_there_was_no_norm() -> None:
    assert not StaffingNorm.objects.in_force(date(2024, 6, 24)).exists()
    assert StaffingNorm.objects.in_force(date(2024, 6, 25)).count() == 20


def test_loading_again_adds_nothing_and_overwrites_nothing() -> None:
    with acting(SYSTEM):
        StaffingNorm.objects.filter(code="psychologist").update(units_a=Decimal("2.5"))
        assert load_reference() == 0
    assert StaffingNorm.objects.get(code="psychologist").units_a == Decimal("2.5")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"units_a": None}, "staffing_norm_units_fit_kind"),
        ({"kind": Kind.STANDARD}, "staffing_norm_units_fit_kind"),
        ({"units_b": Decimal("-1")}, "staffing_norm_units_not_negative"),
        ({"units_a": Decimal("0.3")}, "staffing_norm_a_by_quarters"),
        ({"units_c": Decimal("1.1")}, "staffing_norm_c_by_quarters"),
        ({"valid_to": date(2024, 1, 1)}, "staffing_staffingnorm_valid_period"),
    ],
)
def test_the_database_refuses_a_wrong_norm(changes: dict, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), acting(SYSTEM):
        StaffingNorm.objects.filter(code="psychologist").update(**changes)


def test_one_norm_of_a_position_at_a_time() -> None:
    row = StaffingNorm.objects.get(code="psychologist")
    row.pk, row.valid_from = None, date(2026, 1, 1)
    with pytest.raises(Conflict, match="periods_overlap"), acting(SYSTEM):
        row.save()
