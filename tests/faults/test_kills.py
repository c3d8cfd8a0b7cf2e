"""The run at a small size, and the proof that its checks see what they are there for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection

from cases.actions import set_risk
from cases.models import Case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.clock import now
from family_support.base.errors import Conflict
from family_support.deadlines import sweep as sweeping
from family_support.deadlines.models import DeadlineLevel
from family_support.deadlines.sweep import LEVEL_REACHED, sweep
from family_support.notifications.models import Notice
from family_support.outbox.models import Delivery, Event
from tests.conftest import OWNER_URL, URL
from tests.databases import ROOT
from tests.factories import a_case, a_center
from tests.faults.checks import Expected, problems

Make = Callable[..., Expected]


def test_a_small_run_keeps_every_promise(tmp_path: Path) -> None:
    """Worker, beat and broker killed, the broker flushed, PostgreSQL stopped at once, the clock moved both ways."""
    report = tmp_path / "report.json"
    command = [
        "-m",
        "tests.faults.harness",
        "--deadlines",
        "120",
        "--kills",
        "3",
        "--short",
        "--json",
        str(report),
    ]
    # The server as this run was given it: a test before this one may have left its own database in the environment.
    given = {"DATABASE_URL": URL, "DATABASE_OWNER_URL": OWNER_URL}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = json.loads(report.read_text())
    assert counts["findings"]["expected"] > 300
    assert counts["broken"] == []


def test_of_twenty_clerks_with_one_page_one_is_heard_and_nineteen_are_told(own_database: str) -> None:
    place = a_center()
    case = a_case(place)
    version = case.version
    answers: list[str] = []
    started = threading.Barrier(20)

    def clerk(number: int) -> None:
        started.wait()
        try:
            set_risk(
                case=Case.objects.get(pk=case.pk), risk=Case.Risk.HIGH, reason=f"Причина {number}", by=place.by(),
                now=now(), version=version,
            )  # fmt: skip
            answers.append("done")
        except Conflict as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("done") == 1
    assert len(answers) == 20
    case.refresh_from_db()
    assert case.version == version + 1


class TestNegativeControls:
    """The check must see what it is there for."""

    @pytest.fixture
    def swept(self, own_database: str, due_soon: Make) -> Expected:
        expected = due_soon(5)
        sweep(now())
        Delivery.objects.update(state=Delivery.State.DONE, done_at=now())
        for event in Event.objects.filter(type=LEVEL_REACHED):
            Notice.objects.create(
                recipient_id=event_recipient(),
                kind="deadline.escalated",
                subject_type="test.row",
                subject_id=1,
                created_at=now(),
                event_id=event.pk,
            )
        assert problems(expected) == []
        return expected

    def test_without_its_unique_key_a_level_twice_is_seen(self, swept: Expected, owner_cursor: Any) -> None:
        row = DeadlineLevel.objects.values("deadline_id", "level", "due_at", "reached_at", "told").first()
        assert row is not None
        with pytest.raises(IntegrityError, match="level_exactly_once"):
            DeadlineLevel.objects.create(**row)
        owner_cursor.execute("ALTER TABLE deadlines_deadlinelevel DROP CONSTRAINT level_exactly_once")
        DeadlineLevel.objects.create(**row)
        assert any("2 times" in problem for problem in problems(swept))

    def test_a_lost_level_is_seen(self, swept: Expected, owner_cursor: Any) -> None:
        owner_cursor.execute(
            "DELETE FROM deadlines_deadlinelevel WHERE level = 'overdue' AND deadline_id = %s", [min(swept)]
        )
        assert f"missing level ({min(swept)}, 'overdue')" in problems(swept)

    def test_sweepers_that_claim_nothing_and_no_unique_key_tell_twice(
        self, own_database: str, due_soon: Make, owner_cursor: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Claim and key each hold alone; without both the check turns red."""
        careless = sweeping._SWEEP.replace("FOR UPDATE SKIP LOCKED", "").replace("ON CONFLICT DO NOTHING", "")
        assert careless != sweeping._SWEEP
        expected = due_soon(200)
        owner_cursor.execute("ALTER TABLE deadlines_deadlinelevel DROP CONSTRAINT level_exactly_once")
        monkeypatch.setattr(sweeping, "_SWEEP", careless)
        met = threading.Barrier(2)
        event_of = sweeping.emit_many
        # Both have written their levels and neither has committed: the moment a claim is there for.
        monkeypatch.setattr(sweeping, "emit_many", lambda *given: (met.wait(10), event_of(*given)))
        # The update of the row itself would make the second wait: a sweep without claim does not move it first.
        monkeypatch.setattr(sweeping, "_SWEEP", without_update(careless))
        threads = [threading.Thread(target=self.swept_once) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = problems(expected)
        assert any("2 times" in problem for problem in found)

    @staticmethod
    def swept_once() -> None:
        try:
            sweeping._sweep_batch(now(), 1000)
        finally:
            connection.close()

    def test_past_the_outbox_a_kill_loses_the_event(
        self, own_database: str, due_soon: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Told after the commit instead of within it: whoever is killed in between has told nobody."""
        expected = due_soon(3)
        monkeypatch.setattr(sweeping, "emit_many", lambda *given: None)
        sweep(now())
        found = problems(expected)
        assert any(problem.startswith("untold") for problem in found)
        assert not any(problem.startswith("missing") for problem in found)

    def test_an_event_past_the_outbox_is_seen(self, swept: Expected) -> None:
        first = Event.objects.filter(type=LEVEL_REACHED).order_by("pk").first()
        assert first is not None
        payload = first.payload
        Delivery.objects.filter(event=first).delete()
        Notice.objects.filter(event_id=first.pk).delete()
        first.delete()
        assert any(problem.startswith("untold") for problem in problems(swept))
        for _twice in range(2):
            Event.objects.create(type=LEVEL_REACHED, payload=payload, created_at=now())
        assert any(problem.startswith("told too often") for problem in problems(swept))


def without_update(statement: str) -> str:
    """The sweep's statement that leaves the rows as they are."""
    begin = statement.index("), advanced AS (")
    return statement[:begin] + statement[statement.index("), written AS (") :]


def event_recipient() -> int:
    found = Membership.objects.filter(role=Role.DIRECTOR).first()
    assert found is not None
    return found.pk
