"""The state guard in the database agrees with the machine in the code (data.md 7)."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, models
from django.db.migrations.state import ModelState, ProjectState
from django_fsm import transition

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.database_errors import constraint_of
from family_support.base.errors import Conflict
from family_support.base.fields import StateField
from family_support.base.states import (
    GuardStates,
    database_transitions,
    importing_states,
    machine_initial,
    machine_transitions,
)


class Letter(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft"
        SENT = "sent"
        LOST = "lost"

    status = StateField(default=Status.DRAFT, choices=Status.choices)
    note = models.TextField(default="")

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_letter"

    def __str__(self) -> str:
        return f"letter {self.pk}"

    @transition(status, source=Status.DRAFT, target=Status.SENT)
    def send(self) -> None:
        """One step."""

    @transition(status, source="+", target=Status.LOST)
    def lose(self) -> None:
        """From any other state."""

    @transition(status, source="*", target=Status.DRAFT)
    def restart(self) -> None:
        """From any state."""


STEPS = [("draft", "lost"), ("draft", "sent"), ("lost", "draft"), ("sent", "draft"), ("sent", "lost")]


def run(owner: Any, operation: GuardStates, *, backwards: bool = False) -> None:
    state = ProjectState()
    state.add_model(ModelState.from_model(Letter))
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        step = operation.database_backwards if backwards else operation.database_forwards
        step("tests", editor, state, state)
    for statement in editor.collected_sql:
        owner.execute(statement)


@pytest.fixture
def guarded(own_database: str, owner_cursor: Any) -> Any:
    owner_cursor.execute(
        "CREATE TABLE tests_letter (id bigserial PRIMARY KEY, status text NOT NULL, note text NOT NULL)"
    )
    run(owner_cursor, GuardStates("Letter", "status", machine_transitions(Letter, "status"), ["draft"]))
    return owner_cursor


def test_the_machine_is_read_with_its_wildcards() -> None:
    assert machine_transitions(Letter, "status") == STEPS
    assert machine_initial(Letter, "status") == "draft"


@pytest.mark.usefixtures("guarded")
def test_code_and_database_agree() -> None:
    assert database_transitions(Letter, "status") == (machine_transitions(Letter, "status"), ["draft"])


def test_every_pair_of_states_by_raw_sql(guarded: Any) -> None:
    letter = Letter.objects.create()
    for source, target in product(Letter.Status.values, repeat=2):
        guarded.execute("ALTER TABLE tests_letter DISABLE TRIGGER USER")
        guarded.execute("UPDATE tests_letter SET status = %s", [source])
        guarded.execute("ALTER TABLE tests_letter ENABLE TRIGGER USER")
        step = Letter.objects.filter(pk=letter.pk)
        if source == target or (source, target) in STEPS:
            assert step.update(status=target) == 1
            continue
        with pytest.raises(IntegrityError) as caught:
            step.update(status=target, note="x")
        assert constraint_of(caught.value) == "state_guard_tests_letter"
        assert caught.value.__cause__.pgcode == "23514"
        assert step.update(note="other columns are free") == 1


@pytest.mark.usefixtures("guarded")
def test_rows_begin_where_they_may() -> None:
    with pytest.raises(IntegrityError, match="tests_letter"):
        Letter.objects.create(status="sent")
    with pytest.raises(Conflict) as caught, acting(SYSTEM):
        Letter.objects.create(status="sent")
    assert caught.value.code == "state_forbids"
    with importing_states():
        Letter.objects.create(status="sent")
    with pytest.raises(IntegrityError), importing_states():
        Letter.objects.create(status="nonsense")
    with pytest.raises(IntegrityError):
        Letter.objects.create(status="sent")


def test_a_later_table_of_steps_and_undoing(guarded: Any) -> None:
    newer = GuardStates(
        "Letter", "status", [("draft", "sent")], ["draft", "sent"], previous=(STEPS, ["draft"])
    )
    run(guarded, newer)
    assert database_transitions(Letter, "status") == ([("draft", "sent")], ["draft", "sent"])
    run(guarded, newer, backwards=True)
    assert database_transitions(Letter, "status") == (STEPS, ["draft"])
    run(guarded, GuardStates("Letter", "status", STEPS, ["draft"]), backwards=True)
    assert database_transitions(Letter, "status") == ([], [])
    Letter.objects.create(status="nonsense")
