"""What upper apps say of themselves so that ground apps can show and link it: subjects, cases, names of codes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise

from family_support.base.actor import Actor

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of record: its name for people and, by key, the address of its page (None: it has no page)."""

    label: Text
    url: Callable[[int], str] | None


class CaseLine(NamedTuple):
    """A case in a list of something else."""

    number: str
    url: str
    # Whoever does not know says that it is: the number then stays inside the product.
    restricted: bool = True


class Told(NamedTuple):
    """One telling: what of, when, and the people or roles who were told."""

    what: str
    at: datetime
    whom: list[str]


CaseDescriber = Callable[[Collection[int], Actor], Mapping[int, CaseLine]]
ToldOf = Callable[[tuple[str, int], Actor], list[Told]]
NamesOf = Callable[[Collection[str]], Mapping[str, str]]

_subjects: dict[str, Subject] = {}
_describers: list[CaseDescriber] = []
_tellers: list[ToldOf] = []
_names: dict[str, NamesOf] = {}


def register(
    model_label: str, label: Text, url: Callable[[int], str] | None = None, *, url_name: str = ""
) -> None:
    """Say how records of a model ("app.model", lower case) are called and where one is shown.

    `url_name` is a URL that takes the key alone; where that does not fit, `url(key)`, which must not query:
    lists call it for every row.
    """
    _subjects[model_label] = Subject(label, (lambda key: reverse(url_name, args=(key,))) if url_name else url)


def subject(model_label: str) -> Subject | None:
    return _subjects.get(model_label)


def subject_label(model_label: str) -> str:
    """The name of a kind of record in the active language; empty when nobody registered it."""
    found = _subjects.get(model_label)
    return str(found.label) if found else ""


def subject_url(model_label: str, key: int) -> str:
    """The address of a record's page, or an empty text."""
    found = _subjects.get(model_label)
    return found.url(key) if found and found.url else ""


def register_case_lines(describe: CaseDescriber) -> CaseDescriber:
    """Called once, by `cases`: number and address of those of the given cases that the actor sees, in one query."""
    _describers[:] = [describe]
    return describe


def case_lines(case_ids: Collection[int], actor: Actor) -> Mapping[int, CaseLine]:
    """Number and address by case key; a case out of the actor's scope is left out."""
    wanted = {key for key in case_ids if key is not None}
    return _describers[0](wanted, actor) if wanted and _describers else {}


def register_told(tell: ToldOf) -> None:
    """Called once, by the notices: who was told of a record."""
    _tellers[:] = [tell]


def told_of(subject: tuple[str, int], actor: Actor) -> list[Told]:
    """Who was told of a record and when, the earliest first, as the actor may know it. One query."""
    return _tellers[0](subject, actor) if _tellers else []


def register_names(kind: str, names: NamesOf) -> None:
    """Say how the codes of a kind ("term") are called in the active language, many at once."""
    _names[kind] = names


def names(kind: str, codes: Collection[str]) -> Mapping[str, str]:
    """Code -> name in the active language; unknown codes are left out."""
    wanted = set(codes)
    return _names[kind](wanted) if wanted and kind in _names else {}
