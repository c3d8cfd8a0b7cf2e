"""One entry an act, told in the reader's language: upper apps register the sentences of their kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from cases.models import Case, TeamMember, TimelineEntry
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
# The param that tells for which absent member of the team somebody acted (a membership by key).
IN_PLACE_OF = "in_place_of"


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
    absent = stood_for(case, by)
    if absent is not None:
        params[IN_PLACE_OF] = absent
    return TimelineEntry.objects.create(
        case=case,
        at=now,
        kind=kind,
        by_id=by.membership_id,
        subject_type=subject_type,
        subject_id=subject_id,
        params=params,
    )


def stood_for(case: Case, by: Actor) -> int | None:
    """The absent member of the team (by key) for whom the actor works on the case; None for one's own work."""
    if not by.standing_for or case.restricted:
        return None
    here = TeamMember.objects.filter(
        case=case, ends_at__isnull=True, membership_id__in=(*by.standing_for, by.membership_id)
    )
    places = dict(here.values_list("membership_id", "is_lead"))
    if by.membership_id in places or not places:
        return None
    return max(places, key=lambda key: (places[key], -key))


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
