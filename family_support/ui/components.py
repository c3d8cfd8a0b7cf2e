"""Plain objects that templates show. Apps build them in views or queries; nothing here knows an app."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Text = str | Promise
Tone = Literal["red", "orange", "yellow", "green", "blue", "grey", "solid"]


@dataclass(frozen=True)
class Badge:
    """A short coloured mark: stage, risk, state. Colour never speaks alone: the text does."""

    text: Text
    tone: Tone = "grey"
    icon: str = ""
    pill: bool = False


@dataclass(frozen=True)
class Tile:
    """A number that leads to the records behind it."""

    count: int | str
    label: Text
    icon: str
    tone: Tone = "blue"
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class SummaryRow:
    """A label and a value, with a link to change it where that is allowed."""

    label: Text
    value: Text
    change_url: str = ""
    badge: Badge | None = None


@dataclass(frozen=True)
class Entry:
    """Something that has happened, for a timeline."""

    title: Text
    at: datetime
    by: Text = ""
    text: Text = ""
    icon: str = "circle-check"
    tone: Tone = "grey"
    url: str = ""
    link: Text = ""


@dataclass(frozen=True)
class Step:
    """One stage of a stepper."""

    label: Text
    state: Literal["done", "current", "todo"] = "todo"
    url: str = ""


@dataclass(frozen=True)
class NextAction:
    """The next required action of a case: what, by which clause, how long is left, and one button.

    ``due_url`` leads to how the date came about; ``elapsed`` and ``total`` are in one unit of any kind and draw a bar;
    ``post`` makes the button a POST form.
    """

    title: Text
    clause: Text = ""
    due: Badge | None = None
    due_url: str = ""
    text: Text = ""
    button: Text = ""
    url: str = ""
    icon: str = "check"
    post: bool = False
    level: Literal["", "soon", "late"] = ""
    elapsed: float = 0
    total: float = 0


@dataclass(frozen=True)
class Tab:
    """A tab is a link: it works without a script and can be sent to a colleague."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Check:
    """A line of a check list: done, in progress, or blocked with a reason."""

    label: Text
    state: Literal["done", "started", "todo", "blocked"] = "todo"
    url: str = ""
    note: Text = ""


@dataclass(frozen=True)
class Crumb:
    """One step of the way back to a list."""

    label: Text
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as SVG (documents.charts.render_charts) with the same figures as a table."""

    title: Text
    svg: str
    header: Sequence[Text] = field(default_factory=tuple)
    rows: Sequence[Sequence[Text | int | float]] = field(default_factory=tuple)


def due_badge(days_left: int, *, working: bool = True, soon: int = 2) -> Badge:
    """How long is left until a due day, counted in working days (or calendar days), as a badge.

    Negative ``days_left`` is lateness; 0 is today; up to ``soon`` days stand out.
    """
    if days_left < 0:
        late = -days_left
        text = (
            ngettext("overdue by %(days)d working day", "overdue by %(days)d working days", late)
            if working
            else ngettext("overdue by %(days)d day", "overdue by %(days)d days", late)
        )
        return Badge(text % {"days": late}, "red", pill=True)
    if days_left == 0:
        return Badge(_("today"), "orange", pill=True)
    text = (
        ngettext("%(days)d working day left", "%(days)d working days left", days_left)
        if working
        else ngettext("%(days)d day left", "%(days)d days left", days_left)
    )
    return Badge(text % {"days": days_left}, "blue" if days_left <= soon else "grey", pill=True)


def duration(minutes: int) -> str:
    """Hours and minutes in words of the active language."""
    if minutes >= 60:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def hours_badge(minutes_left: int) -> Badge:
    """How long is left of a term counted in hours, as a badge; negative is lateness."""
    minutes = abs(minutes_left)
    amount = duration(minutes)
    if minutes_left < 0:
        return Badge(_("overdue by %(time)s") % {"time": amount}, "red", pill=True)
    return Badge(_("%(time)s left") % {"time": amount}, "orange" if minutes < 240 else "blue", pill=True)
