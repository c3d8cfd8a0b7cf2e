"""The front page of the reference data: a card a list, and what else apps put there (the calendar)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from family_support.reference.catalogs import Catalog, catalogs
from family_support.ui.components import Text


@dataclass(frozen=True)
class Card:
    """A list on the front page."""

    title: Text
    text: Text
    url: str
    icon: str
    in_force: int | None = None
    coming: int = 0


_extra: list[Callable[[date], Card]] = []


def register_card(make: Callable[[date], Card]) -> None:
    """Put another page in front of the lists."""
    if make not in _extra:
        _extra.append(make)


def cards(today: date) -> list[Card]:
    """Every card: one query a list."""
    return [*(make(today) for make in _extra), *(_card(each, today) for each in catalogs())]


def _card(catalog: Catalog, today: date) -> Card:
    counts = catalog.model._default_manager.aggregate(
        now=Count(
            "pk", filter=Q(valid_from__lte=today) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        ),
        coming=Count("pk", filter=Q(valid_from__gt=today)),
    )
    return Card(
        title=catalog.title,
        text=catalog.intro,
        url=reverse("reference-list", args=[catalog.slug]),
        icon=catalog.icon,
        in_force=counts["now"],
        coming=counts["coming"],
    )
