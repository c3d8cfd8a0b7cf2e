"""Numbers of units as people write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.formats import localize, number_format

register = template.Library()


@register.filter
def units_text(value: Decimal | None) -> str:
    """18, 1,5 or 0,25: no zeros that say nothing; a dash for no number."""
    if value is None:
        return "—"
    # normalize alone would write 100 as 1E+2.
    return str(localize(Decimal(format(value.normalize(), "f"))))


@register.filter
def units_or_dash(value: Decimal | None) -> str:
    """As `units_text`, with a dash for zero: a table of gaps is read by what is not zero."""
    return units_text(value) if value else "—"


@register.filter
def money(value: Decimal) -> str:
    """Tenge with spaces between thousands."""
    return number_format(value, decimal_pos=0 if value == value.to_integral() else 2, force_grouping=True)


@register.filter
def middle_text(value: Fraction) -> str:
    """A median: a whole number or one and a half."""
    return units_text(Decimal(value.numerator) / Decimal(value.denominator))


@register.filter
def whole(value: int) -> str:
    """A whole number with spaces between thousands."""
    return number_format(value, force_grouping=True)
