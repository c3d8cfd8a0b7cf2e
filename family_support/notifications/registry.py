"""Kinds of notices and who is told of an event: filled by upper apps in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise

from family_support.base.loudness import Loudness
from family_support.outbox.models import Event

Text = str | Promise
Resolver = Callable[[Event], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How notices of one kind read: a translated sentence with %(name)s of the notice's params.

    `names` says which params are codes to be called by their name when shown, and of what kind: {"term": "term"}.
    `loudness` is how notices of the kind are told unless the caller says otherwise; `late` kinds are counted apart in
    the daily digest.
    """

    text: Text
    icon: str
    loudness: Loudness
    late: bool = False
    tone: str = "blue"
    names: Mapping[str, str] = field(default_factory=dict)


_kinds: dict[str, Kind] = {}
_mornings: list[Callable[[datetime], object]] = []
_resolvers: dict[str, list[Resolver]] = {}


def register_kind(
    kind: str,
    text: Text,
    icon: str = "bell",
    urgent: bool = False,
    *,
    late: bool = False,
    tone: str = "blue",
    names: Mapping[str, str] | None = None,
) -> None:
    """Say how notices of a kind ("plan.returned") read; `text` is lazily translated and names no person.

    `urgent` ones are mailed at once, others gathered into the daily digest.
    """
    loudness = Loudness.URGENT if urgent else Loudness.DIGEST
    _kinds[kind] = Kind(text, icon, loudness, late, tone, names or {})


def kind_of(name: str) -> Kind:
    """Errors: LookupError for a kind that nobody registered."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"nobody registered notices of kind {name}") from None


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def late_kinds() -> list[str]:
    """Kinds that tell of something late."""
    return sorted(name for name, kind in _kinds.items() if kind.late)


def register_morning(write: Callable[[datetime], object]) -> None:
    """Have `write(now)` write its notices of the morning before the day's digests gather them; twice does no harm."""
    if write not in _mornings:
        _mornings.append(write)


def mornings() -> list[Callable[[datetime], object]]:
    return list(_mornings)


def register_recipients(event_type: str, resolver: Resolver) -> None:
    """Add people who are told of events of a type: `resolver(event)` gives keys of memberships."""
    _resolvers.setdefault(event_type, []).append(resolver)


def recipients_of(event: Event) -> list[int]:
    """Keys of the memberships that upper apps name for an event, each once."""
    found: dict[int, None] = {}
    for resolver in _resolvers.get(event.type, ()):
        found.update(dict.fromkeys(key for key in resolver(event) if key))
    return list(found)
