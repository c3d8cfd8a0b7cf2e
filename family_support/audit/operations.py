"""The migration operation that puts the one audit function on a model's table."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

TRIGGER = "audit_change"


class TrackChanges(Operation):
    """Record every insert, update and delete of the model's rows, whoever makes them and however.

    ``case_id`` tells which case a row belongs to: ``"id"`` (the row is the case), a field of the row
    (``"case"`` or ``"case_id"``), a path over foreign keys (``"version__plan__case"``: one look-up a hop),
    or None. ``hidden`` fields are recorded as changed, without their content (password hashes, secrets).
    ``ignored`` fields alone make no record (counters of reading, last sign-in).

    The trigger follows the table through renames. State a model again with other arguments in a later
    migration to change them; ``previous`` then holds the older keyword arguments for undoing.
    """

    reversible = True
    reduces_to_sql = True
    atomic = True

    def __init__(
        self,
        model_name: str,
        case_id: str | None = None,
        hidden: Sequence[str] = (),
        ignored: Sequence[str] = (),
        previous: dict[str, Any] | None = None,
    ) -> None:
        self.model_name = model_name
        self.case_id = case_id
        self.hidden = tuple(hidden)
        self.ignored = tuple(ignored)
        self.previous = previous

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As written in a migration."""
        kwargs: dict[str, Any] = {"case_id": self.case_id}
        for name in ("hidden", "ignored", "previous"):
            if getattr(self, name):
                kwargs[name] = getattr(self, name)
        return self.__class__.__name__, [self.model_name], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models' shape does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create or replace the trigger."""
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(trigger_sql(model, self.case_id, self.hidden, self.ignored))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Put the previous trigger back, or drop it."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.previous is not None:
            older = TrackChanges(self.model_name, **self.previous)
            schema_editor.execute(trigger_sql(model, older.case_id, older.hidden, older.ignored))
        else:
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TRIGGER} ON {table}")

    def describe(self) -> str:
        """One line for ``migrate``."""
        return f"Track changes of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """For automatic names."""
        return f"track_{self.model_name.lower()}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _columns(model: Any, names: Sequence[str]) -> str:
    return "{" + ",".join(sorted(model._meta.get_field(name).column for name in names)) + "}"


def case_path(model: Any, path: str | None) -> list[str]:
    """The trigger's arguments for the case: column of the row, then (table, key, column) of each hop."""
    if not path:
        return []
    arguments: list[str] = []
    current = model
    parts = path.split("__")
    for number, part in enumerate(parts):
        field = current._meta.pk if part in {"id", "pk"} else current._meta.get_field(part)
        if number:
            arguments += [current._meta.db_table, current._meta.pk.column]
        arguments.append(field.column)
        if number < len(parts) - 1:
            current = field.related_model
    return arguments


def trigger_sql(
    model: Any, case_id: str | None, hidden: Sequence[str] = (), ignored: Sequence[str] = ()
) -> str:
    """The statement that creates or replaces a model's audit trigger."""
    table = model._meta.db_table.replace('"', '""')
    arguments = [
        model._meta.pk.column,
        _columns(model, hidden),
        _columns(model, ignored),
        *case_path(model, case_id),
    ]
    listed = ", ".join(_literal(argument) for argument in arguments)
    return (
        f'CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION audit.record_change({listed})"
    )
