"""Every level of every term is told as loudly as the row of the term says: at once, in the digest, quietly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.loudness import Loudness
from family_support.deadlines.ladder import levels_of, loudness_of
from family_support.deadlines.models import Deadline, Term
from family_support.deadlines.sweep import LEVEL_REACHED, sweep
from family_support.notifications.handlers import KINDS, tell_level
from family_support.notifications.models import Mail, Notice
from family_support.outbox.models import Event
from tests.places import at, make_case, make_center, make_membership

NOW = at("2026-05-06 10:00")
URGENT = {"assessment_urgent", "response_plan", "minor_notice_law_enforcement", "minor_notice_guardianship"}


def reach_every_level() -> None:
    """One deadline a term and level, just short of that level; and the sweep."""
    center = make_center()
    case = make_case(center, make_membership(Role.CASEWORKER, center))
    make_membership(Role.DIRECTOR, center)
    moment = (NOW - timedelta(minutes=1)).isoformat()
    rows = [
        Deadline(
            term=term,
            code=term.code,
            case_id=case.pk,
            center=center,
            subject_type="test.row",
            subject_id=number,
            started_at=NOW - timedelta(days=2),
            due_at=NOW,
            calendar_version=1,
            schedule=[[level, moment]],
            next_at=moment,
        )
        for term in Term.objects.all()
        for number, level in enumerate(levels_of(term))
    ]
    with acting(SYSTEM):
        Deadline.objects.bulk_create(rows)
    sweep(NOW)


@pytest.mark.django_db
def test_the_table_over_every_level_and_term() -> None:
    reach_every_level()
    wanted = {
        (term.code, level): loudness
        for term in Term.objects.all()
        for level, loudness in loudness_of(term).items()
    }
    events = list(Event.objects.filter(type=LEVEL_REACHED))
    assert {(event["term"], event["level"]): event["loudness"] for event in events} == wanted
    for event in events:
        if event["term"] == "group_mandate":
            continue  # told to the coordinators of a real group's district
        if event["level"] in KINDS:
            tell_level([event])
        notices = Notice.objects.filter(event_id=event.pk)
        if event["level"] in KINDS:
            assert {notice.loudness for notice in notices} == {wanted[event["term"], event["level"]]}
            # The caseworker, and with the escalation the director; of the last days of a stay the director too.
            both = event["level"] == "escalated" or (
                event["term"] == "stay_limit" and event["level"].startswith("upcoming")
            )
            assert len(notices) == (2 if both else 1)
        mailed = Mail.objects.filter(notice__in=notices).count()
        assert mailed == (len(notices) if event["loudness"] == Loudness.URGENT else 0)


@pytest.mark.django_db
def test_threats_and_minors_are_urgent_and_nothing_is_missing() -> None:
    # A term without a way up, such as the operator's own, is told by default.
    for term in Term.objects.exclude(escalation={}):
        assert set(term.escalation["loudness"]) == set(levels_of(term)), term.code
        told = loudness_of(term)
        if term.code in URGENT:
            assert told["overdue"] == told["escalated"] == Loudness.URGENT, term.code
            assert {told[row["level"]] for row in term.warnings} == {Loudness.URGENT}, term.code
        else:
            assert told["escalated"] == Loudness.DIGEST, term.code


@pytest.mark.parametrize(("kind", "loudness"), [("at_once", "urgent"), ("working_days_after", "digest")])
def test_a_row_that_says_nothing_is_told_by_default(kind: str, loudness: str) -> None:
    term = Term(warnings=[{"level": "upcoming"}], escalation={"kind": kind, "chasers": [1]})
    told = dict.fromkeys(("upcoming", "due_today", "overdue", "escalated", "chaser_1"), loudness)
    assert loudness_of(term) == told
