"""What a version changes against the one in force, for the director and the editor (R256 17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ipr.models import FamilyMeasure, Measure, PlanVersion


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """A measure that is new, gone, or changed in some fields."""

    kind: str
    title: str
    note: str
    changes: Sequence[Change] = ()
    # Of a row that is new or gone: what the director has to know of it.
    facts: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class Difference:
    """Everything that differs; `head` is the period and the goal."""

    head: list[Change] = field(default_factory=list)
    measures: list[Row] = field(default_factory=list)
    family: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.head or self.measures or self.family)


Told = list[tuple[str, str]]


def told_measure(measure: Measure) -> Told:
    """A measure's fields as label and value, in the active language."""
    return [
        (_("Measure of the catalog"), f"{measure.template.code} {measure.template.name}"),
        (_("What is done"), measure.text),
        (_("Goal"), measure.goal),
        (_("Purpose"), str(measure.get_purpose_display())),
        (_("Whom it concerns"), measure.person.full_name),
        (_("Executor"), executor(measure)),
        (_("State service"), measure.service.name if measure.service else ""),
        (_("From"), f"{measure.starts_on:%d.%m.%Y}"),
        (_("Due date"), f"{measure.due_on:%d.%m.%Y}"),
    ]


def executor(measure: Measure) -> str:
    """The body, or the Center itself."""
    return measure.agency.name if measure.agency else _("The Center itself")


def told_family(measure: FamilyMeasure) -> Told:
    return [
        (_("What the family does"), measure.text),
        (_("Who does it"), measure.person.full_name),
        (_("From"), f"{measure.starts_on:%d.%m.%Y}"),
        (_("Due date"), f"{measure.due_on:%d.%m.%Y}"),
    ]


def _head(version: PlanVersion) -> Told:
    return [
        (_("From"), f"{version.starts_on:%d.%m.%Y}" if version.starts_on else ""),
        (_("Until"), f"{version.ends_on:%d.%m.%Y}" if version.ends_on else ""),
        (_("Goal of the plan"), version.goal),
    ]


def difference(before: PlanVersion, after: PlanVersion) -> Difference:
    """What `after` changes against `before`; rows are the same by their key, whatever was written in them."""
    return Difference(
        head=_changes(_head(before), _head(after)),
        measures=_rows(
            before.measures.all(),
            after.measures.all(),
            told_measure,
            lambda each: each.template.name,
            lambda each: each.sector.name,
        ),
        family=_rows(
            before.family_measures.all(),
            after.family_measures.all(),
            told_family,
            lambda each: each.text,
            lambda each: "",
        ),
    )


def _changes(before: Told, after: Told) -> list[Change]:
    return [
        Change(label, old, new)
        for (label, old), (_label, new) in zip(before, after, strict=True)
        if old != new
    ]


def _facts(told: Told) -> Told:
    return [(label, value) for label, value in told if value]


def _rows(
    before: Iterable[Any],
    after: Iterable[Any],
    told: Callable[[Any], Told],
    title: Callable[[Any], str],
    note: Callable[[Any], str],
) -> list[Row]:
    old = {each.key: each for each in before}
    new = {each.key: each for each in after}
    rows = [
        Row("added", title(each), note(each), facts=_facts(told(each)))
        for key, each in new.items()
        if key not in old
    ]
    rows += [
        Row("removed", title(each), note(each), facts=_facts(told(each)))
        for key, each in old.items()
        if key not in new
    ]
    for key, each in new.items():
        if key in old and (changes := _changes(told(old[key]), told(each))):
            rows.append(Row("changed", title(each), note(each), changes))
    return rows
