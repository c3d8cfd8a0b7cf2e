"""Canaries: a word of its own in every personal field of the world's rows, to be looked for where nobody may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.personal_data import Kind, personal_fields, personal_models

# What holds free words; numbers, dates, hashes and choices have a form that no canary fits.
WORDS = frozenset(
    {"last_name", "first_name", "patronymic", "full_name", "family", "text", "address", "place"}
)
# What stays as the factories made it and is looked for as it is.
KEPT = frozenset({"iin", "phone", "email"})
# Shorter than this no canary differs from chance.
SHORTEST = 10


@dataclass
class Canaries:
    """What was planted or is looked for as it is, by the word itself; what could not be planted, and why: every row
    refuses it, there is no row, the field has a form (number, date, choice, hash)."""

    planted: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    formed: set[str] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        return {**self.kept, **self.planted}

    def found_in(
        self, text: str, owners: frozenset[str] = frozenset({"client", "staff", "reporter"})
    ) -> set[str]:
        """The fields whose canary the text holds, in any spelling: folded, escaped in JSON, digits alone."""
        known = self.words
        if "Қанарейка" not in text and not any(word in text for word in self.kept):
            return set()
        return {label for word, label in known.items() if self.owners[word] in owners and word in text}


def _fits(column: Any) -> bool:
    length = getattr(column, "max_length", None)
    return isinstance(column, models.CharField | models.TextField) and (length is None or length > SHORTEST)


def plant() -> Canaries:
    """Overwrite every personal field of words in every row there is; the rest is remembered as it stands."""
    canaries = Canaries()
    with acting(SYSTEM, reason="canaries"):
        for model in personal_models():
            if not model._meta.managed:
                continue
            for column, entry in personal_fields(model):
                label = f"{model.__name__}.{column.name}"
                rows = list(model._base_manager.all())
                if entry.what in KEPT:
                    for row in rows:
                        _know(canaries, canaries.kept, str(getattr(row, column.attname) or ""), label, entry)
                elif entry.what in WORDS and _fits(column):
                    word = f"Қанарейка{len(canaries.planted):03d}"
                    # Each row is tried: a state may ask for the field to be empty in one and not in another.
                    taken = [_overwritten(row, column.attname, word) for row in rows]
                    if any(taken):
                        _know(canaries, canaries.planted, word, label, entry)
                    else:
                        (canaries.refused if rows else canaries.empty).add(label)
                else:
                    canaries.formed.add(label)
    return canaries


def _know(canaries: Canaries, among: dict[str, str], word: str, label: str, entry: Any) -> None:
    if len(word) >= SHORTEST:
        among[word] = label
        canaries.owners[word], canaries.kinds[word] = entry.owner, entry.kind


def _overwritten(row: models.Model, name: str, word: str) -> bool:
    """False where the row is closed for good (history, what was sent) or the field has a form of its own."""
    try:
        with transaction.atomic():
            setattr(row, name, word)
            row.save(update_fields=[name])
    except Exception:  # noqa: BLE001 - whatever refuses it
        return False
    return True
