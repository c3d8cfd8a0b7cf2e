"""Beat's scheduler: a clock set back does not silence it for as long as it was set back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app

from family_support.deadlines import signs
from family_support.deadlines.models import Heartbeat
from family_support.operations.scheduler import SigningScheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SigningScheduler:
    made = SigningScheduler(app=current_app, schedule_filename=str(tmp_path / "schedule"))
    sent: list[str] = []
    monkeypatch.setattr(made, "apply_entry", lambda entry, producer=None: sent.append(entry.name))
    made.__dict__.update(sent=sent, producer=None)
    return made


def rounds(scheduler: SigningScheduler, number: int = 60) -> list[str]:
    sent: list[str] = scheduler.__dict__["sent"]
    sent.clear()
    for _round in range(number):
        scheduler.tick()
    return list(sent)


def test_it_signs_for_itself_and_never_sleeps_long(scheduler: SigningScheduler) -> None:
    assert scheduler.max_interval <= 15
    rounds(scheduler, 1)
    assert Heartbeat.objects.filter(name=signs.BEAT).exists()


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=400)])
def test_entries_from_the_future_begin_anew(scheduler: SigningScheduler, ahead: timedelta) -> None:
    rounds(scheduler)
    assert rounds(scheduler) == []
    for entry in scheduler.schedule.values():
        entry.last_run_at += ahead
    assert "sweep-deadlines" in rounds(scheduler)
