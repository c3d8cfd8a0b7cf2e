"""One entry an act, told in the reader's language: upper apps register the sentences of their kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from cases.models import Case, TimelineEntry
from family_support.base.actor import Actor

Text = str | Promise
# A param that is a code -> the word for it in the active language.
Names = Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True)
class Kind:
    """How entries of a kind look: a sentence with `{named}` params, an icon of the sprite, a tone of the palette."""

    text: Text
    icon: str
    tone: str = "grey"
    names: Names = field(default_factory=dict)


_kinds: dict[str, Kind] = {}


def register_kind(
    code: str, text: Text, *, icon: str, tone: str = "grey", names: Names | None = None
) -> None:
    """Called when the applications are ready; the same code twice is a mistake.

    `names` says which params are codes and how each is called: {"closing": lambda code: Case.Closing(code).label}.
    """
    if code in _kinds:
        raise ValueError(f"Timeline kind {code} is registered twice.")
    _kinds[code] = Kind(text, icon, tone, names or {})


def record(
    case: Case, kind: str, *, by: Actor, now: datetime, subject: tuple[str, int] | None = None, **params: Any
) -> TimelineEntry:
    """Write an entry. `params` hold ids, codes, dates and numbers; narratives and names stay in their records.

    Errors: KeyError for a kind nobody registered.
    """
    _ = _kinds[kind]
    subject_type, subject_id = subject or ("", None)
    return TimelineEntry.objects.create(
        case=case,
        at=now,
        kind=kind,
        by_id=by.membership_id,
        subject_type=subject_type,
        subject_id=subject_id,
        params=params,
    )


def describe(entry: TimelineEntry) -> Kind:
    """The entry's look, its sentence filled in, in the active language."""
    kind = _kinds[entry.kind]
    words = {
        name: kind.names[name](value) if name in kind.names else _in_language(value)
        for name, value in entry.params.items()
    }
    return Kind(str(kind.text).format_map(words), kind.icon, kind.tone)


def _in_language(value: Any) -> Any:
    """A name given in three languages (`Named.names`) is told in the reader's."""
    if isinstance(value, dict):
        return value.get((get_language() or "ru")[:2]) or value.get("ru", "")
    return value
