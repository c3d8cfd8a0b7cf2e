"""Silence is noticed once, by something else than the silent, and told; noise of a clock is not silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.models import Change
from family_support.base.errors import Conflict, Forbidden
from family_support.deadlines import signs
from family_support.deadlines.models import Heartbeat
from family_support.notifications.models import Mail, Notice
from family_support.operations import actions, broker
from family_support.operations.incidents import GIVEN_UP, SILENT, WELL, look, look_at_the_watch
from family_support.operations.models import Incident, Part
from family_support.operations.parts import states
from family_support.operations.watch import Watch
from family_support.outbox.models import Delivery, DeliveryState, Event
from tests.factories import actor_for
from tests.places import at, make_membership

pytestmark = pytest.mark.django_db
START = at("2026-05-13 09:00")
ALL = {signs.BEAT, signs.WORKER, signs.BROKER, signs.SWEEP}
STEP = timedelta(seconds=10)


@pytest.fixture
def admin() -> Membership:
    return make_membership(Role.SYSTEM_ADMIN)


def live(start: datetime, seconds: int, alive: set[str]) -> tuple[datetime, list[Part]]:
    """Let time pass in steps of the watch while some parts leave signs; the moment and what is wrong in the end."""
    now, wrong = start, []
    for _step in range(seconds // 10):
        now += STEP
        for name in alive:
            signs.leave(f"{name}one@host" if name == signs.WORKER else name, now)
        wrong = look(now)
    return now, wrong


def incidents() -> list[tuple[str, bool]]:
    return [(row.part, row.closed_at is None) for row in Incident.objects.order_by("pk")]


def test_while_all_live_nothing_is_said(admin: Membership) -> None:
    _now, wrong = live(START, 600, ALL)
    assert wrong == []
    assert not Incident.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("dead", "part"),
    [
        (signs.BEAT, Part.BEAT),
        (signs.WORKER, Part.WORKER),
        (signs.BROKER, Part.BROKER),
        (signs.SWEEP, Part.SWEEP),
    ],
)
def test_each_part_is_told_apart_within_three_minutes_and_once(
    admin: Membership, dead: str, part: Part
) -> None:
    now, _wrong = live(START, 200, ALL)
    now, wrong = live(now, 170, ALL - {dead})
    assert wrong == [part]
    incident = Incident.objects.get()
    assert incident.part == part
    assert incident.opened_at - START - timedelta(seconds=200) < timedelta(minutes=3)
    assert incident.last_sign_at == START + timedelta(seconds=200)
    now, _wrong = live(now, 600, ALL - {dead})
    assert incidents() == [(part, True)]
    assert list(Notice.objects.values_list("kind", "recipient_id", "case_id")) == [(SILENT, admin.pk, None)]
    assert Mail.objects.filter(recipient=admin).count() == 1
    _now, wrong = live(now, 20, ALL)
    assert wrong == []
    assert incidents() == [(part, False)]
    assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == [SILENT, WELL]


def test_a_worker_is_not_blamed_for_a_broker_that_is_away(admin: Membership) -> None:
    now, _wrong = live(START, 200, ALL)
    _now, wrong = live(now, 300, {signs.BEAT, signs.SWEEP})
    assert wrong == [Part.BROKER]


def test_one_worker_of_two_is_enough(admin: Membership) -> None:
    signs.leave(f"{signs.WORKER}two@host", START)
    _now, wrong = live(START, 600, ALL)
    assert wrong == []


@pytest.mark.parametrize(
    "jump", [timedelta(days=3), timedelta(hours=-5), timedelta(days=-400), timedelta(hours=1)]
)
def test_a_clock_that_jumps_is_no_silence(admin: Membership, jump: timedelta) -> None:
    now, _wrong = live(START, 300, ALL)
    now += jump
    assert look(now) == []
    _now, wrong = live(now, 300, ALL)
    assert wrong == []
    assert not Incident.objects.exists()


def test_after_a_clock_was_set_back_silence_is_still_noticed(admin: Membership) -> None:
    now, _wrong = live(START, 300, ALL)
    _now, wrong = live(now - timedelta(days=2), 170, ALL - {signs.BEAT})
    assert wrong == [Part.BEAT]


def test_a_watch_that_was_away_waits_before_it_judges(admin: Membership) -> None:
    live(START, 300, ALL)
    later = START + timedelta(days=3)
    assert look(later) == []
    _now, wrong = live(later, 200, set())
    # The worker is not blamed: the broker is away as well.
    assert wrong == [Part.BEAT, Part.BROKER, Part.SWEEP]


def test_the_worker_notices_a_silent_watch(admin: Membership) -> None:
    now = START
    signs.leave(signs.WATCH, now)
    found = []
    for _minute in range(5):
        now += timedelta(minutes=1)
        found.append(look_at_the_watch(now))
    assert found == [False, False, True, True, True]
    assert incidents() == [(Part.WATCH, True)]
    look(now + STEP)
    assert incidents() == [(Part.WATCH, False)]


def test_an_incident_is_open_once_and_every_change_is_in_the_history(admin: Membership) -> None:
    Incident.objects.create(part=Part.BEAT, opened_at=START)
    with pytest.raises(IntegrityError, match="incident_open_once"), transaction.atomic():
        Incident.objects.create(part=Part.BEAT, opened_at=START)
    live(START, 400, ALL)
    rows = Change.objects.filter(table_name="operations_incident").order_by("pk")
    assert [(row.operation, row.reason) for row in rows][1:] == [("U", "watch")]


class TestGivenUp:
    """Parked deliveries: shown, told once, tried again by the operator alone."""

    @pytest.fixture
    def parked(self, admin: Membership) -> list[Delivery]:
        event = Event.objects.create(type="tests.poison", payload={}, created_at=START)
        return [
            Delivery.objects.create(
                event=event, handler=f"tests.{name}", state=DeliveryState.PARKED, attempts=8, parked_at=START,
                next_attempt_at=START, last_error="ValueError",
            )
            for name in ("one", "two")
        ]  # fmt: skip

    def retry(self, by: Membership, **cause: str) -> int:
        given = {"event_type": "tests.poison", "handler": "tests.one", "error": "ValueError", **cause}
        return actions.retry_deliveries(**given, by=actor_for(by), now=START)

    def test_told_once_and_over_when_tried_again(self, admin: Membership, parked: list[Delivery]) -> None:
        now, wrong = live(START, 30, ALL)
        assert wrong == [Part.EVENTS]
        assert [row.kind for row in Notice.objects.all()] == [GIVEN_UP]
        assert not Mail.objects.exists()
        assert self.retry(admin) == 1
        incident = Incident.objects.get()
        assert (incident.retried, incident.retried_by_id) == (1, admin.pk)
        change = Change.objects.filter(table_name="operations_incident").latest("pk")
        assert change.membership_id == admin.pk
        states_now = dict(Delivery.objects.values_list("handler", "state"))
        assert states_now == {"tests.one": "pending", "tests.two": "parked"}
        self.retry(admin, handler="tests.two")
        look(now)
        assert incidents() == [(Part.EVENTS, False)]

    def test_refusals(self, admin: Membership, parked: list[Delivery]) -> None:
        with pytest.raises(Conflict, match="nothing_parked"):
            self.retry(admin, error="KeyError")
        with pytest.raises(Forbidden):
            self.retry(make_membership(Role.SECURITY_OFFICER))


class TestTheWatch:
    """The process: it asks, looks, and stands in."""

    @pytest.fixture
    def done(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        works: list[str] = []
        monkeypatch.setattr("family_support.operations.watch.stand_in", lambda now: works.append("stood in"))
        monkeypatch.setattr(broker, "answers", lambda: True)
        monkeypatch.setattr(broker, "ask_worker", lambda: works.append("asked"))
        return works

    def run(self, rounds: int, alive: set[str]) -> None:
        moment = [START]
        watch = Watch(lambda: moment[0])
        for _round in range(rounds):
            moment[0] += STEP
            for name in alive:
                signs.leave(name, moment[0])
            watch.once()

    def test_it_stands_in_when_beat_is_silent(self, admin: Membership, done: list[str]) -> None:
        self.run(10, {signs.BEAT, f"{signs.WORKER}a", signs.SWEEP})
        assert done == ["asked"]  # its pauses are by the monotonic clock, which stands still here
        self.run(30, {f"{signs.WORKER}a"})
        assert done == ["asked", "asked", "stood in"]

    def test_the_database_away_does_not_end_it(
        self, done: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        from django.db import OperationalError

        def gone(now: datetime) -> list[Part]:
            raise OperationalError

        monkeypatch.setattr("family_support.operations.watch.look", gone)
        monkeypatch.setattr("family_support.operations.watch.connection.close", lambda: None)
        watch = Watch(lambda: START)
        assert [watch.once(), watch.once()] == [[], []]
        assert caplog.text.count("the database does not answer") == 1
        monkeypatch.setattr("family_support.operations.watch.look", lambda now: [])
        watch.once()
        assert "answers again" in caplog.text

    def test_what_it_stands_in_with_is_what_beat_asks_for(self) -> None:
        asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        assert set(settings.STAND_IN_TASKS) <= asked
        every_minute = {
            entry["task"]
            for entry in settings.CELERY_BEAT_SCHEDULE.values()
            if entry["schedule"] == settings.SWEEP_SECONDS
        }
        own = {
            "deadlines.sweep",
            "outbox.deliver",
            "notifications.gather_digests",
            "notifications.send_mail",
        }
        # Counting again and drawing documents wait for a worker: nobody's term depends on them.
        waiting = {"deadlines.recount", "documents.redispatch", "operations.look"}
        assert every_minute == own | waiting | set(settings.STAND_IN_TASKS)


def test_standing_in_does_the_work_and_one_failure_keeps_nothing_else_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from family_support.operations import stand_in as standing

    def fails(*args: Any, **options: Any) -> None:
        raise ValueError("somebody's name")

    monkeypatch.setattr(standing, "send_waiting", fails)
    assert standing.stand_in(START) == ["notifications.send_mail"]
    assert "somebody" not in caplog.text
    assert not signs.is_silent(Heartbeat.objects.get(name=signs.SWEEP), START, STEP)


@pytest.mark.parametrize("part", ["watch", "beat"])
def test_the_health_check_of_a_container(part: str) -> None:
    from family_support.base import clock

    with pytest.raises(SystemExit):
        call_command("watch", check=part)
    signs.leave(part, clock.now())
    call_command("watch", check=part)


def test_states_are_few_queries(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        states(START)
