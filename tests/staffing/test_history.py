"""Corrections of a staffing table as its page tells them: each in a transaction of its own, so on an own database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from family_support.accounts.roles import Role
from staffing import actions
from staffing.history import changes_of
from staffing.models import StaffingTable
from staffing.rules import PositionData
from tests.factories import a_center
from tests.staffing.samples import APRIL, a_table, positions, table_data


@pytest.mark.usefixtures("own_database")
def test_what_was_changed_by_whom() -> None:
    place = a_center()
    one = positions()[0].units
    table = a_table(place, positions=[*positions(), PositionData(one, one, title="Нянечка", place=1)])
    director, methodologist = (place.by(role, at=APRIL) for role in (Role.DIRECTOR, Role.METHODOLOGIST))
    rows = positions({"psychologist": ("2", "1"), "guard": ("0", "0"), "cleaner": ("1", "0.5")})
    steps = (
        (director, {"positions": rows}),
        (methodologist, {"positions": positions(), "order_number": "А-18"}),
    )
    for version, (by, changes) in enumerate(steps, start=1):
        data = table_data(**changes)
        actions.change_table(table=table, expected_version=version, by=by, now=APRIL, **data)
    table = StaffingTable.objects.get(pk=table.pk)
    with translation.override("en"):
        second, first = changes_of(table)
    assert (first.by, second.by) == tuple(
        place.people[role].user.short_name for role in (Role.DIRECTOR, Role.METHODOLOGIST)
    )
    assert first.lines == [
        "Psychologist: occupied: 2 → 1",
        "Guard: established: 1 → 0",
        "Guard: occupied: 1 → 0",
        "Нянечка: established: 1 → 0",
        "Нянечка: occupied: 1 → 0",
        "Cleaner: established: 0 → 1",
        "Cleaner: occupied: 0 → 0.5",
    ]
    # What is established again is the same row.
    assert second.lines == [
        "Order number: А-17 → А-18",
        "Psychologist: occupied: 1 → 2",
        "Guard: established: 0 → 1",
        "Guard: occupied: 0 → 1",
        "Cleaner: established: 1 → 0",
        "Cleaner: occupied: 0.5 → 0",
    ]
    with CaptureQueriesContext(connection) as caught:
        changes_of(table)
    assert len(caught) == 4
