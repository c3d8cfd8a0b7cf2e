"""What an amendment does to the executors: where nothing they are told changed, the task goes on (R256 17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ipr.models import Measure, PlanVersion

# What an executor is told of a measure.
TOLD = (
    "sector_id", "text", "goal", "purpose", "person_id", "agency_id", "by_center", "service_id", "starts_on", "due_on",
)  # fmt: skip
Changed = list[list[Any]]


def same_for_executor(before: Measure, after: Measure) -> bool:
    return all(getattr(before, name) == getattr(after, name) for name in TOLD)


def told_changes(before: dict[str, Any], after: dict[str, Any]) -> Changed:
    """What differs between two parts of a body, as `part_for` copies them: [field, before, after], JSON-able."""
    old, new = before["measure"], after["measure"]
    found: Changed = [
        [name, old.get(name), new.get(name)]
        for name in ("text", "goal", "purpose", "service", "starts_on", "due_on")
        if old.get(name) != new.get(name)
    ]
    if before["person"]["name"] != after["person"]["name"]:
        found.append(["person", before["person"]["name"], after["person"]["name"]])
    return found


@dataclass(slots=True)
class Effect:
    """What one executor has from an approval: counts of its measures."""

    name: str
    goes_on: int = 0
    changed: int = 0
    added: int = 0
    taken_back: int = 0
    key: int | None = field(default=None, repr=False)

    @property
    def is_told(self) -> bool:
        return bool(self.changed or self.added or self.taken_back)


def effects(before: PlanVersion | None, after: PlanVersion, center: str) -> list[Effect]:
    """What each executor gets, keeps and loses when `after` takes the place of `before`."""
    old = {each.key: each for each in before.measures.all()} if before else {}
    found: dict[int | None, Effect] = {}

    def of(measure: Measure) -> Effect:
        name = measure.agency.name if measure.agency else center
        return found.setdefault(measure.agency_id, Effect(name, key=measure.agency_id))

    for measure in after.measures.all():
        known = old.pop(measure.key, None)
        if known is None:
            of(measure).added += 1
        elif same_for_executor(known, measure):
            of(measure).goes_on += 1
        elif known.agency_id == measure.agency_id:
            of(measure).changed += 1
        else:
            of(measure).added += 1
            of(known).taken_back += 1
    for measure in old.values():
        of(measure).taken_back += 1
    return _bodies_first(found.values())


def _bodies_first(found: Iterable[Effect]) -> list[Effect]:
    return sorted(found, key=lambda each: (each.key is None, each.name))
