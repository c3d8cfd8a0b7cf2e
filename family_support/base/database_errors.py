"""Violations of named constraints become 409 with a sentence for people; unknown ones stay what they are:
defects.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import DeadlockDetected

from family_support.base.errors import AppError, Conflict, Text

STATE_GUARD = "state_guard_"
_STATE_MESSAGE = _("The state of this record does not allow that step. Open it again to see where it stands.")
_registry: dict[str, tuple[str, Text]] = {}


def register_constraint(name: str, message: Text, *, code: str = "conflict") -> None:
    """Give a constraint of the database its sentence; call it in ``AppConfig.ready()`` or beside the
    model.
    """
    _registry[name] = (code, message)


def registered_constraints() -> dict[str, Text]:
    """Constraint name -> message (a test compares it with the database)."""
    return {name: message for name, (_code, message) in _registry.items()}


def constraint_of(error: BaseException) -> str:
    """The name of the violated constraint, or an empty text."""
    cause = error.__cause__
    diagnosis = getattr(cause if cause is not None else error, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def as_conflict(error: IntegrityError) -> AppError | None:
    """The Conflict that a known constraint means, or None."""
    name = constraint_of(error)
    if name in _registry:
        code, message = _registry[name]
        return Conflict(code, message)
    if name.startswith(STATE_GUARD):
        return Conflict("state_forbids", _STATE_MESSAGE)
    return None


def crossed(error: OperationalError) -> AppError | None:
    """The Conflict of who lost where two changes waited for each other and PostgreSQL ended one; else None.

    For people only: a task is tried again by itself.
    """
    if not isinstance(error.__cause__, DeadlockDetected):
        return None
    return Conflict(
        "crossed",
        _("Somebody else was changing the same at that moment. Nothing of yours was saved: send it again."),
    )


@contextmanager
def conflicts_translated() -> Iterator[None]:
    """Turn violations of known constraints inside the block (commit included) into Conflict; ``acting`` uses
    it.
    """
    try:
        yield
    except IntegrityError as error:
        conflict = as_conflict(error)
        if conflict is None:
            raise
        raise conflict from error
