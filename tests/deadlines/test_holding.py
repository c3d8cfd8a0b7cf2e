"""Who held the clock: for every term the spans add up to the deadline's life."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.deadlines import actions
from family_support.deadlines.explanation import explained
from family_support.deadlines.held_views import lines_of
from family_support.deadlines.holding import Tally, shares, spans
from family_support.deadlines.models import Deadline, DeadlineHold, Holder, Term
from family_support.deadlines.reference import shipped_terms
from family_support.directory.models import Center
from family_support.workdays.quarters import Quarter
from family_support.workdays.queries import load_calendar
from tests.deadlines.test_actions import opened
from tests.places import at, make_agency
from tests.workdays.samples import shipped_calendar

CALENDAR = shipped_calendar()
TALLY = Tally(CALENDAR)
HOLDERS = Holder.values
CODES = sorted({row["code"] for row in shipped_terms()})
DATED = {row["code"] for row in shipped_terms() if row["unit"] in ("date", "service")}


def told(first: str, *handed: tuple[str, str], since: str, until: str) -> list[tuple[str, int, int]]:
    found = spans(first, [(who, at(moment)) for who, moment in handed], at(since), at(until), TALLY)
    return [(span.holder, span.working_days, span.calendar_days) for span in found]


def test_the_day_of_a_hand_over_counts_for_who_hands_over() -> None:
    # 7, 9-11 May are days off.
    handed = (("family", "2026-05-08 12:00"), ("center", "2026-05-13 16:00"))
    assert told("center", *handed, since="2026-05-06 10:00", until="2026-05-15 11:00") == [
        ("center", 1, 2),
        ("family", 2, 5),
        ("center", 2, 2),
    ]


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        ((), [("center", 3, 7)]),
        # Handed over before the start, at it, or to the same: nothing of the first holder.
        ((("family", "2026-05-05 10:00"),), [("family", 3, 7)]),
        ((("family", "2026-05-06 10:00"),), [("family", 3, 7)]),
        ((("center", "2026-05-08 10:00"),), [("center", 3, 7)]),
        # There and back in one moment, and after the end.
        ((("family", "2026-05-08 10:00"), ("center", "2026-05-08 10:00")), [("center", 3, 7)]),
        ((("family", "2026-05-13 18:00"),), [("center", 3, 7)]),
        ((("family", "2026-05-20 10:00"),), [("center", 3, 7)]),
    ],
)
def test_edges(handed: tuple[tuple[str, str], ...], expected: list[tuple[str, int, int]]) -> None:
    assert told("center", *handed, since="2026-05-06 10:00", until="2026-05-13 18:00") == expected


def test_a_life_that_has_not_begun_is_empty() -> None:
    assert told("agency", since="2026-05-08 09:00", until="2026-05-06 20:00") == [("agency", 0, 0)]


moments = st.datetimes(datetime(2024, 6, 25), datetime(2034, 12, 1), timezones=st.just(CALENDAR.tz))  # noqa: DTZ001


@given(
    st.sampled_from(HOLDERS),
    st.lists(st.tuples(st.sampled_from(HOLDERS), st.integers(-2000, 40_000)), max_size=6),
    moments,
    st.integers(-500, 30_000),
)
@settings(deadline=None, max_examples=120)
def test_spans_add_up_to_the_life(
    first: str, handed: list[tuple[str, int]], since: datetime, minutes: int
) -> None:
    until = since + timedelta(minutes=minutes)
    ordered = sorted(((who, since + timedelta(minutes=m)) for who, m in handed), key=lambda pair: pair[1])
    found = spans(first, ordered, since, until, TALLY)
    end = max(since, until)
    start_day, end_day = CALENDAR.local_date(since), CALENDAR.local_date(end)
    assert sum(span.working_days for span in found) == CALENDAR.working_days_between(start_day, end_day)
    assert sum(span.calendar_days for span in found) == (end_day - start_day).days
    assert sum((span.length for span in found), timedelta()) == end - since
    assert (found[0].since, found[-1].until) == (since, end)
    neighbours = list(zip(found, found[1:], strict=False))
    assert all(a.until == b.since and a.holder != b.holder for a, b in neighbours)
    assert sum(share.working_days for share in shares(found).values()) == sum(s.working_days for s in found)


@given(st.dates(date(2020, 1, 1), date(2034, 1, 1)), st.integers(0, 700))
@settings(deadline=None, max_examples=60)
def test_the_tally_counts_as_the_calendar(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert TALLY.between(start, end) == CALENDAR.working_days_between(start, end)


@pytest.mark.django_db
class TestEveryTerm:
    """Each term, opened and passed round by the actions."""

    def test_the_shipped_terms_say_who_holds_them_first(self) -> None:
        first = {row["code"]: row["holder"] for row in shipped_terms() if row["holder"] != "center"}
        assert first == {
            "glass_review": "security",
            "plan_approval": "director",
            "termination_decision": "director",
            "state_service": "agency",
            "task_report": "agency",
            "task_rework": "agency",
            "group_mandate": "agency",
            "transfer_acceptance": "other_center",
        }
        assert set(Term.objects.values_list("code", "holder")) == {
            (row["code"], row["holder"]) for row in shipped_terms()
        }

    @pytest.mark.parametrize("code", [code for code in CODES if code not in actions.LIMITS])
    def test_the_spans_of_every_term_add_up(
        self, case: Case, worker: Actor, center: Center, code: str
    ) -> None:
        due_on = date(2026, 6, 1) if code in DATED else None
        deadline = opened(case, worker, code, due_on=due_on, agency=make_agency())
        subject = [deadline.subject]
        with acting(worker):
            for to, moment in (
                (Holder.FAMILY, "2026-05-08 12:00"),
                (Holder.FAMILY, "2026-05-09 12:00"),  # the family holds it already: no row
                (Holder.DIRECTOR, "2026-05-13 09:30"),
            ):
                actions.hand_over(to=to, terms=code, subjects=subject, by=worker, now=at(moment))
            actions.meet(terms=code, subject=deadline.subject, by=worker, now=at("2026-05-18 17:00"))
        deadline = Deadline.objects.for_display().get(pk=deadline.pk)
        calendar = load_calendar(center=center)
        found = explained(deadline, at("2030-01-01 00:00"), calendar)
        assert deadline.holds.count() == 2
        assert [span.holder for span in found.held] == [deadline.holder, "family", "director"]
        assert sum(span.working_days for span in found.held) == 6
        assert sum(span.calendar_days for span in found.held) == 12
        assert sum(span.share for span in found.held) == pytest.approx(100, abs=0.1)
        assert sum(total.working_days for total in found.totals) == 6

    def test_nothing_passes_that_does_not_run(self, case: Case, worker: Actor) -> None:
        deadline = opened(case, worker)
        with acting(worker):
            actions.meet(terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-08 12:00"))
            given_on = actions.hand_over(
                to=Holder.FAMILY, terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-09 12:00")
            )
        assert given_on == []
        assert not deadline.holds.exists()

    def test_a_body_that_is_not_named_holds_nothing(self, case: Case, worker: Actor) -> None:
        deadline = opened(case, worker, "task_report", due_on=date(2026, 6, 1))
        assert deadline.holder == Holder.CENTER

    def test_the_author_of_a_hand_over_is_kept(self, case: Case, worker: Actor) -> None:
        opened(case, worker)
        with acting(worker):
            actions.hand_over(
                to=Holder.FAMILY, terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-08 12:00")
            )
        assert DeadlineHold.objects.get().by_id == worker.membership_id
        assert worker.role == Role.CASEWORKER

    def test_a_quarter_is_cut_at_its_ends_and_adds_up(
        self, case: Case, worker: Actor, center: Center, django_assert_max_num_queries: Any
    ) -> None:
        opened(case, worker, "consent_withdrawal", started="2026-03-26 10:00")
        opened(case, worker)
        with acting(worker):
            actions.hand_over(
                to=Holder.FAMILY, terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-08 12:00")
            )
            actions.meet(terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-13 12:00"))
        calendar, rows = load_calendar(center=center), Deadline.objects.filter(center=center)
        with django_assert_max_num_queries(3):
            found = lines_of(rows, Quarter(2026, 2), calendar, at("2026-05-15 12:00"))
        april_on = calendar.working_days_between(date(2026, 4, 1), date(2026, 5, 15))
        assert [(line.deadlines, line.days) for line in found] == [
            (1, [april_on, 0, 0, 0, 0]),
            (1, [1, 0, 0, 2, 0]),
        ]
        (before,) = lines_of(rows, Quarter(2026, 1), calendar, at("2026-05-15 12:00"))
        assert before.total == calendar.working_days_between(date(2026, 3, 26), date(2026, 4, 1))
