"""Counting many querysets at once."""

from collections.abc import Sequence

from django.db.models import Count, IntegerField, QuerySet, Value


def counts(querysets: Sequence[QuerySet]) -> list[int]:
    """How many rows each queryset has, in their order: one statement, however many they are."""
    if not querysets:
        return []
    first, *rest = [
        rows.order_by().values(counted_place=Value(place, IntegerField())).annotate(counted_size=Count("pk"))
        for place, rows in enumerate(querysets)
    ]
    sizes = {row["counted_place"]: row["counted_size"] for row in first.union(*rest, all=True)}
    return [sizes.get(place, 0) for place in range(len(querysets))]
