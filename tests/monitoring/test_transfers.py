"""An intake that another Center took over is counted once, there; the first Center shows it as transferred away."""

from __future__ import annotations

import pytest

from cases.actions import accept_transfer, propose_transfer
from cases.models import Case, Intake
from family_support.accounts.roles import Role
from monitoring.adding_up import summed
from monitoring.indicators.registry import compute, tables
from monitoring.suppression import cells_of, sums_of
from staffing.queries import intakes_of
from tests.factories import NOON, Place, a_case, a_center
from tests.monitoring.samples import FIRST, values

pytestmark = pytest.mark.django_db


def hand_over(case: Case, from_: Place, to: Place, answer: bool = True) -> None:
    transfer = propose_transfer(
        intake=case.intakes.get(),
        to_center=to.center,
        ground="moved",
        reason="Семья переехала в другой район.",
        by=from_.by(),
        now=NOON,
    )
    if answer:
        accept_transfer(transfer=transfer, by=to.by(Role.DIRECTOR), now=NOON)


def test_a_transferred_intake_is_counted_once_by_the_center_that_took_it_over() -> None:
    there, other = a_center(), a_center()
    hand_over(a_case(there), there, other)
    hand_over(a_case(there), there, other, answer=False)
    one = {"count": 1}
    given, taken = compute(there.center, FIRST), compute(other.center, FIRST)
    assert values(given, "transfers") == {"away": one, "given": one}
    assert values(taken, "transfers") == {"taken": one}
    for figures in (given, taken):
        assert values(figures, "intakes") == {"self": one}, (
            "the one that only waits stays with the first Center"
        )
        assert sum(row["count"] for row in values(figures, "doors").values()) == 1
        assert values(figures, "quality")["no_person"]["of"] == 1
    both = summed([tables(given), tables(taken)], [])
    counted = {cell: value for cell, value in cells_of(both).items() if cell[0] in ("intakes", "doors")}
    assert sum(value for cell, value in counted.items() if cell[0] == "intakes") == 2


def test_the_declared_sums_hold_in_every_table_of_both_centers() -> None:
    there, other = a_center(), a_center()
    hand_over(a_case(there), there, other)
    a_case(other)
    for place in (there, other):
        shown = tables(compute(place.center, FIRST))
        cells = cells_of(shown)
        for each in sums_of(shown):
            left, right = (sum(cells[cell] for cell in side) for side in (each.left, each.right))
            assert left == right, each


def test_the_load_of_a_center_is_what_arrived_there() -> None:
    there, other = a_center(), a_center()
    hand_over(a_case(there), there, other)
    for place in (there, other):
        assert intakes_of(FIRST).filter(center=place.center).count() == 1
    assert Intake.objects.kept().filter(center=there.center).count() == 0
