"""Deadlines through their life: opened, met in time and late, cancelled, shortened, moved, counted again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from cases.models import Case
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid
from family_support.deadlines import actions
from family_support.deadlines.models import Deadline, DeadlineChange, DeadlineLevel
from tests.places import ALMATY, at, running

State = Deadline.State


def opened(
    case: Case, by: Actor, term: str = "assessment", started: str = "2026-05-06 10:00", **more: Any
) -> Deadline:
    moment = at(started)
    with acting(by):
        return actions.open_deadline(
            term=term,
            started_at=moment,
            by=by,
            now=moment,
            center=case.center,
            case_id=case.pk,
            subject=("cases.case", case.pk),
            **more,
        )


def local(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(ALMATY):%Y-%m-%d %H:%M}"


def test_an_opened_deadline_stores_when_it_ends_and_why(case: Case, worker: Actor) -> None:
    deadline = opened(case, worker)
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-13 18:30"
    assert deadline.calendar_version == deadline.explanation["calendar_version"]
    assert [level for level, _moment in deadline.schedule] == [
        "upcoming",
        "due_today",
        "overdue",
        "escalated",
    ]
    assert local(deadline.next_at) == "2026-05-13 09:00"


def test_actions_need_an_author(case: Case, worker: Actor) -> None:
    with pytest.raises(RuntimeError, match="acting"):
        actions.meet(terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-06 10:00"))


def test_a_term_runs_once_for_a_subject(case: Case, worker: Actor) -> None:
    first = opened(case, worker)
    with pytest.raises(Conflict):
        opened(case, worker)
    assert opened(case, worker, if_absent=True) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            term=first.term,
            code=first.code,
            center=first.center,
            subject_type=first.subject_type,
            subject_id=first.subject_id,
            started_at=first.started_at,
            calendar_version=1,
        )


def test_a_limit_does_not_run(case: Case, worker: Actor) -> None:
    with pytest.raises(ValueError, match="limit"):
        opened(case, worker, "plan_period")


@pytest.mark.parametrize(
    ("met_at", "state"), [("2026-05-13 18:30", State.MET), ("2026-05-13 18:31", State.MET_LATE)]
)
def test_meeting_late_is_kept_as_late(case: Case, worker: Actor, met_at: str, state: str) -> None:
    opened(case, worker)
    with acting(worker):
        (deadline,) = actions.meet(
            terms=("assessment", "assessment_urgent"), case_id=case.pk, by=worker, now=at(met_at)
        )
    deadline.refresh_from_db()
    assert (deadline.state, deadline.next_at, deadline.schedule) == (state, None, [])
    assert deadline.closed_at == at(met_at)


def test_levels_passed_unseen_are_recorded_when_the_term_is_met(case: Case, worker: Actor) -> None:
    opened(case, worker)
    with acting(worker):
        actions.meet(terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-13 18:31"))
    levels = DeadlineLevel.objects.order_by("due_at", "pk")
    assert [(row.level, row.told) for row in levels] == [
        ("upcoming", False),
        ("due_today", False),
        ("overdue", False),
    ]


def test_meeting_what_does_not_run_is_nothing(case: Case, worker: Actor) -> None:
    opened(case, worker)
    with acting(worker):
        assert actions.meet(terms="handoff", case_id=case.pk, by=worker, now=at("2026-05-07 10:00")) == []
    assert running("assessment")


def test_cancelling_needs_a_reason_and_keeps_it(case: Case, worker: Actor) -> None:
    opened(case, worker)
    opened(case, worker, "consultation")
    with acting(worker), pytest.raises(Invalid):
        actions.cancel(case_id=case.pk, reason=" ", by=worker, now=at("2026-05-07 10:00"))
    with acting(worker):
        gone = actions.cancel(
            case_id=case.pk, reason="Обращение не подтвердилось", by=worker, now=at("2026-05-07 10:00")
        )
    assert {row.code for row in gone} == {"assessment", "consultation"}
    assert set(Deadline.objects.values_list("state", "reason")) == {
        ("cancelled", "Обращение не подтвердилось")
    }


def test_the_product_s_own_reason_is_told_in_the_language_of_who_reads_it(case: Case, worker: Actor) -> None:
    """Whoever acted, in whatever language: kept once, told to each in theirs, also to who comes later."""
    opened(case, worker)
    with acting(worker), translation.override("ru"):
        reason = Case.Closing.REDIRECTED.label
        actions.cancel(case_id=case.pk, reason=reason, by=worker, now=at("2026-05-07 10:00"))
    row = Deadline.objects.get()
    told = {}
    for language in ("ru", "kk", "en"):
        with translation.override(language):
            told[language] = row.reason_told
    assert told == {"ru": "Перенаправлено", "kk": "Қайта бағытталды", "en": "Redirected"}


@pytest.mark.parametrize(
    ("flagged", "due"),
    [
        (
            "2026-05-06 15:00",
            "2026-05-08 18:30",
        ),  # one working day after the flag is earlier than the old end
        ("2026-05-12 15:00", "2026-05-13 18:30"),
        ("2026-05-13 15:00", "2026-05-13 18:30"),  # later than the old end: the old end stays
    ],
)
def test_a_threat_found_later_only_shortens(case: Case, worker: Actor, flagged: str, due: str) -> None:
    before = opened(case, worker)
    with acting(worker):
        (deadline,) = actions.shorten(flagged_at=at(flagged), case_id=case.pk, by=worker, now=at(flagged))
    deadline.refresh_from_db()
    assert deadline.code == "assessment_urgent"
    assert local(deadline.due_at) == due
    change = DeadlineChange.objects.get()
    assert (change.code_before, change.due_before, change.due_after) == (
        "assessment",
        before.due_at,
        deadline.due_at,
    )
    assert change.by_id == worker.membership_id


def test_a_shortened_term_escalates_at_once(case: Case, worker: Actor) -> None:
    opened(case, worker)
    with acting(worker):
        (deadline,) = actions.shorten(
            flagged_at=at("2026-05-06 15:00"), case_id=case.pk, by=worker, now=at("2026-05-06 15:00")
        )
    moments = dict(deadline.schedule)
    assert moments["overdue"] == moments["escalated"]


def test_moving_a_date_keeps_the_old_one(case: Case, worker: Actor) -> None:
    opened(case, worker, "task_report", due_on=date(2026, 6, 1))
    with acting(worker), pytest.raises(Invalid):
        actions.move(
            term="task_report",
            subject=("cases.case", case.pk),
            due_on=date(2026, 6, 15),
            note="",
            by=worker,
            now=at("2026-05-20 10:00"),
        )
    with acting(worker):
        (deadline,) = actions.move(
            term="task_report",
            subject=("cases.case", case.pk),
            due_on=date(2026, 6, 15),
            note="Санаторная путёвка сдвинута",
            by=worker,
            now=at("2026-05-20 10:00"),
        )
    assert local(deadline.due_at) == "2026-06-16 00:00"
    assert DeadlineChange.objects.get().explanation_before["due_on"] == "2026-06-01"


def test_counting_again_moves_only_what_the_calendar_moves(case: Case, worker: Actor) -> None:
    deadline = opened(case, worker)
    with acting(worker):
        assert (
            actions.recompute(
                deadlines=Deadline.objects.all(), note="", by=worker, now=at("2026-05-07 10:00")
            )
            == []
        )
    Deadline.objects.filter(pk=deadline.pk).update(due_at=deadline.due_at + timedelta(days=1))
    with acting(worker):
        (moved,) = actions.recompute(
            deadlines=Deadline.objects.all(), note="приказ 12", by=worker, now=at("2026-05-07 10:00")
        )
    assert moved.due_at == deadline.due_at
    assert DeadlineChange.objects.get().reason == DeadlineChange.Reason.CALENDAR


def test_the_database_refuses_a_way_back(case: Case, worker: Actor) -> None:
    deadline = opened(case, worker)
    with acting(worker):
        actions.meet(terms="assessment", case_id=case.pk, by=worker, now=at("2026-05-07 10:00"))
    with (
        pytest.raises(IntegrityError, match="may not go"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE deadlines_deadline SET state = 'open', closed_at = NULL WHERE id = %s", [deadline.pk]
        )
