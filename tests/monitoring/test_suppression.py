"""Small figures are hidden, and what is shown does not bring them back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from family_support.base.figures import HIDDEN, Column, Row, Table, share, text_of
from family_support.base.suppression import SMALL, SMALL_SENSITIVE
from monitoring.suppression import suppress

COUNT = Column("count", "Number")
DOT = HIDDEN


def a_table(
    counts: dict[str, int], code: str = "plain", sensitive: frozenset[str] = frozenset(), **rest: object
) -> Table:
    rows = [Row(key, {"ru": key}, {"count": value}, key in sensitive) for key, value in counts.items()]
    return Table(code, code, "", (COUNT,), rows, **rest)  # type: ignore[arg-type]


def shown(table: Table, column: str = "count") -> list[object]:
    return [row.values[column] for row in table.rows]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0, 5, 100], [0, 5, 100]),
        ([1, 2, 10], [DOT, DOT, 10]),
        ([4, 20, 10], [DOT, 20, DOT]),
        ([3, 0, 0], [DOT, 0, 0]),
        ([1, 1, 30, 7], [DOT, DOT, 30, DOT]),
    ],
)
def test_a_column(before: list[int], after: list[int]) -> None:
    counts = {str(number): value for number, value in enumerate(before)}
    assert shown(suppress([a_table(counts)])[0]) == after


def test_nine_is_small_where_it_points_at_a_person() -> None:
    assert shown(suppress([a_table({"violence": 9, "threat": 10}, code="urgent")])[0]) == [DOT, DOT]
    assert shown(suppress([a_table({"a": 9, "b": 9, "c": 30}, sensitive=frozenset("a"))])[0]) == [
        DOT,
        DOT,
        30,
    ]


def test_a_total_gives_its_parts_away_neither() -> None:
    totals = {"all": ("found", "not_found")}
    table = a_table({"all": 20, "found": 17, "not_found": 3}, totals=totals)
    assert shown(suppress([table])[0]) == [20, DOT, DOT]
    ones = a_table({"all": 2, "found": 1, "not_found": 1}, totals=totals)
    assert shown(suppress([ones])[0]) == [DOT, DOT, DOT]
    calm = a_table({"all": 20, "found": 20, "not_found": 0}, totals=totals)
    assert shown(suppress([calm])[0]) == [20, 20, 0]


def test_the_same_measures_counted_another_way() -> None:
    sectors, bodies = (
        a_table({"education": 5}, code="sectors"),
        a_table(dict.fromkeys("abcde", 1), code="bodies"),
    )
    first, second = suppress([sectors, bodies])
    assert (shown(first), shown(second)) == ([DOT], [DOT] * 5)


def test_a_share_needs_every_count_of_its_row() -> None:
    columns = (Column("timely", ""), Column("late", ""), Column("in_time", "", share=True))
    rows = [
        Row(key, {}, {"timely": timely, "late": late, "in_time": share(timely, timely + late)})
        for key, timely, late in (("a", 10, 2), ("b", 20, 20), ("c", 30, 7), ("d", 0, 0))
    ]
    table = suppress([Table("plain", "", "", columns, rows)])[0]
    assert shown(table, "in_time") == [DOT, 50.0, DOT, None]
    assert [text_of(value, columns[2]) for value in shown(table, "in_time")][0] == "•"


def test_the_original_is_left_alone() -> None:
    table = a_table({"a": 1, "b": 8})
    kept = replace(table)
    suppress([table])
    assert shown(table) == shown(kept) == [1, 8]


counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=1)


def another_world(rows: list[tuple[int, bool]], others: list[tuple[int, bool]], number: int) -> bool:
    """Whether the hidden figure `number` could be another one with the same sum of the column.

    Rows are (real value, hidden); `others` are those of a table whose column has the same sum. A hidden figure is
    one or more. Moving one unit between two hidden figures of a table, or adding one to each table, leaves all that is
    known.
    """
    value = rows[number][0]
    partners = [real for place, (real, hidden) in enumerate(rows) if hidden and place != number]
    return (
        any(real > 1 for real in partners)
        or bool(partners and value > 1)
        or any(hidden for _real, hidden in others)
    )


@given(counts, st.data())
def test_nothing_is_subtracted_back_from_two_counts_of_the_same(
    first: dict[str, int], data: st.DataObject
) -> None:
    total = sum(first.values())
    cuts = sorted(data.draw(st.lists(st.integers(0, total), max_size=4)))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, total], strict=True)]
    second = {f"body{number}": value for number, value in enumerate(parts)}
    before = [a_table(first, code="sectors"), a_table(second, code="bodies", sensitive=frozenset({"body0"}))]
    after = suppress(before)
    sides = [
        [
            (int(old.values["count"] or 0), new.values["count"] == HIDDEN)
            for old, new in zip(a.rows, b.rows, strict=True)
        ]
        for a, b in zip(before, after, strict=True)
    ]
    for table, side, other in ((before[0], *sides), (before[1], *reversed(sides))):
        for number, (row, (value, hidden)) in enumerate(zip(table.rows, side, strict=True)):
            small = 0 < value <= (SMALL_SENSITIVE if row.sensitive else SMALL)
            assert hidden or not small
            if small:
                assert another_world(side, other, number), (before, after)


@given(st.integers(0, 40), st.integers(0, 40))
def test_nothing_is_subtracted_back_from_a_total(found: int, not_found: int) -> None:
    table = a_table(
        {"all": found + not_found, "found": found, "not_found": not_found},
        totals={"all": ("found", "not_found")},
    )
    total, first, second = shown(suppress([table])[0])
    for value, cell in ((found, first), (not_found, second)):
        if 0 < value <= SMALL:
            assert cell == HIDDEN
            other = second if cell is first else first
            assert total == HIDDEN or (other == HIDDEN and (found, not_found) != (1, 1))
