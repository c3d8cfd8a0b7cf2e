"""Months made ahead, the DEFAULT partition catches what has none and alarms (data.md 5)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from family_support.audit import sealing
from family_support.audit.queries import without_partition
from family_support.audit.tasks import watch_history
from family_support.base.partitions import Partitioned, add_months, make_ahead, make_month
from tests.audit.probe import Parent, Probe
from tests.audit.test_sealing import as_owner, verdict

__all__ = ["as_owner"]
CHANGE = Partitioned("audit", "change")
THIS_MONTH = datetime.now(UTC).date().replace(day=1)  # noqa: TID251 - the database's own clock is compared


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit.change'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_prepare_database_made_this_month_and_three_more() -> None:
    months = [add_months(THIS_MONTH, number) for number in range(4)]
    assert partitions() >= {f"audit.change_y{month:%Y}m{month:%m}" for month in months} | {
        "audit.change_default"
    }


def test_add_months() -> None:
    assert add_months(date(2026, 11, 1), 3) == date(2027, 2, 1)
    assert add_months(date(2026, 12, 1), 1) == date(2027, 1, 1)


def test_a_missing_month_is_caught_alarmed_and_moved(as_owner: Any, caplog: pytest.LogCaptureFixture) -> None:
    as_owner.execute(f"DROP TABLE audit.change_y{THIS_MONTH:%Y}m{THIS_MONTH:%m}")
    Probe.objects.update(note="nowhere to go")
    since = datetime(2020, 1, 1, tzinfo=UTC)
    caught = without_partition(since).count()
    assert caught == Probe.objects.count()
    sealing.seal_pending()
    watch_history()
    assert f"{caught} changes in the default partition" in caplog.text
    make_ahead(THIS_MONTH)
    assert without_partition(since).count() == 0
    assert make_month(CHANGE, THIS_MONTH) is False
    assert verdict() == "", "moving rows breaks no seal"
    Probe.objects.update(note="again")
    Parent.objects.create()
    assert without_partition(since).count() == 0
