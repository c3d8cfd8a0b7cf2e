"""One row, or Missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.directory.models import Region

pytestmark = pytest.mark.django_db


def test_the_row_of_those_given() -> None:
    region = Region.objects.order_by("pk")[3]
    assert one(Region.objects, pk=region.pk) == region
    assert one(Region.objects.filter(kato=region.kato), kato=region.kato) == region


@pytest.mark.parametrize("key", [{"pk": 0}, {"kato": "10", "pk": 0}])
def test_none_is_missing(key: dict[str, Any]) -> None:
    with pytest.raises(Missing):
        one(Region.objects, **key)


def test_what_is_not_among_them_is_missing_too() -> None:
    first, second = Region.objects.order_by("pk")[:2]
    with pytest.raises(Missing):
        one(Region.objects.exclude(pk=first.pk), pk=first.pk)
    assert one(Region.objects.exclude(pk=first.pk), pk=second.pk) == second


def test_no_order_is_asked_for() -> None:
    with CaptureQueriesContext(connection) as seen:
        one(Region.objects, kato="10")
    assert "ORDER BY" not in seen[0]["sql"]
    assert len(seen) == 1
