"""Regions and country: no small figure of any Center or region can be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from family_support.base.disclosure import Publication, Sum, determined
from family_support.base.figures import HIDDEN, Column, Row, Table, Value, share
from monitoring.adding_up import COUNTRY, Earlier, Sent, add_up, center_node, region_node
from monitoring.suppression import IDENTITIES, cells_of, small, sums_of, suppress

COUNT = Column("count", "Number")
LIMIT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table(code: str, counts: dict[str, int], column: str = "count", sensitive: tuple[str, ...] = ()) -> Table:
    rows = [Row(key, {"ru": key}, {column: value}, key in sensitive) for key, value in counts.items()]
    return Table(code, code, "", (Column(column, ""),), rows)


def a_report(center: int, region: int, tables: list[Table]) -> Sent:
    return Sent(center, region, tables, suppress(tables))


def solvable(hidden: set, equations: Sequence[dict]) -> set:
    """An oracle by exact fractions: the cells that Gauss and Jordan leave alone in a row."""
    columns = sorted(hidden, key=repr)
    rows = [[Fraction(equation.get(cell, 0)) for cell in columns] for equation in equations]
    done = 0
    for column in range(len(columns)):
        pivot = next((number for number in range(done, len(rows)) if rows[number][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for number, row in enumerate(rows):
            if number != done and row[column]:
                rows[number] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    alone = (row for row in rows if sum(bool(value) for value in row) == 1)
    return {columns[next(place for place, value in enumerate(row) if value)] for row in alone}


cells = st.integers(0, 7)


@LIMIT
@given(
    st.sets(cells),
    st.lists(st.dictionaries(cells, st.sampled_from([1, -1]), min_size=1), max_size=8),
)
def test_elimination_agrees_with_fractions(hidden: set[int], equations: list[dict[int, int]]) -> None:
    assert determined(hidden, equations) == solvable(hidden, equations)


def assessed(found: int, not_found: int, risks: Sequence[int]) -> list[Table]:
    """Two tables that share a total."""
    total = found + not_found
    cuts = sorted(min(total, cut) for cut in risks)
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, total], strict=True)]
    return [
        table("assessments", {"all": total, "found": found, "not_found": not_found}),
        table("assessed_risk", dict(zip("abcd", parts, strict=False)), sensitive=("d",)),
        table("urgent", {"violence": risks[0], "minor": risks[1]}),
    ]


centers = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 12),
        st.integers(0, 12),
        st.lists(st.integers(0, 20), min_size=3, max_size=3),
    ),
    min_size=1,
    max_size=6,
)


def published(
    sent: Sequence[Sent], shown: dict, earlier: Sequence[Earlier] = ()
) -> tuple[set, list[dict], set]:
    """What an onlooker knows: hidden cells, all sums between cells, and the cells that must stay unknown."""
    hidden, equations, secret = set(), [], set()
    parts: dict[str, list[str]] = {COUNTRY: []}
    places = {center_node(each.center): (each.tables, suppress(each.tables)) for each in sent}
    for each in sent:
        parts.setdefault(region_node(each.region), []).append(center_node(each.center))
    for region, tables in shown.items():
        members = [each for each in sent if region in (None, each.region)]
        places[COUNTRY if region is None else region_node(region)] = (real_sum(members), tables)
    parts[COUNTRY] = [node for node in parts if node != COUNTRY]
    for number, old in enumerate(earlier):
        members = [each for each in sent if each.center in old.centers]
        places[f"earlier-{number}"] = (real_sum(members), old.tables)
        parts[f"earlier-{number}"] = [center_node(each.center) for each in members]
    for node, (real, seen) in places.items():
        hidden |= {(node, cell) for cell, value in cells_of(seen).items() if value == HIDDEN}
        secret |= {(node, cell) for cell in small(real)}
        for each in sums_of(real):
            equations.append({(node, cell): value for cell, value in each.coefficients().items()})
        for cell in cells_of(real) if node in parts else ():
            below = {(part, cell): -1 for part in parts[node]}
            equations.append({(node, cell): 1, **below})
    return hidden, equations, secret


def real_sum(members: Sequence[Sent]) -> list[Table]:
    found = []
    for place, first in enumerate(members[0].tables):
        keys = dict.fromkeys(row.key for each in members for row in each.tables[place].rows)
        values = {
            key: sum(
                row.values["count"] for each in members for row in each.tables[place].rows if row.key == key
            )
            for key in keys
        }
        found.append(table(first.code, values, sensitive=("d",) if first.code == "assessed_risk" else ()))
    return found


@LIMIT
@given(centers)
def test_no_small_figure_of_a_center_or_region_can_be_worked_out(given_centers: list) -> None:
    sent = [
        a_report(number, region, assessed(found, not_found, risks))
        for number, (region, found, not_found, risks) in enumerate(given_centers)
    ]
    shown = add_up(sent)
    hidden, equations, secret = published(sent, shown)
    assert secret <= hidden
    assert not solvable(hidden, equations) & secret


@LIMIT
@given(centers, st.integers(1, 3))
def test_a_later_roundup_gives_nothing_away_beside_the_earlier_one(given_centers: list, first: int) -> None:
    sent = [
        a_report(number, region, assessed(found, not_found, risks))
        for number, (region, found, not_found, risks) in enumerate(given_centers)
    ]
    before = sent[:first]
    earlier = [
        Earlier(
            region,
            frozenset(each.center for each in before if region in (None, each.region)),
            tables,
        )
        for region, tables in add_up(before).items()
    ]
    hidden, equations, secret = published(sent, add_up(sent, earlier=earlier), earlier)
    assert not solvable(hidden, equations) & secret


def test_a_center_that_sent_late_is_not_the_difference_of_two_roundups() -> None:
    """Two small Centers hide each other in their sum; with a third the sums of before and after would tell its own."""
    on_time = [a_report(number, 7, [table("intakes", {"self": 3, "letter": 40})]) for number in (1, 2)]
    late = a_report(3, 7, [table("intakes", {"self": 2, "letter": 40})])

    def self_of(shown: dict) -> tuple[Value, Value]:
        return shown[7][0].rows[0].values["count"], shown[None][0].rows[0].values["count"]

    first = add_up(on_time)
    assert self_of(first) == (6, 6)
    assert self_of(add_up([*on_time, late])) == (8, 8), "alone it would tell nothing"
    earlier = [Earlier(region, frozenset({1, 2}), tables) for region, tables in first.items()]
    assert self_of(add_up([*on_time, late], earlier=earlier)) == (HIDDEN, HIDDEN)


def test_a_region_of_one_center_says_no_more_than_the_center() -> None:
    sent = [a_report(1, 7, [table("intakes", {"self": 3, "letter": 40, "media": 12})])]
    shown = add_up(sent)
    assert [row.values["count"] for row in shown[7][0].rows] == [HIDDEN, 40, HIDDEN]
    assert shown[None][0].rows[0].values["count"] == HIDDEN


def test_two_hidden_centers_make_a_figure_of_the_region() -> None:
    both = [a_report(number, 7, [table("intakes", {"self": 3, "letter": 4})]) for number in (1, 2)]
    shown = add_up(both)
    assert [row.values["count"] for row in shown[7][0].rows] == [6, 8]


def test_the_country_keeps_its_figure_where_two_regions_hide_theirs() -> None:
    sent = [
        a_report(
            number,
            number // 2,
            [table("intakes", {"self": 3 if number % 2 else 40, "letter": 3 if number % 2 else 50})],
        )
        for number in range(4)
    ]
    shown = add_up(sent)
    assert [row.values["count"] for row in shown[0][0].rows] == [HIDDEN, HIDDEN]
    assert [row.values["count"] for row in shown[None][0].rows] == [86, 106]


def test_shares_are_worked_out_from_what_is_shown() -> None:
    columns = (
        Column("timely", ""),
        Column("late", ""),
        Column("in_time", "", share=True, part="timely", whole=("timely", "late")),
    )

    def of(timely: int, late: int) -> list[Table]:
        row = Row("a", {"ru": "a"}, {"timely": timely, "late": late, "in_time": share(timely, timely + late)})
        return [Table("sectors", "", "", columns, [row])]

    shown = add_up([a_report(1, 7, of(30, 10)), a_report(2, 7, of(20, 20))])
    assert shown[None][0].rows[0].values == {"timely": 50, "late": 30, "in_time": 62.5}
    hidden = add_up([a_report(1, 7, of(30, 2)), a_report(2, 7, of(20, 20))])
    assert hidden[7][0].rows[0].values["in_time"] == HIDDEN


def test_what_is_one_each_is_given_away_by_its_sum() -> None:
    publication = Publication({"sum": 2, "a": 1, "b": 1}, [Sum(["sum"], ["a", "b"])], {"a", "b"})
    assert publication.given_away() == {"a", "b"}
    publication.close()
    assert publication.hidden == {"sum", "a", "b"}
    assert not publication.given_away()


def test_identities_name_each_pair_once() -> None:
    told = [(tuple(left), tuple(right)) for left, right in IDENTITIES]
    assert len(told) == len(set(told))
