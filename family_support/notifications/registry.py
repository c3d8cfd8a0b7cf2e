"""Kinds of notices and who is told of an event: filled by upper apps in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from family_support.outbox.models import Event

Text = str | Promise
Resolver = Callable[[Event], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How notices of one kind read: a translated sentence with %(name)s of the notice's params.

    `names` says which params are codes to be called by their name when shown, and of what kind: {"term": "term"}.
    Urgent kinds also go out as mail, at once.
    """

    text: Text
    icon: str
    urgent: bool
    tone: str = "blue"
    names: Mapping[str, str] = field(default_factory=dict)


_kinds: dict[str, Kind] = {}
_resolvers: dict[str, list[Resolver]] = {}


def register_kind(
    kind: str,
    text: Text,
    icon: str = "bell",
    urgent: bool = False,
    *,
    tone: str = "blue",
    names: Mapping[str, str] | None = None,
) -> None:
    """Say how notices of a kind ("plan.returned") read; `text` is lazily translated and names no person."""
    _kinds[kind] = Kind(text, icon, urgent, tone, names or {})


def kind_of(name: str) -> Kind:
    """Errors: LookupError for a kind that nobody registered."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"nobody registered notices of kind {name}") from None


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def register_recipients(event_type: str, resolver: Resolver) -> None:
    """Add people who are told of events of a type: `resolver(event)` gives keys of memberships."""
    _resolvers.setdefault(event_type, []).append(resolver)


def recipients_of(event: Event) -> list[int]:
    """Keys of the memberships that upper apps name for an event, each once."""
    found: dict[int, None] = {}
    for resolver in _resolvers.get(event.type, ()):
        found.update(dict.fromkeys(key for key in resolver(event) if key))
    return list(found)
