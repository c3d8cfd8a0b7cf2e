"""The project's task: what every task has, and what no message may hold."""

from uuid import uuid4

import pytest
from django.db import OperationalError

from family_support.base.tasks import IdTask, forget_keys, task


@task(name="tests.probe")
def probe(*args: object) -> None:
    """Does nothing."""


def test_every_task_is_acknowledged_late_and_retried_within_bounds() -> None:
    assert isinstance(probe, IdTask)
    assert (probe.acks_late, probe.reject_on_worker_lost, probe.max_retries) == (True, True, 5)
    assert OperationalError in probe.autoretry_for
    assert Exception not in probe.autoretry_for
    assert (probe.serializer, probe.ignore_result) == ("json", True)


@pytest.mark.parametrize("value", ["Асель Серікқызы", "two words", "a" * 65, 1.5, {"a": 1}, b"x", ["не код"]])
def test_content_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="ids or codes"):
        probe.delay(value)


def test_ids_pass_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda self, args, kwargs, **options: sent.append(args)
    )
    probe.delay(1, None, True, "2026-Q3", uuid4(), [1, 2])
    assert len(sent) == 1


@pytest.mark.django_db
def test_keys_are_forgotten_by_a_task() -> None:
    assert forget_keys() == 0
