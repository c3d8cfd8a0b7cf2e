"""What a list of the reference data is made of. Each app registers its own in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from family_support.ui.components import Text

# Row keys -> how often each is used.
Counter = Callable[[Sequence[int]], Mapping[int, int]]


@dataclass(frozen=True)
class Use:
    """Where rows are used. `personal` counts concern families: small ones are not shown outside a Center.

    A count that `pins` a row keeps it from being rewritten; others only tell whom it concerns.
    """

    label: Text
    count: Counter
    personal: bool = True
    pins: bool = True


@dataclass(frozen=True)
class Fact:
    """One thing that a row says: its heading and how it reads in the active language. `listed` puts it in the list."""

    label: Text
    text: Callable[[Any], str]
    listed: bool = False


@dataclass(frozen=True)
class Catalog:
    """One list of dated rows.

    `key` are the columns that rows of one thing share; `content` the fields that a change may set, with those of
    `texts` obligatory; `form` shows them for a row; `new_form` also asks for the key and is None where rows are tied to
    the code. `latest` gives the local date of the latest event already counted with some rows.
    """

    slug: str
    title: Text
    model: type[Model]
    key: tuple[str, ...]
    content: tuple[str, ...]
    facts: Sequence[Fact]
    texts: tuple[str, ...] = ()
    form: type[Any] | None = None
    new_form: type[Any] | None = None
    new_title: Text = ""
    intro: Text = ""
    icon: str = "book"
    may_end: bool = True
    related: tuple[str, ...] = ()
    order: tuple[str, ...] = ("code", "valid_from")
    name: Callable[[Any], str] = str
    code: Callable[[Any], str] = field(default=lambda row: row.code)
    latest: Callable[[Sequence[int]], date | None] | None = None
    check: Callable[[Any, Mapping[str, Any]], None] | None = None

    def rows(self) -> QuerySet[Any]:
        """Every row with what its line in the list needs."""
        return self.model._default_manager.select_related(*self.related).order_by(*self.order)

    def chain(self, row: Any) -> QuerySet[Any]:
        """All rows of one thing, the oldest first."""
        same = {name: getattr(row, name) for name in self.key}
        return self.model._default_manager.filter(**same).order_by("valid_from")


_catalogs: dict[str, Catalog] = {}
_uses: dict[str, list[Use]] = {}


def register(catalog: Catalog) -> None:
    """Add a list (again with the same slug: replaces it)."""
    _catalogs[catalog.slug] = catalog


def register_use(slug: str, use: Use) -> None:
    """Tell of a list that it is used somewhere: an upper app says so of a lower one's rows."""
    known = _uses.setdefault(slug, [])
    known[:] = [each for each in known if str(each.label) != str(use.label)] + [use]


def uses_of(slug: str) -> list[Use]:
    """Where the rows of a list are used."""
    return list(_uses.get(slug, ()))


def catalogs() -> list[Catalog]:
    """Every list, in the order of registration."""
    return list(_catalogs.values())


def catalog(slug: str) -> Catalog | None:
    """The list of this name."""
    return _catalogs.get(slug)


def names_of(row: Any, field_name: str = "name") -> str:
    """A text in its three languages, a line each, for the row's page."""
    return "\n".join(
        text for language in ("kk", "ru", "en") if (text := getattr(row, f"{field_name}_{language}", ""))
    )
