"""Sealed values that stand in no encrypted field (inside JSON of a library's model): upper apps rotate them."""

from collections.abc import Callable

# Re-seals the values of older keys in batches of so many rows; how many.
Rotate = Callable[[int], int]
_elsewhere: dict[str, Rotate] = {}


def register_rotation(name: str, rotate: Rotate) -> None:
    """Have `rotate_keys` call this too; it must be resumable: batches, each in a transaction of its own."""
    _elsewhere[name] = rotate


def elsewhere() -> list[tuple[str, Rotate]]:
    return sorted(_elsewhere.items())
