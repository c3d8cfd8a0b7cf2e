"""Ends of terms and moments of their levels, as rules.md 4, 6 and the defaults of states.md say."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from family_support.deadlines.reference import shipped_terms
from family_support.deadlines.schedule import due, due_day, level_at, levels
from tests.deadlines.samples import PlainTerm, shipped_term
from tests.workdays.samples import shipped_calendar

CALENDAR = shipped_calendar()
CODES = [row["code"] for row in shipped_terms()]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+05:00")


def shown(code: str, started: str, due_on: date | None = None) -> list[tuple[str, str]]:
    term = shipped_term(code)
    end = due(term, at(started), due_on, CALENDAR)
    found = levels(term, at(started), end.due_at, CALENDAR)
    return [(level, CALENDAR.local(moment).strftime("%Y-%m-%dT%H:%M")) for level, moment in found]


@pytest.mark.parametrize(
    ("code", "started", "due_on", "expected"),
    [
        ("consultation", "2026-05-06T10:00", None, "2026-05-08T18:30"),
        ("assessment", "2026-05-06T10:00", None, "2026-05-13T18:30"),
        # A threat on a Saturday counts from that day.
        ("assessment_urgent", "2026-05-16T23:30", None, "2026-05-18T18:30"),
        ("handoff", "2024-05-06T10:00", None, "2024-05-13T18:30"),
        ("report_review", "2026-05-08T22:00", None, "2026-05-13T18:30"),
        ("minor_notice_guardianship", "2026-05-08T23:15", None, "2026-05-09T23:15"),
        # A stay ends at 24:00 of its last day, working or not.
        ("stay_limit", "2026-01-31T12:00", None, "2026-03-01T00:00"),
        ("stay_limit", "2026-04-09T12:00", None, "2026-05-10T00:00"),
        ("group_mandate", "2026-01-20T12:00", date(2027, 12, 31), "2028-01-01T00:00"),
        # A body's report is in time until 24:00; a rest day rolls to the next working one.
        ("task_report", "2026-05-01T12:00", date(2026, 5, 12), "2026-05-13T00:00"),
        ("task_report", "2026-05-01T12:00", date(2026, 5, 9), "2026-05-13T00:00"),
        ("consent_withdrawal", "2026-05-12T12:00", None, "2026-06-03T18:30"),
        ("plan_period", "2028-02-29T12:00", None, "2029-03-01T00:00"),
        ("exit_plan", "2026-05-01T12:00", date(2026, 5, 21), "2026-05-21T18:30"),
    ],
)
def test_ends(code: str, started: str, due_on: date | None, expected: str) -> None:
    assert due(shipped_term(code), at(started), due_on, CALENDAR).due_at == at(expected)


def test_the_day_told_is_the_day_that_ends() -> None:
    end = due(shipped_term("task_report"), at("2026-05-01T12:00"), date(2026, 5, 12), CALENDAR)
    assert end.due_on == date(2026, 5, 12)
    assert due_day(end.due_at, CALENDAR) == date(2026, 5, 12)


def test_explanations_are_json_and_say_what_rolled() -> None:
    end = due(shipped_term("task_report"), at("2026-05-01T12:00"), date(2026, 5, 9), CALENDAR)
    told = json.loads(json.dumps(end.explanation))
    assert (told["set_date"], told["rolled_from"], told["due_on"]) == (
        "2026-05-09",
        "2026-05-09",
        "2026-05-12",
    )
    assert [row["reason"] for row in told["skipped"]] == ["holiday", "weekend", "moved_holiday"]
    assert told["closes"] is None
    stay = due(shipped_term("stay_limit"), at("2026-04-09T12:00"), None, CALENDAR).explanation
    assert (stay["keeps_last_day"], stay["rolled_from"], stay["due_on"]) == (True, None, "2026-05-09")


def test_one_day_term_warns_four_hours_before() -> None:
    assert shown("consultation", "2026-05-12T10:00") == [
        ("due_today", "2026-05-13T09:00"),
        ("upcoming", "2026-05-13T14:30"),
        ("overdue", "2026-05-13T18:30"),
        ("escalated", "2026-05-14T18:30"),
    ]


def test_three_day_term_warns_at_the_start_of_the_last_day_and_escalates_a_working_day_later() -> None:
    assert shown("assessment", "2026-05-05T10:00") == [
        ("upcoming", "2026-05-12T09:00"),
        ("due_today", "2026-05-12T09:00"),
        ("overdue", "2026-05-12T18:30"),
        ("escalated", "2026-05-13T18:30"),
    ]
    # Due on a Friday: one working day later is Monday.
    assert shown("assessment", "2026-05-19T10:00")[-1] == ("escalated", "2026-05-25T18:30")


def test_twenty_four_hours_warn_at_12_20_and_23_and_escalate_at_once() -> None:
    assert shown("minor_notice_guardianship", "2026-05-08T14:00") == [
        ("due_today", "2026-05-09T00:00"),
        ("upcoming", "2026-05-09T02:00"),
        ("upcoming_2", "2026-05-09T10:00"),
        ("upcoming_3", "2026-05-09T13:00"),
        ("overdue", "2026-05-09T14:00"),
        ("escalated", "2026-05-09T14:00"),
    ]


def test_threats_escalate_at_once() -> None:
    for code in ("assessment_urgent", "response_plan"):
        reached = dict(shown(code, "2026-05-12T10:00"))
        assert reached["escalated"] == reached["overdue"] == "2026-05-13T18:30"


def test_dates_of_the_plan_warn_five_and_one_working_days_before() -> None:
    assert shown("task_report", "2026-04-01T12:00", date(2026, 5, 12)) == [
        ("upcoming", "2026-04-30T09:00"),
        ("upcoming_2", "2026-05-08T09:00"),
        ("due_today", "2026-05-12T09:00"),
        ("overdue", "2026-05-13T00:00"),
        ("chaser_1", "2026-05-13T09:00"),
        ("escalated", "2026-05-13T18:30"),
        ("chaser_2", "2026-05-15T09:00"),
        ("chaser_3", "2026-05-19T09:00"),
    ]


def test_warnings_before_the_start_are_left_out() -> None:
    reached = shown("task_report", "2026-05-08T12:00", date(2026, 5, 12))
    after = ["chaser_1", "escalated", "chaser_2", "chaser_3"]
    assert [level for level, _ in reached] == ["due_today", "overdue", *after]
    on_the_day = shown("task_report", "2026-05-12T15:00", date(2026, 5, 12))
    assert on_the_day[0] == ("due_today", "2026-05-12T15:00")


def test_stay_alerts_the_director_on_days_25_and_28() -> None:
    reached = dict(shown("stay_limit", "2026-05-01T12:00"))
    assert (reached["upcoming"], reached["upcoming_2"]) == ("2026-05-26T09:00", "2026-05-29T09:00")


def test_a_term_of_no_length_never_ends() -> None:
    none = PlainTerm("limit", "none", None, "center")
    assert due(none, at("2026-05-12T10:00"), None, CALENDAR).due_at is None
    assert levels(none, at("2026-05-12T10:00"), None, CALENDAR) == []


@pytest.mark.parametrize(
    "term",
    [
        PlainTerm("x", "working_days", None, "center"),
        PlainTerm("x", "date", None, "center"),
        PlainTerm("x", "service", None, "agency"),
    ],
)
def test_a_term_without_its_length_or_date_is_refused(term: PlainTerm) -> None:
    with pytest.raises(ValueError, match="the term x"):
        due(term, at("2026-05-12T10:00"), None, CALENDAR)


@pytest.mark.parametrize(
    "change", [{"warnings": [{"level": "upcoming", "kind": "?"}]}, {"escalation": {"kind": "?"}}]
)
def test_unknown_kinds_are_refused(change: dict) -> None:
    term = PlainTerm("x", "working_days", 1, "center", **change)
    start = at("2026-05-12T10:00")
    with pytest.raises(ValueError, match="unknown kind"):
        levels(term, start, due(term, start, None, CALENDAR).due_at, CALENDAR)


@given(
    st.sampled_from(CODES),
    st.datetimes(datetime(2024, 6, 25), datetime(2034, 12, 1)),  # noqa: DTZ001 (hypothesis wants naive)
    st.integers(0, 300),
)
@settings(deadline=None)
def test_levels_of_every_term_are_in_order_and_each_once(code: str, start: datetime, ahead: int) -> None:
    started = start.replace(tzinfo=CALENDAR.tz)
    term = shipped_term(code)
    due_on = started.date() + timedelta(days=ahead) if term.unit in {"date", "service"} else None
    end = due(term, started, due_on, CALENDAR)
    reached = levels(term, started, end.due_at, CALENDAR)
    names = [level for level, _ in reached]
    moments = [moment for _, moment in reached]
    assert moments == sorted(moments)
    assert len(names) == len(set(names))
    assert {"due_today", "overdue"} <= set(names)
    # Terms of the operator's own have nobody above who would be told.
    assert ("escalated" in names) == bool(term.escalation)
    # A last day given after its closing hour is over before it began.
    assert moments[0] >= min(started, end.due_at)
    assert dict(reached)["overdue"] == end.due_at
    after = {"escalated", "chaser_1", "chaser_2", "chaser_3"}
    assert all(moment <= end.due_at for level, moment in reached if level not in after)
    json.dumps(end.explanation)


@given(
    st.sampled_from(CODES),
    st.datetimes(datetime(2024, 6, 25), datetime(2034, 12, 1)),  # noqa: DTZ001 (hypothesis wants naive)
    st.integers(-60, 60 * 24 * 20),
)
@settings(deadline=None, max_examples=60)
def test_the_level_of_a_moment_is_the_last_of_the_levels_before_it(
    code: str, start: datetime, ahead: int
) -> None:
    started = start.replace(tzinfo=CALENDAR.tz)
    term = shipped_term(code)
    due_on = started.date() + timedelta(days=10) if term.unit in {"date", "service"} else None
    end = due(term, started, due_on, CALENDAR).due_at
    now = started + timedelta(minutes=ahead)
    reached = [level for level, moment in levels(term, started, end, CALENDAR) if moment < now]
    assert level_at(term, started, end, CALENDAR, now) == (reached[-1] if reached else "")
