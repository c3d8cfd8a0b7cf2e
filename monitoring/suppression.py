"""Which figures of a quarter point at a person sooner, and which of its tables count the same thing (security.md)."""

from collections.abc import Iterable

from family_support.base import suppression
from family_support.base.figures import Table

# Indicators whose every figure is sensitive: violence, minors, grounds of a hard life situation.
SENSITIVE = frozenset({"urgent", "grounds"})
# Tables that count the same thing in two ways: the sums of their columns are equal.
SAME_SUMS = (("sectors", "bodies"),)


def suppress(tables: Iterable[Table]) -> list[Table]:
    """A quarter's tables as they leave the Center: small figures hidden so that nothing brings them back."""
    return suppression.suppress(tables, sensitive=SENSITIVE, same_sums=SAME_SUMS)
