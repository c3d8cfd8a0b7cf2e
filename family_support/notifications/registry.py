"""Kinds of notices and who is told of an event: filled by upper apps in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise

from family_support.base.loudness import Loudness
from family_support.outbox.models import Event

Text = str | Promise
Resolver = Callable[[Event], Iterable[int]]
# Of many events at once: {event's key: keys of memberships}.
ManyResolver = Callable[[Sequence[Event]], Mapping[int, Iterable[int]]]


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
_resolvers: dict[str, list[ManyResolver]] = {}


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
    register_recipients_of_many(
        event_type, lambda events: {event.pk: list(resolver(event)) for event in events}
    )


def register_recipients_of_many(event_type: str, resolver: ManyResolver) -> None:
    """As `register_recipients`, for a resolver that reads for many events at once."""
    _resolvers.setdefault(event_type, []).append(resolver)


def recipients_of(events: Sequence[Event]) -> dict[int, list[int]]:
    """Event -> keys of the memberships that upper apps name for it, each once."""
    found: dict[int, dict[int, None]] = {event.pk: {} for event in events}
    for event_type in {event.type for event in events}:
        alike = [event for event in events if event.type == event_type]
        for resolver in _resolvers.get(event_type, ()):
            for pk, keys in resolver(alike).items():
                found[pk].update(dict.fromkeys(key for key in keys if key))
    return {pk: list(keys) for pk, keys in found.items()}
