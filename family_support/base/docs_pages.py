"""`docs/states.md`: every state machine of the code, as it is."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Field, Model
from django_fsm import FSMFieldMixin

from family_support.base.docs import page
from family_support.base.states import machine_initial, machine_transitions


def machines() -> Iterator[tuple[type[Model], Any]]:
    """Models with their state field, by name."""
    ours = [model for model in apps.get_models() if not model.__module__.startswith("tests.")]
    for model in sorted(ours, key=lambda model: model._meta.label):
        fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)
        for field in fields:
            if isinstance(field, FSMFieldMixin):
                yield model, field


def _why(model: type[Model], field: Any) -> dict[tuple[str, str], str]:
    """(from, to) -> the first line of the docstring of the method that makes the step."""
    found: dict[tuple[str, str], str] = {}
    for transition in field.get_all_transitions(model):
        words = (getattr(model, transition.name).__doc__ or "").strip().splitlines()
        for pair in machine_transitions(model, field.name):
            if pair[1] == str(transition.target) and str(transition.source) in (pair[0], "*", "+"):
                found[pair] = f"`{transition.name}`: {words[0] if words else ''}"
    return found


@page("states.md")
def states() -> str:
    """A diagram and a table for each machine."""
    lines = ["# States", "", "The machines of the code. The database refuses every other step (data.md 7)."]
    for model, field in machines():
        names = {str(code): str(name) for code, name in field.flatchoices}
        steps = machine_transitions(model, field.name)
        lines += ["", f"## {model._meta.label}.{field.name}", ""]
        lines += ["```mermaid", "stateDiagram-v2", f"    [*] --> {machine_initial(model, field.name)}"]
        lines += [f"    {source} --> {target}" for source, target in steps]
        lines += ["```", "", "| from | to | by |", "|---|---|---|"]
        why = _why(model, field)
        lines += [
            f"| {names.get(source, source)} | {names.get(target, target)} | {why.get((source, target), '')} |"
            for source, target in steps
        ]
    return "\n".join(lines)
