"""A body's part for people: labels in the reader's language over what was copied."""

from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Person
from family_support.directory.models import SectorField
from family_support.ui.components import SummaryRow
from ipr.difference import Change
from ipr.models import Measure


def rows_of(snapshot: dict[str, Any]) -> list[SummaryRow]:
    """The snapshot as label and value, empty values left out."""
    measure, person, center = snapshot["measure"], snapshot["person"], snapshot["center"]
    rows = [
        (_("Measure"), measure["text"]),
        (_("Goal"), measure["goal"]),
        (_("Purpose"), Measure.Purpose(measure["purpose"]).label),
        (_("State service"), _named(measure["service"])),
        (_("Dates"), f"{_day(measure['starts_on'])} – {_day(measure['due_on'])}"),
        (_("Person"), person["name"]),
        (_("Birth date"), _day(person["birth_date"])),
        (_("IIN"), person["iin"]),
        (_("Safe way to reach"), Person.Channel(person["contact"]).label if person["contact"] else ""),
        (_("When and how"), person["contact_note"]),
        (_("Phone"), person["phone"]),
    ]
    rows += [
        (capfirst(str(SectorField.Field(code).label)), value) for code, value in snapshot["fields"].items()
    ]
    rows += [
        (_("Center"), _named(center["names"])),
        (_("Case manager"), center["worker"]),
        (_("Phone of the Center"), center["phone"]),
    ]
    return [SummaryRow(label, value) for label, value in rows if value]


LABELS = {
    "text": _lazy("Measure"),
    "goal": _lazy("Goal"),
    "purpose": _lazy("Purpose"),
    "service": _lazy("State service"),
    "starts_on": _lazy("From"),
    "due_on": _lazy("Due date"),
    "person": _lazy("Person"),
}


def changes_of(changed: list[list[Any]]) -> list[Change]:
    """What an amendment changed for a body, in the reader's language."""
    return [Change(str(LABELS[name]), _shown(name, old), _shown(name, new)) for name, old, new in changed]


def _shown(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "service":
        return _named(value)
    if name == "purpose":
        return str(Measure.Purpose(value).label)
    return _day(value) if name in ("starts_on", "due_on") else str(value)


def _named(names: dict[str, str] | None) -> str:
    return (names.get((get_language() or "ru")[:2]) or names["ru"]) if names else ""


def _day(value: str | None) -> str:
    return f"{date.fromisoformat(value):%d.%m.%Y}" if value else ""
