"""Which figures of a quarter point at a person sooner, and which of its sums are published in several places.

Small figures are hidden table by table (family_support.base.suppression); then every sum that two tables share is an
equation, and more is hidden until no small figure can be worked out from what is shown (security.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from family_support.base import suppression
from family_support.base.disclosure import Publication, Sum
from family_support.base.figures import HIDDEN, Row, Table
from family_support.base.suppression import SMALL, SMALL_SENSITIVE

# Indicators whose every figure is sensitive: violence, minors, health and shelter, grounds of a hard life situation.
SENSITIVE = frozenset(
    {
        "urgent",
        "grounds",
        "alarms",
        "responses",
        "response_measures",
        "visits",
        "visit_results",
        "violence",
        "violence_support",
        "stays",
        "stay_basis",
        "notices",
        "places",
    }
)
# What counts no people: events, notes, staff.
IMPERSONAL = frozenset({"events", "audiences", "notes", "staff"})
# Tables that count the same thing in two ways: the sums of their columns are equal.
SAME_SUMS = (("sectors", "bodies"),)

# (indicator, row or every row, column)
Spec = tuple[str, str, str]
EVERY = "*"
_TASKS = ("sent", "declined", "done", "partly", "not_done", "returned", "timely", "late", "missing")
_ALL_SENT: list[Spec] = [("prevention", EVERY, "sent")]
IDENTITIES: tuple[tuple[list[Spec], list[Spec]], ...] = (
    *(([("sectors", EVERY, column)], [("bodies", EVERY, column)]) for column in _TASKS),
    (
        [("assessments", "all", "count")],
        [("assessments", "found", "count"), ("assessments", "not_found", "count")],
    ),
    ([("assessments", "all", "count")], [("assessed_risk", EVERY, "count")]),
    ([("consultations", "consultation", "count")], [("topics", EVERY, "count")]),
    ([("plans", "completed", "count")], [("plan_ends", "completed", "count")]),
    ([("plans", "completed", "count"), ("plans", "terminated", "count")], [("plan_ends", EVERY, "count")]),
    (_ALL_SENT, [("sectors", EVERY, "sent"), ("quality", "by_center", "count")]),
    (_ALL_SENT, [("quality", "other", "of")]),
    (_ALL_SENT, [("quality", "by_center", "of")]),
    ([("intakes", EVERY, "count")], [("quality", "no_person", "of")]),
    ([("intakes", EVERY, "count")], [("doors", EVERY, "count")]),
    ([("stays", "admitted", "count")], [("stay_basis", EVERY, "count")]),
    ([("visits", "all", "count")], [("visit_results", EVERY, "count")]),
    ([("quality", "no_person", "of")], [("quality", "no_person", "count"), ("quality", "no_iin", "of")]),
)

Cell = tuple[str, str, str]


def suppress(tables: Iterable[Table]) -> list[Table]:
    """A quarter's tables as they leave the Center: small figures hidden so that nothing brings them back."""
    given = list(tables)
    personal = [table for table in given if table.code not in IMPERSONAL]
    hidden = {
        table.code: table
        for table in suppression.suppress(personal, sensitive=SENSITIVE, same_sums=SAME_SUMS)
    }
    values = cells_of(personal)
    publication = Publication(
        values,
        list(sums_of(personal)),
        {cell for cell, value in cells_of(hidden.values()).items() if value == HIDDEN},
        protected=small(personal),
    )
    publication.close()
    return [
        with_hidden(table, publication.hidden) if table.code in hidden else replace(table, chart=False)
        for table in given
    ]


def cells_of(tables: Iterable[Table]) -> dict[Cell, int]:
    """Every count; shares follow from them."""
    return {
        (table.code, row.key, column.code): int(row.values.get(column.code) or 0)
        for table in tables
        for row in table.rows
        for column in table.columns
        if not column.share
    }


def is_small(table: Table, row: Row, value: int) -> bool:
    """Whether a figure of this row points at a person."""
    limit = SMALL_SENSITIVE if row.sensitive or table.code in SENSITIVE else SMALL
    return table.code not in IMPERSONAL and 0 < value <= limit


def small(tables: Iterable[Table]) -> set[Cell]:
    """The cells that must not be known."""
    return {
        (table.code, row.key, column.code)
        for table in tables
        for row in table.rows
        for column in table.columns
        if not column.share and is_small(table, row, int(row.values.get(column.code) or 0))
    }


def sums_of(tables: Iterable[Table]) -> Iterable[Sum[Cell]]:
    """The identities between these tables and inside them; one with a table that is not there is left out."""
    keys = {table.code: [row.key for row in table.rows] for table in tables}

    def expand(specs: list[Spec]) -> list[Cell] | None:
        found: list[Cell] = []
        for code, row, column in specs:
            if code not in keys:
                return None
            rows = keys[code] if row == EVERY else [row] if row in keys[code] else []
            found += [(code, each, column) for each in rows]
        return found

    for left, right in IDENTITIES:
        first, second = expand(left), expand(right)
        if first is not None and second is not None:
            yield Sum(first, second)


def with_hidden(table: Table, hidden: Iterable[Cell] | Mapping[Cell, object]) -> Table:
    """The table with these cells hidden, and every share whose counts are not all shown."""
    kept_back = set(hidden)
    rows = []
    for row in table.rows:
        values = dict(row.values)
        gone = {column.code for column in table.columns if (table.code, row.key, column.code) in kept_back}
        values.update(dict.fromkeys(gone, HIDDEN))
        for column in table.columns:
            if column.share and values.get(column.code) is not None and gone:
                values[column.code] = HIDDEN
        rows.append(replace(row, values=values))
    return replace(table, rows=rows, chart=False)
