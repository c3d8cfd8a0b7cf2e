"""The running clock of a term counted in hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from family_support.ui.components import Badge, Tone, hours_badge
from family_support.ui.templatetags.ui import badge
from shelter.queries import Cell

register = template.Library()


@register.simple_tag
def countdown(until: datetime | None, now: datetime) -> SafeString:
    """How long is left until a moment, as a badge that the script keeps running; nothing for None.

    The sentences travel with the badge, so that the script knows no language.
    """
    if until is None:
        return SafeString("")
    mark = hours_badge(int((until - now).total_seconds() // 60))
    return format_html(
        '<span class="tag tag-pill tone-{} numbers" role="timer" data-countdown="{}" data-left="{}" data-late="{}" '
        'data-hours="{}" data-minutes="{}">{}</span>',
        mark.tone,
        until.isoformat(),
        _("%(time)s left"),
        _("overdue by %(time)s"),
        _("%(hours)d h %(minutes)d min"),
        _("%(minutes)d min"),
        mark.text,
    )


@register.filter
def weekday(value: date) -> str:
    """Пн, 09.03: the column of a day."""
    return f"{WEEKDAYS_ABBR[value.weekday()]}, {value:%d.%m}"


@register.filter
def at(rows: Sequence[Any], number: int) -> Any:
    """The row at a place of a list."""
    return rows[number]


@register.simple_tag
def board_mark(cell: Cell) -> SafeString:
    """What a place is on a day."""
    return badge(Badge(_marks()[cell.state], MARK_TONES[cell.state]))


MARK_TONES: dict[str, Tone] = {
    "free": "green",
    "reserved": "yellow",
    "occupied": "blue",
    "leaving": "orange",
    "overstay": "red",
    "unavailable": "grey",
}


def _marks() -> dict[str, str]:
    return {
        "free": _("free"),
        "reserved": _("reserved"),
        "occupied": _("occupied"),
        "leaving": _("leaving"),
        "overstay": _("longer than a month"),
        "unavailable": _("not available"),
    }
