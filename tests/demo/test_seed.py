"""The demo's data: it runs on few families, once, the same each time, and holds every state of every machine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
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

TODAY, FAMILIES = "2026-11-25", "8"
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
# What must not differ between two seedings: no key, number or code drawn by chance is in it.
STABLE: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Case, ("center__code", "number", "stage", "closing", "risk", "opened_at")),
    (Intake, ("center__code", "number", "channel", "form", "state", "received_at")),
    (Alarm, ("case__number", "state", "raised_at")),
    (Visit, ("case__number", "state", "planned_for")),
    (PlanVersion, ("plan__case__number", "number", "state", "decided_at")),
    (Task, ("measure__version__plan__case__number", "agency__name_ru", "state", "due_on", "measure__text")),
    (Stay, ("case__number", "state", "admitted_at")),
    (QuarterlyReport, ("center__code", "year", "quarter", "state", "sent_at")),
)


def seed() -> str:
    """The command as `./run` starts it, on the database of the environment; what it printed."""
    command = [sys.executable, "manage.py", "seed_demo", "--families", FAMILIES, "--today", TODAY]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env={**os.environ, "DEMO_MODE": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def digest() -> dict[str, str]:
    """Of the stable columns of each table, so that a difference names its table."""
    found = {}
    for model, columns in STABLE:
        rows = sorted(map(repr, model._default_manager.values_list(*columns)))
        found[model.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def missing(model: type[models.Model], field: str) -> set[str]:
    choices = dict(model._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    held = (
        model._default_manager.values_list(field).annotate(number=Count("pk")).values_list(field, flat=True)
    )
    return {state for state in set(choices) - set(held) if (model, state) not in PASSING}


@pytest.mark.slow
def test_a_small_demo_holds_every_state_and_is_the_same_each_time(
    databases: Databases, django_db_setup: None, django_db_blocker: Any
) -> None:
    digests = []
    for first in (True, False):
        with databases.clone() as name, django_db_blocker.unblock(), pointed_at(name):
            assert seed() == f"Demo data: {FAMILIES} families at four Centers."
            digests.append(digest())
            if first:
                lacking = {model.__name__: missing(model, field) for model, field in MACHINES}
                assert {name: states for name, states in lacking.items() if states} == {}
                assert seed() == "Demo data is there already."
                assert digest() == digests[0]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(("model", "field"), MACHINES)
def test_the_machines_are_the_products(model: type[models.Model], field: str) -> None:
    """A state field that was renamed would make the test above look at nothing."""
    assert model._meta.get_field(field).flatchoices  # type: ignore[union-attr]
