"""Norms of the annex changed by the ministry: quarters of a unit, never negative, none where other norms decide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from family_support.base.errors import Invalid
from staffing.catalog import NormForm
from staffing.models import StaffingNorm
from tests.reference.samples import TODAY, TOMORROW, changed, editor

pytestmark = pytest.mark.django_db
QUARTERS = "Quarters of a unit, at most 99.75."


def norm(code: str) -> StaffingNorm:
    return StaffingNorm.objects.get(code=code, valid_to=None)


def test_a_norm_changes_from_a_day_on() -> None:
    changed(editor(), norm("deputy-director"), "norms", units_b=Decimal("1.5"))
    on = StaffingNorm.objects.filter(code="deputy-director")
    assert [on.in_force(day).get().units("B") for day in (TODAY, TOMORROW)] == [1, Decimal("1.5")]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("fixed", Decimal(-1), "A norm cannot be negative."),
        ("fixed", Decimal("0.3"), QUARTERS),
        ("fixed", Decimal(100), QUARTERS),
        ("fixed", None, "Give the number of units; 0 for a dash of the annex."),
        ("standard", Decimal(1), "Other norms decide here: there is no number."),
    ],
)
def test_a_number_that_cannot_be_is_refused(kind: str, value: Decimal | None, message: str) -> None:
    row = StaffingNorm.objects.filter(kind=kind).order_by("number")[0]
    with pytest.raises(Invalid) as error:
        changed(editor(), row, "norms", units_a=value)
    assert {name: [str(text) for text in texts] for name, texts in error.value.fields.items()} == {
        "units_a": [message]
    }


@pytest.mark.parametrize("kind", ["fixed", "per_vehicle", "standard"])
def test_the_form_gives_back_what_the_row_holds(kind: str) -> None:
    row = StaffingNorm.objects.filter(kind=kind).order_by("number")[0]
    shown: Any = NormForm(row=row)
    data = {name: shown.initial.get(name, "") for name in shown.fields}
    form: Any = NormForm(
        data | {"valid_from": "07.05.2026", "act_number": "1", "act_date": "04.05.2026"}, row=row
    )
    assert form.is_valid(), form.errors
    assert form.content() == {name: getattr(row, name) for name in form.plain}


def test_units_are_shown_and_typed_as_the_language_writes_them() -> None:
    """A driver's unit stood as "1.00" among "0,5", and a comma was refused."""
    row = norm("hr-inspector")
    with translation.override("kk"):
        shown: Any = NormForm(row=row)
        assert shown["units_a"].value() == "0,5"
        assert shown["units_b"].value() == "1"
        names = {name: shown.initial.get(name, "") for name in shown.fields}
        data = {"units_a": "0,75", "valid_from": "07.05.2026", "act_number": "1", "act_date": "04.05.2026"}
        form: Any = NormForm(names | data, row=row)
        assert form.is_valid(), form.errors
        assert form.content()["units_a"] == Decimal("0.75")
        assert NormForm(names | data | {"units_a": ""}, row=row)["units_a"].value() == ""
        with pytest.raises(Invalid) as error:
            changed(editor(), row, "norms", units_a=Decimal(100))
        assert "99,75" in str(error.value.fields["units_a"])
