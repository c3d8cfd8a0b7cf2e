"""`docs/states.md`: every state machine of the code; `docs/personal-data.md`: every field that holds data of people."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Field, Model
from django_fsm import FSMFieldMixin

from family_support.base.docs import page
from family_support.base.fields import EncryptedJSONField, EncryptedTextField
from family_support.base.personal_data import own_models, personal_fields, personal_models, register_of
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


def _left(entry: Any) -> str:
    return "kept as a figure" if entry.is_figure else "erased"


@page("personal-data.md")
def personal_data() -> str:
    """Every personal field with its kind, whose it is, whether it is encrypted and what is left of it."""
    found = personal_models()
    total = sum(len(register_of(model)) for model in own_models())
    count = sum(1 for model in found for _each in personal_fields(model))
    lines = [
        "# Personal data",
        "",
        f"{count} of the {total} fields of {len(own_models())} models hold data about people. The rest are links,",
        "states, moments, counts, reference data. Each app says it of its own models in `personal.py`; a text, date,",
        "file, list or sum that nobody classified fails the build. After the legal term fields of cases are erased,",
        "coded values stay as figures; an anonymized copy replaces every field but coded values.",
    ]
    for model in found:
        lines += [
            "",
            f"## {model._meta.label}",
            "",
            "| field | kind | of whom | encrypted | after the term |",
        ]
        lines += ["|---|---|---|---|---|"]
        for field, entry in personal_fields(model):
            sealed = "yes" if isinstance(field, EncryptedTextField | EncryptedJSONField) else ""
            cells = (field.name, entry.kind.label, entry.owner, sealed, _left(entry))
            lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    free = [model._meta.label for model in own_models() if model not in found]
    return "\n".join(
        [*lines, "", "## Models without personal data", "", ", ".join(f"`{each}`" for each in free)]
    )
