"""Exactly once for effects in the database, bounded tries, parked poison (security.md, Promises under faults)."""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from family_support.audit.context import current_actor
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict
from family_support.outbox import delivery, events, queries
from family_support.outbox.events import emit, handles, handles_many
from family_support.outbox.models import Delivery, DeliveryState, Event
from family_support.outbox.tasks import deliver_events

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
# The effects of the handlers under test are events of this type: rows that roll back with everything else.
EFFECT = "tests.effect"


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.moment = timezone.localtime() + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        """Later."""
        self.moment += timedelta(**by)


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_handlers", {})
    monkeypatch.setattr(events, "_asked_for", {})
    monkeypatch.setattr(events, "_together", {})
    monkeypatch.setattr(events, "_not_before", 0.0)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the broker."""
    asked: list[str] = []
    monkeypatch.setattr(events.current_app, "send_task", lambda name, **options: asked.append(name))
    return asked


def happened(number: int = 1) -> None:
    for index in range(number):
        with transaction.atomic():
            emit("tests.happened", case_id=5, row_id=index)


def effect(event: Event) -> None:
    emit(EFFECT, case_id=event.case_id, source_id=event.pk)


def effects() -> int:
    return Event.objects.filter(type=EFFECT).count()


def state() -> list[tuple[str, int, str]]:
    return list(Delivery.objects.order_by("id").values_list("state", "attempts", "last_error"))


@pytest.mark.usefixtures("own_database")
def test_an_event_is_written_with_the_change_or_not_at_all(sent: list[str]) -> None:
    handles("tests.happened")(effect)
    with pytest.raises(RuntimeError, match="transaction"):
        emit("tests.happened")
    with transaction.atomic():
        emit("tests.happened")
        transaction.set_rollback(True)
    assert (Event.objects.count(), Delivery.objects.count(), sent) == (0, 0, [])
    with transaction.atomic():
        emit("tests.happened", case_id=5, version_id=7, key=uuid4(), code="a.b", some=[1, 2], nothing=None)
        emit("tests.happened")
        assert sent == []
    assert (Event.objects.count(), Delivery.objects.count(), sent) == (2, 2, ["outbox.deliver"])
    assert Event.objects.earliest("id")["version_id"] == 7
    with transaction.atomic():
        emit("tests.nobody_listens")
    assert sent == ["outbox.deliver"]


@pytest.mark.django_db
def test_a_handler_that_asked_for_some_gets_no_delivery_of_others() -> None:
    handles("tests.happened", only={"term": {"one", "two"}, "level": {"late"}})(effect)
    handles("tests.happened")(state)  # type: ignore[arg-type]
    rows = [
        {"case_id": 1, "term": "one", "level": "late"},
        {"case_id": 2, "term": "one", "level": "soon"},
        {"case_id": 3, "term": "three", "level": "late"},
        {"case_id": 4, "level": "late"},
        {"case_id": 5, "term": None, "level": "late"},
        {"case_id": 6, "term": "two", "level": "late"},
    ]
    for row in rows:
        emit("tests.happened", **row)
    singly = list(Delivery.objects.order_by("pk").values_list("event__case_id", "handler"))
    assert [case for case, name in singly if name.endswith(".effect")] == [1, 6]
    assert [case for case, name in singly if name.endswith(".state")] == [1, 2, 3, 4, 5, 6]
    events.emit_many("tests.happened", rows)
    at_once = list(Delivery.objects.order_by("pk").values_list("event__case_id", "handler"))[len(singly) :]
    assert sorted(at_once) == sorted(singly)


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["Асель", "two words", 1.5, {"a": 1}, NOW])
def test_content_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="must be an id"):
        emit("tests.happened", content=value)


@pytest.mark.django_db
def test_types_read_like_words() -> None:
    for wrong in ("happened", "Tests.happened", "tests.happened!"):
        with pytest.raises(ValueError, match=r"plan\.approved"):
            emit(wrong)
        with pytest.raises(ValueError, match=r"plan\.approved"):
            handles(wrong)(effect)


@pytest.mark.usefixtures("own_database")
def test_a_dead_broker_hinders_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handles("tests.happened")(effect)

    def dead(*args: object, **options: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(events.current_app, "send_task", dead)
    happened()
    assert "the minute's run will do it" in caplog.text
    assert deliver_events() == 1
    assert effects() == 1


@pytest.mark.usefixtures("own_database", "sent")
def test_delivered_once_signed_by_the_system_and_followed_up() -> None:
    seen: list[object] = []

    @handles("tests.happened")
    def first(event: Event) -> None:
        seen.append((event.type, event.case_id, event["row_id"], current_actor()))
        emit("tests.next", case_id=event.case_id)

    @handles("tests.next")
    def second(event: Event) -> None:
        seen.append(event.type)

    happened()
    clock = Clock()
    assert delivery.deliver_due(clock).done == 2
    assert seen == [("tests.happened", 5, 0, SYSTEM), "tests.next"]
    assert delivery.deliver_due(clock).done == 0
    assert {row[0] for row in state()} == {DeliveryState.DONE}


@pytest.mark.usefixtures("own_database", "sent")
def test_a_failing_handler_leaves_no_effect_is_tried_again_and_parked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @handles("tests.happened")
    def poison(event: Event) -> None:
        effect(event)
        raise ValueError("a person's words")

    handles("tests.other")(effect)
    happened()
    with transaction.atomic():
        emit("tests.other")
    clock = Clock()
    counts = delivery.deliver_due(clock)
    assert (counts.done, counts.failed, counts.parked) == (1, 1, 0), "the poison hinders nobody"
    assert effects() == 1
    assert state()[0] == ("pending", 1, "ValueError")
    assert delivery.deliver_due(clock).failed == 0, "not before its time"
    assert queries.health().retrying == 1
    for attempt in range(2, delivery.MAX_ATTEMPTS + 1):
        clock.turn(hours=2)
        counts = delivery.deliver_due(clock)
        assert (counts.failed, counts.parked) == ((1, 0) if attempt < delivery.MAX_ATTEMPTS else (0, 1))
    clock.turn(days=9)
    assert delivery.deliver_due(clock) == delivery.Counts()
    assert state()[0] == ("parked", delivery.MAX_ATTEMPTS, "ValueError")
    assert "a person's words" not in caplog.text
    assert "test_delivery.py" in caplog.text
    health = queries.health()
    assert (health.pending, health.parked, health.oldest) == (0, 1, None)
    parked = queries.parked().get()
    assert delivery.retry_parked(parked.pk, clock())
    assert not delivery.retry_parked(parked.pk, clock())
    assert queries.health().oldest == parked.event.created_at


@pytest.mark.usefixtures("own_database", "sent")
def test_a_clock_that_was_set_back_holds_no_delivery_back() -> None:
    """Neither one that failed, put off by its own pause at most, nor one written in an hour that is to come again."""
    failing = True

    @handles("tests.happened")
    def shaky(event: Event) -> None:
        effect(event)
        if failing:
            raise ValueError

    happened()
    clock = Clock()
    assert delivery.deliver_due(clock).failed == 1
    happened()
    failing = False
    clock.turn(minutes=-40)
    assert delivery.deliver_due(clock).done == 2
    assert effects() == 2


@pytest.mark.usefixtures("own_database", "sent")
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Conflict("state_forbids"), "Conflict:state_forbids"),
        (KeyError("Асель"), "KeyError"),
        (OSError(), "OSError"),
    ],
)
def test_only_a_code_of_the_error_is_kept(error: Exception, code: str) -> None:
    @handles("tests.happened")
    def failing(event: Event) -> None:
        raise error

    happened()
    delivery.deliver_due(Clock())
    assert state() == [("pending", 1, code)]


@pytest.mark.usefixtures("own_database", "sent")
def test_a_database_error_in_a_handler_hinders_nobody() -> None:
    @handles("tests.happened")
    def double(event: Event) -> None:
        Delivery.objects.create(
            event=event, handler=f"{double.__module__}.{double.__qualname__}", next_attempt_at=NOW
        )

    happened(2)
    delivery.deliver_due(Clock())
    assert state() == [("pending", 1, f"{IntegrityError.__name__}:outbox_delivery_once")] * 2


@pytest.mark.usefixtures("own_database", "sent")
def test_a_handler_that_is_no_more_is_parked_at_once() -> None:
    handles("tests.happened")(effect)
    happened()
    events._handlers.clear()
    assert delivery.deliver_due(Clock()).parked == 1
    assert state() == [("parked", 1, "unknown_handler")]


def at_once(*calls: Callable[[], object]) -> None:
    """Run calls in threads with connections of their own."""

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("own_database", "sent")
def test_deliverers_at_once_deliver_exactly_once() -> None:
    handles("tests.happened")(effect)
    happened(60)
    clock = Clock()
    done: list[int] = []
    at_once(*[lambda: done.append(delivery.deliver_due(clock).done)] * 4)
    assert effects() == 60
    assert sum(done) == 60
    assert Event.objects.filter(type=EFFECT).values("payload").distinct().count() == 60


@pytest.mark.usefixtures("own_database", "sent")
def test_a_slow_deliverer_outlives_its_lease_without_doubling() -> None:
    started, release = threading.Event(), threading.Event()

    @handles("tests.happened")
    def slow(event: Event) -> None:
        effect(event)
        started.set()
        release.wait(10)

    happened()
    clock = Clock()

    def impatient() -> None:
        started.wait(10)
        later = Clock()
        later.turn(minutes=5)
        delivery.deliver_due(later)
        release.set()

    at_once(lambda: delivery.deliver_due(clock), impatient)
    assert effects() == 1
    assert state() == [("done", 1, "")]


@pytest.mark.usefixtures("own_database", "sent")
def test_a_killed_process_loses_nothing_and_runs_out_of_attempts() -> None:
    @handles("tests.happened")
    def fatal(event: Event) -> None:
        effect(event)
        os.kill(os.getpid(), signal.SIGKILL)

    happened()
    clock = Clock()
    connection.close()
    child = os.fork()
    if child == 0:
        delivery.deliver_due(clock)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert (effects(), state()) == (0, [("pending", 1, "")]), "rolled back, counted"
    events._handlers["tests.happened"] = dict.fromkeys(events.handlers_of("tests.happened"), effect)
    assert delivery.deliver_due(clock).done == 0, "within the lease"
    clock.turn(seconds=61)
    assert delivery.deliver_due(clock).done == 1
    assert effects() == 1


@pytest.mark.usefixtures("own_database", "sent")
def test_many_are_told_together_and_a_poison_among_them_fails_alone() -> None:
    calls: list[int] = []

    @handles_many("tests.happened")
    def together(told: Sequence[Event]) -> None:
        calls.append(len(told))
        for event in told:
            effect(event)
            if event["row_id"] == 2:
                raise ValueError("poison")

    happened(5)
    clock = Clock()
    counts = delivery.deliver_due(clock)
    assert calls == [5, 1, 1, 1, 1, 1], "rolled back together, then each alone"
    assert (counts.done, counts.failed, effects()) == (4, 1, 4)
    assert state() == [("done", 1, "")] * 2 + [("pending", 1, "ValueError")] + [("done", 1, "")] * 2
    happened(3)
    Event.objects.filter(payload__row_id=2).update(payload={"row_id": 9})
    clock.turn(minutes=1)
    calls.clear()
    assert delivery.deliver_due(clock).done == 4
    assert calls == [3, 1], "what failed before is tried alone"
    assert effects() == 8


@pytest.mark.usefixtures("own_database", "sent")
def test_who_is_killed_with_many_leaves_them_for_one_try_each_alone() -> None:
    @handles_many("tests.happened")
    def fatal(told: Sequence[Event]) -> None:
        if len(told) > 1:
            for event in told:
                effect(event)
            os.kill(os.getpid(), signal.SIGKILL)
        effect(told[0])

    happened(3)
    clock = Clock()
    connection.close()
    child = os.fork()
    if child == 0:
        delivery.deliver_due(clock)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert (effects(), state()) == (0, [("pending", 1, "")] * 3), "rolled back, counted"
    clock.turn(seconds=61)
    assert delivery.deliver_due(clock).done == 3
    assert effects() == 3


@pytest.mark.usefixtures("own_database", "sent")
def test_old_delivered_events_are_forgotten() -> None:
    handles("tests.happened")(effect)
    happened(2)
    clock = Clock()
    delivery.deliver_due(clock)
    Delivery.objects.filter(pk=Delivery.objects.earliest("id").pk).update(
        state=DeliveryState.PARKED, done_at=None, parked_at=clock()
    )
    clock.turn(days=91)
    delivery.forget_delivered(clock())
    assert Event.objects.filter(type="tests.happened").count() == 1
