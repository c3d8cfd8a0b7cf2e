"""The demo's data: it runs on few families, once, the same each time, and holds every state of every machine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models
from django.db.models import Count

from assessments.models import Assessment
from cases.models import Case, Consent, Intake, IntakeTransfer, ViolenceRecord
from interagency.models import Handoff, Task
from ipr.models import FamilyMeasure, Plan, PlanVersion
from mobile_groups.models import Alarm, MobileGroup, ResponsePlan, Visit
from monitoring.models import OutreachEvent, QuarterlyReport
from shelter.models import MinorNotice, Stay
from tests.conftest import pointed_at
from tests.databases import ROOT, Databases

TODAY, FAMILIES = "2026-11-25", 8
# The Centers of the first half, which meet none of the other.
HALF = ("AST01", "KAR01")
MACHINES: tuple[tuple[type[models.Model], str], ...] = (
    (Alarm, "state"),
    (Assessment, "state"),
    (Case, "stage"),
    (Consent, "state"),
    (FamilyMeasure, "state"),
    (Handoff, "state"),
    (Intake, "state"),
    (IntakeTransfer, "state"),
    (MinorNotice, "state"),
    (MobileGroup, "state"),
    (OutreachEvent, "state"),
    (Plan, "state"),
    (PlanVersion, "state"),
    (QuarterlyReport, "state"),
    (ResponsePlan, "state"),
    (Stay, "state"),
    (Task, "state"),
    (ViolenceRecord, "state"),
    (Visit, "state"),
)
# A quarter is in it only while its figures are being computed, within one transaction.
PASSING = {(QuarterlyReport, "computing")}
# What must not differ between two seedings: the Center first; no key, number or code drawn by chance is in it.
STABLE: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Case, ("center__code", "number", "stage", "closing", "risk", "opened_at")),
    (Intake, ("center__code", "number", "channel", "form", "state", "received_at")),
    (Alarm, ("case__center__code", "case__number", "state", "raised_at")),
    (Visit, ("case__center__code", "case__number", "state", "planned_for")),
    (PlanVersion, ("plan__case__center__code", "plan__case__number", "number", "state", "decided_at")),
    (
        Task,
        (
            "measure__version__plan__case__center__code",
            "measure__version__plan__case__number",
            "agency__name_ru",
            "state",
            "due_on",
            "measure__text",
        ),
    ),
    (Stay, ("case__center__code", "case__number", "state", "admitted_at")),
    (QuarterlyReport, ("center__code", "year", "quarter", "state", "sent_at")),
)


def seed(families: int = FAMILIES, *more: str) -> str:
    """The command as `./run` starts it, on the database of the environment; what it printed."""
    command = [sys.executable, "manage.py", "seed_demo", f"--families={families}", f"--today={TODAY}", *more]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env={**os.environ, "DEMO_MODE": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def digest() -> dict[str, str]:
    """Of the stable columns of each table at the half's Centers, so that a difference names its table."""
    found = {}
    for model, columns in STABLE:
        of_half = model._default_manager.filter(**{f"{columns[0]}__in": HALF})
        rows = sorted(map(repr, of_half.values_list(*columns)))
        found[model.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def missing(model: type[models.Model], field: str) -> set[str]:
    choices = dict(model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    held = (
        model._default_manager.values_list(field).annotate(number=Count("pk")).values_list(field, flat=True)
    )
    return {state for state in set(choices) - set(held) if (model, state) not in PASSING}


@pytest.fixture
def empty(databases: Databases, django_db_setup: None, django_db_blocker: Any) -> Callable[[], Any]:
    """Makes blocks that work on an empty database each."""

    @contextmanager
    def block() -> Iterator[None]:
        with databases.clone() as name, django_db_blocker.unblock(), pointed_at(name):
            yield

    return block


@pytest.mark.slow
def test_a_small_demo_holds_every_state_and_is_the_same_each_time(empty: Callable[[], Any]) -> None:
    """Half of the Centers come out the same without the other half: neither chance nor the other has a part in it."""
    with empty():
        assert seed() == f"Demo data: {FAMILIES} families at 4 Centers."
        lacking = {model.__name__: missing(model, field) for model, field in MACHINES}
        assert {name: states for name, states in lacking.items() if states} == {}
        whole = digest()
        assert seed() == "Demo data is there already."
        assert digest() == whole
    with empty():
        assert seed(FAMILIES // 2, "--half") == f"Demo data: {FAMILIES // 2} families at 2 Centers."
        assert digest() == whole


@pytest.mark.parametrize(("model", "field"), MACHINES)
def test_the_machines_are_the_products(model: type[models.Model], field: str) -> None:
    """A state field that was renamed would make the test above look at nothing."""
    assert model._meta.get_field(field).flatchoices  # type: ignore[union-attr]
