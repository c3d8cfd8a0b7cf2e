"""State machines, guarded in the database too (data.md 7).

``GuardStates`` writes the allowed steps of one state column into ``base_allowed_transition`` and puts the
one trigger function on the table, for INSERT and UPDATE. A forbidden step raises 23514 with the constraint
name ``state_guard_<table>``.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model

Steps = Iterable[tuple[str, str]]


class GuardStates(Operation):
    """Guard one state column: only ``transitions`` (from, to), and rows only begin in ``initial``.

    A later migration states the whole new table again and gives the older one as ``previous`` (transitions,
    initial), so that it can be undone. Put it after the model's CreateModel in the same or a later migration.
    """

    reversible = True
    reduces_to_sql = True
    atomic = True

    def __init__(
        self,
        model: str,
        field: str,
        transitions: Steps,
        initial: Iterable[str],
        previous: tuple[list[tuple[str, str]], list[str]] | None = None,
    ) -> None:
        self.model = model
        self.field = field
        self.transitions = [(str(source), str(target)) for source, target in transitions]
        self.initial = [str(state) for state in initial]
        self.previous = previous

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As written in a migration."""
        kwargs: dict[str, Any] = {
            "model": self.model,
            "field": self.field,
            "transitions": self.transitions,
            "initial": self.initial,
        }
        if self.previous:
            kwargs["previous"] = self.previous
        return self.__class__.__name__, [], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models' shape does not change."""

    def _place(self, app_label: str, state: ProjectState) -> tuple[str, str]:
        model = state.apps.get_model(app_label, self.model)
        return model._meta.db_table, model._meta.get_field(self.field).column

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Write the table of steps and set the trigger."""
        table, column = self._place(app_label, to_state)
        install_guard(schema_editor, table, column, self.transitions, self.initial)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Put the previous table of steps back, or take the guard away."""
        table, column = self._place(app_label, from_state)
        if self.previous:
            install_guard(schema_editor, table, column, *self.previous)
        else:
            remove_guard(schema_editor, table, column)

    def describe(self) -> str:
        """One line for ``migrate``."""
        return f"Guard the states of {self.model}.{self.field}"

    @property
    def migration_name_fragment(self) -> str:
        """For automatic names."""
        return f"guard_{self.model.lower()}_{self.field}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def install_guard(
    schema_editor: BaseDatabaseSchemaEditor,
    table: str,
    column: str,
    transitions: Steps,
    initial: Iterable[str],
) -> None:
    """Replace the steps of one column and its trigger."""
    remove_guard(schema_editor, table, column)
    rows = sorted({(source, target) for source, target in transitions} | {("", state) for state in initial})
    values = ", ".join(
        f"({_literal(table)}, {_literal(column)}, {_literal(source)}, {_literal(target)})"
        for source, target in rows
    )
    insert = 'INSERT INTO base_allowed_transition ("table", field, source, target) VALUES '
    schema_editor.execute(insert + values)
    quote = schema_editor.quote_name
    schema_editor.execute(
        f"CREATE TRIGGER {quote('state_guard_' + column)} BEFORE INSERT OR UPDATE OF {quote(column)} "
        f"ON {quote(table)} FOR EACH ROW EXECUTE FUNCTION public.base_guard_state({_literal(column)})"
    )


def remove_guard(schema_editor: BaseDatabaseSchemaEditor, table: str, column: str) -> None:
    """Take the trigger and the steps of one column away."""
    quote = schema_editor.quote_name
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {quote('state_guard_' + column)} ON {quote(table)}")
    where = f'"table" = {_literal(table)} AND field = {_literal(column)}'
    schema_editor.execute("DELETE FROM base_allowed_transition WHERE " + where)  # noqa: S608


def _targets(transition: Any, states: list[str]) -> list[str]:
    target = transition.target
    allowed = getattr(target, "allowed_states", None)
    if allowed is not None:
        return [str(state) for state in allowed]
    if hasattr(target, "get_state"):
        return states
    return [] if target is None else [str(target)]


def machine_transitions(model: type[Model], field: str) -> list[tuple[str, str]]:
    """Every step (from, to) that the code's machine of a django-fsm-2 field declares, sorted; ``*`` and
    ``+`` expanded.
    """
    machine: Any = model._meta.get_field(field)
    states = [str(value) for value, _label in machine.flatchoices]
    steps: set[tuple[str, str]] = set()
    for transition in machine.get_all_transitions(model):
        for target in _targets(transition, states):
            source = str(transition.source)
            if source == "*":
                sources = states
            elif source == "+":
                sources = [state for state in states if state != target]
            else:
                sources = [source]
            steps |= {(each, target) for each in sources if each != target}
    return sorted(steps)


def machine_initial(model: type[Model], field: str) -> str:
    """The state in which the code's machine begins."""
    machine: Any = model._meta.get_field(field)
    return str(machine.get_default())


def database_transitions(model: type[Model], field: str) -> tuple[list[tuple[str, str]], list[str]]:
    """(steps, initial states) that the database allows for the column, sorted; both empty when it is not
    guarded.
    """
    machine: Any = model._meta.get_field(field)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, target FROM base_allowed_transition "
            'WHERE "table" = %s AND field = %s ORDER BY 1, 2',
            [model._meta.db_table, machine.column],
        )
        rows = cursor.fetchall()
    return [(a, b) for a, b in rows if a], [b for a, b in rows if not a]


@contextmanager
def importing_states() -> Iterator[None]:
    """The named exception for imports: inside the block rows may *begin* in any known state; steps stay
    guarded.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.state_import', 'on', true)")
        yield
        cursor.execute("SELECT set_config('app.state_import', '', true)")
