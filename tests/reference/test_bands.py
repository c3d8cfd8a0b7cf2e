"""The limits of the bands changed by the ministry: a quarter is computed by the row in force at its end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Invalid
from family_support.workdays.quarters import Quarter
from staffing.models import Band, BandLimits
from staffing.queries import computation, limits_of
from staffing.reference import load_reference
from tests.factories import a_center
from tests.reference.samples import TOMORROW, changed, editor
from tests.staffing.samples import TODAY, some_intakes

pytestmark = pytest.mark.django_db
WHOLE = "A whole number from 1 to 10000."


def limits() -> BandLimits:
    return BandLimits.objects.get(valid_to=None)


def test_shipped_with_the_act_and_never_loaded_over_a_change() -> None:
    row = limits()
    assert (row.limit_a, row.limit_b, row.valid_from) == (50, 100, date(2024, 6, 25))
    assert "256" in row.act
    with acting(SYSTEM):
        BandLimits.objects.update(limit_a=40)
        assert load_reference() == 0
    assert limits().limit_a == 40


def test_a_quarter_is_computed_by_the_row_at_its_end() -> None:
    changed(editor(), limits(), "bands", limit_a=10, limit_b=20)
    running = Quarter.of(TOMORROW)
    assert limits_of(running.previous) == ((Band.A, 50), (Band.B, 100))
    assert limits_of(running) == ((Band.A, 10), (Band.B, 20))
    assert limits_of(Quarter(2024, 1)) == ((Band.A, 50), (Band.B, 100)), "before the act: its first row"


def test_the_band_of_a_center_follows() -> None:
    place = a_center()
    days = computation(place.center, TODAY).working_days
    some_intakes(place, days + 1)
    assert computation(place.center, TODAY).band == Band.A
    with acting(SYSTEM):
        BandLimits.objects.update(limit_a=1, limit_b=2)
    found = computation(place.center, TODAY)
    assert (found.band, found.limits) == (Band.B, ((Band.A, 1), (Band.B, 2)))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"limit_a": 0}, {"limit_a": [WHOLE]}),
        ({"limit_a": None, "limit_b": 10_001}, {"limit_a": [WHOLE], "limit_b": [WHOLE]}),
        ({"limit_a": 100}, {"limit_b": ["Band B begins where band A ends: give a larger number."]}),
    ],
)
def test_limits_that_cannot_be(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as error:
        changed(editor(), limits(), "bands", **changes)
    assert {name: [str(text) for text in texts] for name, texts in error.value.fields.items()} == fields


@pytest.mark.parametrize(
    "changes", [{"limit_a": 0}, {"limit_a": 100}, {"code": "another"}, {"valid_to": date(2020, 1, 1)}]
)
def test_the_database_refuses_them_too(changes: dict[str, Any]) -> None:
    with acting(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        BandLimits.objects.update(**changes)
