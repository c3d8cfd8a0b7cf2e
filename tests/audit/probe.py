"""A scratch table with a parent, tracked and guarded by the real migration operations."""

from typing import Any

from django.db import connection, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState


class Parent(models.Model):
    case_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_parent"

    def __str__(self) -> str:
        return f"parent {self.pk}"


class Probe(models.Model):
    parent = models.ForeignKey(Parent, models.CASCADE)
    case_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20, default="draft")
    note = models.TextField(default="")
    secret = models.TextField(default="")
    seen = models.IntegerField(default=0)

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_probe"

    def __str__(self) -> str:
        return f"probe {self.pk}"


TABLES = """
CREATE TABLE tests_parent (id bigserial PRIMARY KEY, case_id bigint);
CREATE TABLE tests_probe (
  id bigserial PRIMARY KEY, parent_id bigint NOT NULL REFERENCES tests_parent, case_id bigint, status text NOT NULL,
  note text NOT NULL CONSTRAINT tests_probe_note CHECK (note <> 'bad'), secret text NOT NULL, seen integer NOT NULL
)
"""


def project_state() -> ProjectState:
    """The models as a migration sees them."""
    state = ProjectState()
    state.add_model(ModelState.from_model(Parent))
    state.add_model(ModelState.from_model(Probe))
    return state


def run(owner: Any, operation: Operation, *, backwards: bool = False) -> None:
    """Run a migration operation as the owner."""
    state = project_state()
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        step = operation.database_backwards if backwards else operation.database_forwards
        step("tests", editor, state, state)
    for statement in editor.collected_sql:
        owner.execute(statement)
