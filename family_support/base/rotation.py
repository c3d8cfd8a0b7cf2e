"""What hangs on a key besides the encrypted fields: upper apps say what, and how it follows another key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Re-seals the values of older keys in batches of so many rows; how many.
Rotate = Callable[[int], int]
_elsewhere: dict[str, Rotate] = {}


def register_rotation(name: str, rotate: Rotate) -> None:
    """Have `rotate_keys` call this too; it must be resumable: batches, each in a transaction of its own."""
    _elsewhere[name] = rotate


def elsewhere() -> list[tuple[str, Rotate]]:
    return sorted(_elsewhere.items())


@dataclass(frozen=True, slots=True)
class Index:
    """A column of blind indexes: of which model, made for which purpose of which values of a row (a list makes the
    sorted indexes of all)."""

    model: str
    column: str
    purpose: str
    values: Callable[[Any], str | list[str]]

    @property
    def name(self) -> str:
        return f"{self.model}.{self.column}"


_indexes: dict[str, Index] = {}
# Ends what was hashed with the key and whose source nobody keeps; how many.
Forget = Callable[[datetime], int]
_forgotten: dict[str, Forget] = {}


def register_index(model: str, column: str, purpose: str, values: Callable[[Any], str | list[str]]) -> None:
    """Have `rotate_blind_index` make this column anew."""
    index = Index(model, column, purpose, values)
    _indexes[index.name] = index


def register_forgotten(name: str, forget: Forget) -> None:
    """Have `rotate_blind_index` end what cannot be made anew."""
    _forgotten[name] = forget


def indexes() -> list[Index]:
    return [_indexes[name] for name in sorted(_indexes)]


def forgotten() -> list[tuple[str, Forget]]:
    return sorted(_forgotten.items())
