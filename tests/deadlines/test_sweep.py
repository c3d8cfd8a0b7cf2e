"""The sweep: each level once, whatever runs beside it, and an outage caught up."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases.models import Case
from family_support.access.subjects import told_of
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.deadlines import actions, queries
from family_support.deadlines.again import TOLD_AGAIN, tell_again
from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.deadlines.sweep import LEVEL_REACHED, sweep
from family_support.directory.models import Center
from family_support.notifications.handlers import tell_again as tell_again_handler
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from tests.deadlines.test_actions import opened
from tests.places import at, make_actor, make_center, make_membership

STARTED = "2026-05-06 10:00"


def open_many(center: Center, count: int, term: str = "assessment") -> None:
    """Deadlines of subjects 1 … count, without cases."""
    moment = at(STARTED)
    with acting(SYSTEM):
        first = actions.open_deadline(
            term=term,
            started_at=moment,
            by=SYSTEM,
            now=moment,
            center=center,
            case_id=None,
            subject=("test.row", 1),
        )
        rows = []
        for number in range(2, count + 1):
            row = Deadline.objects.get(pk=first.pk) if number == 2 else rows[0].__class__(**vars_of(first))
            row.pk, row.subject_id = None, number
            rows.append(row)
        Deadline.objects.bulk_create(rows)


def vars_of(deadline: Deadline) -> dict[str, object]:
    return {field.attname: getattr(deadline, field.attname) for field in deadline._meta.concrete_fields}


def levels() -> list[tuple[int, str, bool]]:
    rows = DeadlineLevel.objects.order_by("deadline_id", "due_at", "pk")
    return [(row.deadline.subject_id, row.level, row.told) for row in rows.select_related("deadline")]


def told() -> list[tuple[int, str]]:
    events = Event.objects.filter(type=LEVEL_REACHED).order_by("pk")
    return sorted((event["subject_id"], event["level"]) for event in events)


def test_a_level_is_reached_in_its_minute_and_once(center: Center) -> None:
    open_many(center, 1)
    assert sweep(at("2026-05-13 08:59")).levels == 0
    assert sweep(at("2026-05-13 09:01")).told == 1
    assert sweep(at("2026-05-13 09:02")).levels == 0
    assert sweep(at("2026-05-13 18:30")).levels == 0  # due now is not overdue
    sweep(at("2026-05-13 18:31"))
    sweep(at("2026-05-14 18:31"))
    assert [level for _subject, level, _told in levels()] == ["upcoming", "due_today", "overdue", "escalated"]
    assert told() == [(1, "due_today"), (1, "escalated"), (1, "overdue")]
    assert Deadline.objects.get().next_at is None


def test_after_an_outage_every_level_is_recorded_and_the_highest_told(center: Center) -> None:
    open_many(center, 3)
    late = at("2026-05-17 03:00")
    assert sweep(late).levels == 12
    assert told() == [(1, "escalated"), (2, "escalated"), (3, "escalated")]
    first = [(level, was_told) for subject, level, was_told in levels() if subject == 1]
    assert first == [("upcoming", False), ("due_today", False), ("overdue", False), ("escalated", True)]
    overdue = DeadlineLevel.objects.filter(level="overdue").first()
    assert overdue is not None
    assert overdue.reached_at - overdue.due_at == late - at("2026-05-13 18:30")


def test_a_closed_deadline_is_left_alone(center: Center) -> None:
    open_many(center, 2)
    with acting(SYSTEM):
        actions.meet(terms="assessment", subject=("test.row", 1), by=SYSTEM, now=at("2026-05-07 10:00"))
    sweep(at("2026-05-20 10:00"))
    assert {subject for subject, _level in told()} == {2}


def test_the_same_level_twice_is_refused(center: Center) -> None:
    open_many(center, 1)
    sweep(at("2026-05-13 09:01"))
    row = DeadlineLevel.objects.first()
    assert row is not None
    with pytest.raises(IntegrityError, match="level_exactly_once"), transaction.atomic():
        DeadlineLevel.objects.create(
            deadline=row.deadline, level=row.level, due_at=row.due_at, reached_at=row.reached_at
        )


def test_a_level_put_back_into_the_schedule_is_not_told_again(center: Center) -> None:
    open_many(center, 1)
    before = Deadline.objects.get()
    sweep(at("2026-05-13 09:01"))
    Deadline.objects.update(schedule=before.schedule, next_at=before.next_at)
    sweep(at("2026-05-13 09:02"))
    assert told() == [(1, "due_today")]


def test_the_sign_of_life(center: Center) -> None:
    now = at("2026-05-13 09:01")
    assert queries.last_sweep(now).silent
    sweep(now)
    assert not queries.last_sweep(now + timedelta(minutes=2)).silent
    assert queries.last_sweep(now + timedelta(minutes=4)).silent
    # A clock set back: the last sign counts, and one from the future is none.
    sweep(now - timedelta(hours=1))
    assert not queries.last_sweep(now - timedelta(hours=1)).silent
    assert queries.last_sweep(now - timedelta(hours=2)).silent


def test_statements_do_not_grow_with_rows(center: Center) -> None:
    counts = []
    for rows, day in ((5, 13), (60, 13)):
        with transaction.atomic():
            open_many(center, rows)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                sweep(at(f"2026-05-{day} 09:01"))
            counts.append(len(seen))
            transaction.set_rollback(True)
    assert counts[0] == counts[1]
    assert counts[0] <= 12


class TestBesideAnother:
    """Two sweepers in transactions of their own."""

    @pytest.fixture(autouse=True)
    def _database(self, own_database: str) -> None:
        self.center = make_center()

    def test_two_sweepers_share_the_rows(self) -> None:
        open_many(self.center, 600)
        now = at("2026-05-17 03:00")
        started = threading.Barrier(2)

        def run() -> None:
            started.wait()
            try:
                sweep(now, batch=50)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sweep(now)
        assert DeadlineLevel.objects.count() == 600 * 4
        assert told() == sorted((number, "escalated") for number in range(1, 601))

    def test_five_thousand_rows_in_seconds(self) -> None:
        open_many(self.center, 5000)
        began, busy = time.perf_counter(), time.process_time()
        assert sweep(at("2026-05-13 09:01")).told == 5000
        # The processor's seconds say what the sweep costs; the clock's also what else the machine is doing.
        assert time.process_time() - busy < 4
        assert time.perf_counter() - began < 60


def test_my_day_is_one_query_and_groups_by_local_days(case: Case, center: Center, worker: Actor) -> None:
    from family_support.workdays.queries import load_calendar

    def add(subject: int, started: str, term: str = "assessment") -> None:
        moment = at(started)
        with acting(worker):
            actions.open_deadline(
                term=term,
                started_at=moment,
                by=worker,
                now=moment,
                center=center,
                case_id=case.pk,
                subject=("test.row", subject),
            )

    add(1, "2026-05-04 10:00")  # due 08.05
    add(2, "2026-05-06 10:00")  # due 13.05
    add(3, "2026-05-12 10:00")  # due 15.05
    add(4, "2026-05-14 10:00")  # due 19.05
    calendar = load_calendar(center=center)
    now = at("2026-05-13 12:00")
    with CaptureQueriesContext(connection) as seen:
        day = queries.my_day(actor=worker, now=now, calendar=calendar)
    assert len(seen) == 1
    found = {name: [row.subject_id for row in getattr(day, name)] for name in queries.GROUPS}
    assert found == {"overdue": [1], "today": [2], "week": [3], "later": [4]}
    assert day.counts == {"overdue": 1, "today": 1, "week": 1, "later": 1}
    few = queries.my_day(actor=worker, now=now, calendar=calendar, limit=2)
    assert few.counts == day.counts
    stranger = make_actor(Role.CASEWORKER, make_center())
    assert queries.my_day(actor=stranger, now=now, calendar=calendar).total == 0
    assert (
        queries.my_day(
            actor=worker, now=now, calendar=calendar, case_ids=Case.objects.none().values("pk")
        ).total
        == 0
    )


def test_a_late_term_of_a_threat_is_told_again_every_four_hours_until_it_is_met(
    case: Case, worker: Actor, center: Center
) -> None:
    """As its row says (states.md, defaults): 6 May and one working day, the 8th, at the closing hour."""
    director = make_membership(Role.DIRECTOR, center)
    opened(case, worker, term="assessment_urgent")
    opened(case, worker, term="consultation")

    def again(moment: str) -> int:
        before = Event.objects.filter(type=TOLD_AGAIN).count()
        sweep(at(moment))
        return Event.objects.filter(type=TOLD_AGAIN).count() - before

    assert [again(moment) for moment in ("2026-05-08 18:31", "2026-05-08 22:30", "2026-05-08 22:31")] == [
        0,
        0,
        1,
    ]
    assert [again(moment) for moment in ("2026-05-08 22:32", "2026-05-10 03:00")] == [0, 1], "an outage: one"
    assert again("2026-05-09 00:00") == 1, "a clock set back: it waits no longer than its own hours"
    event = Event.objects.filter(type=TOLD_AGAIN).latest("pk")
    assert (event.case_id, event["term"], event["center_id"]) == (case.pk, "assessment_urgent", center.pk)
    tell_again_handler([event])
    tell_again_handler([event])
    told = Notice.objects.filter(kind="deadline.again")
    assert sorted(told.values_list("recipient_id", "loudness")) == sorted(
        [(worker.membership_id, "urgent"), (director.pk, "urgent")]
    )
    # The page of the date tells it too: people of the own Center by name, of others the role alone.
    outside = make_actor(Role.CASEWORKER, make_center())
    with translation.override("ru"):
        (inside,), (masked,) = (
            told_of(("deadlines.deadline", event["deadline_id"]), actor) for actor in (worker, outside)
        )
    lead = Membership.objects.get(pk=worker.membership_id).user.short_name
    assert (inside.what, masked.what) == ("сообщено повторно", "сообщено повторно")
    assert sorted(inside.whom) == sorted(
        [f"{lead} (Кейс-менеджер)", f"{director.user.short_name} (Директор)"]
    )
    assert sorted(masked.whom) == sorted(["Кейс-менеджер", "Директор"])
    assert again("2026-05-09 04:01") == 1
    Notice.objects.filter(recipient=director).update(read_at=at("2026-05-09 04:00"))
    tell_again_handler([Event.objects.filter(type=TOLD_AGAIN).latest("pk")])
    assert told.filter(recipient=director).count() == 1, "who has read that it is late has acknowledged it"
    assert told.filter(recipient_id=worker.membership_id).count() == 2
    with acting(worker):
        actions.meet(terms="assessment_urgent", case_id=case.pk, by=worker, now=at("2026-05-09 05:00"))
    assert again("2026-05-12 12:00") == 0


def test_what_was_late_before_the_threat_was_known_is_told_again_too(case: Case, worker: Actor) -> None:
    opened(case, worker)
    sweep(at("2026-05-14 18:31"))
    assert "escalated" in [level for _subject, level, _told in levels()]
    with acting(worker):
        actions.shorten(
            flagged_at=at("2026-05-15 10:00"), case_id=case.pk, by=worker, now=at("2026-05-15 10:00")
        )
    assert tell_again(at("2026-05-15 13:59")) == 0
    assert tell_again(at("2026-05-15 14:00")) == 1


def test_two_sweepers_tell_again_once(case: Case, worker: Actor) -> None:
    opened(case, worker, term="assessment_urgent")
    sweep(at("2026-05-08 18:31"))
    assert tell_again(at("2026-05-08 22:31")) == 1
    assert tell_again(at("2026-05-08 22:31")) == 0


def test_an_idle_sweep_asks_little(case: Case, worker: Actor) -> None:
    opened(case, worker, term="assessment_urgent")
    with CaptureQueriesContext(connection) as caught:
        sweep(at("2026-05-06 10:01"))
    asked = [query["sql"] for query in caught if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 6, asked
