"""What a plan must hold: the pure rules, without a database."""

from dataclasses import replace
from datetime import date

import pytest

from ipr import rules
from ipr.rules import FamilyFact, MeasureFact, VersionFact

START, END = date(2026, 3, 10), date(2026, 9, 10)
MEASURE = MeasureFact(START, date(2026, 4, 30), "education", False, {"education"})
WHOLE = VersionFact(START, END, "Цель", [MEASURE], [FamilyFact(START, END)], participants=1)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "wrong"),
    [
        (START, END, set()),
        (START, START, set()),
        (START, date(2027, 3, 10), set()),
        (START, date(2027, 3, 11), {"ends_on"}),
        (date(2028, 2, 29), date(2029, 2, 28), set()),
        (date(2028, 2, 29), date(2029, 3, 1), {"ends_on"}),
        (END, START, {"ends_on"}),
        (None, END, {"starts_on"}),
        (START, None, {"ends_on"}),
        (None, None, {"starts_on", "ends_on"}),
    ],
)
def test_period_at_most_a_year(starts_on: date | None, ends_on: date | None, wrong: set[str]) -> None:
    assert set(rules.period_gaps(starts_on, ends_on)) == wrong


def test_period_follows_the_term() -> None:
    assert rules.period_gaps(START, END, months=5)


@pytest.mark.parametrize(
    ("starts_on", "due_on", "wrong"),
    [
        (START, END, set()),
        (START, None, {"due_on"}),
        (None, END, {"starts_on"}),
        (date(2026, 3, 9), END, {"starts_on"}),
        (START, date(2026, 9, 11), {"due_on"}),
        (END, START, {"due_on"}),
    ],
)
def test_measure_dates_lie_inside(starts_on: date | None, due_on: date | None, wrong: set[str]) -> None:
    assert set(rules.dates_gaps(starts_on, due_on, period=(START, END))) == wrong


def test_no_dates_without_a_period() -> None:
    assert set(rules.dates_gaps(START, END, period=(START, None))) == {"due_on"}


@pytest.mark.parametrize(
    ("by_center", "sectors", "ok"),
    [
        (False, {"education", "sport"}, True),
        (True, None, True),
        (False, None, False),
        (True, {"education"}, False),
        (False, {"health"}, False),
    ],
)
def test_one_competent_executor(by_center: bool, sectors: set[str] | None, ok: bool) -> None:
    fact = replace(MEASURE, by_center=by_center, executor_sectors=sectors)
    assert (rules.executor_gaps(fact) == {}) is ok


def test_a_whole_version_has_no_gaps() -> None:
    assert rules.version_gaps(WHOLE) == {}
    assert rules.version_warnings(WHOLE) == []


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"goal": " "}, "goal"),
        ({"measures": []}, "measures"),
        ({"family": []}, "family"),
        ({"ends_on": None}, "ends_on"),
        ({"consent": False}, "consent"),
        ({"transfer_consent": False}, "consent"),
        ({"measures": [replace(MEASURE, due_on=date(2027, 1, 1))]}, "dates"),
        ({"family": [FamilyFact(START, date(2027, 1, 1))]}, "dates"),
        ({"measures": [replace(MEASURE, executor_sectors={"health"})]}, "executors"),
    ],
)
def test_each_gap_blocks_signing(changes: dict[str, object], gap: str) -> None:
    assert set(rules.version_gaps(replace(WHOLE, **changes))) == {gap}


def test_transfer_consent_only_where_bodies_are_involved() -> None:
    own = replace(MEASURE, by_center=True, executor_sectors=None)
    assert rules.version_gaps(replace(WHOLE, measures=[own], transfer_consent=False)) == {}


def test_warnings_do_not_block() -> None:
    own = replace(MEASURE, by_center=True, executor_sectors=None)
    seen = replace(WHOLE, measures=[own], children=1, participants=0)
    assert len(rules.version_warnings(seen)) == 3
    assert rules.version_gaps(seen) == {}
    assert len(rules.version_warnings(replace(seen, measures=[replace(own, concerns_child=True)]))) == 2


@pytest.mark.parametrize(
    ("day", "ok"),
    [
        (date(2026, 3, 11), True),
        (date(2026, 3, 9), False),
        (date(2026, 3, 12), False),
        (None, False),
    ],
)
def test_signature_day(day: date | None, ok: bool) -> None:
    gaps = rules.signing_gaps(signed_on=day, today=date(2026, 3, 11), drawn_up_on=START)
    assert (gaps == {}) is ok


@pytest.mark.parametrize(
    ("day", "ok"),
    [
        (date(2026, 5, 2), True),
        (date(2026, 5, 1), True),
        (date(2026, 4, 30), False),
        (date(2026, 5, 4), False),
        (None, False),
    ],
)
def test_completion_day(day: date | None, ok: bool) -> None:
    gaps = rules.completion_gaps(
        completed_on=day, today=date(2026, 5, 3), last_done=date(2026, 5, 1), starts_on=START
    )
    assert (gaps == {}) is ok
