"""What a due date looks like: level, time left in working days or hours, clause. For templates and rows of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from family_support.deadlines.models import Deadline, Term
from family_support.deadlines.schedule import due_day
from family_support.ui.components import Badge, due_badge, hours_badge
from family_support.workdays.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class DueView:
    """A deadline ready to be shown. `level` is "", "soon" or "late"; `due_on` the local day that people are told."""

    deadline: Deadline
    badge: Badge
    level: str
    due_on: date | None
    at: str
    clause: str
    # An internal target whose clause does not already call it one.
    internal: bool

    @property
    def says_internal(self) -> bool:
        """Whether the clause itself says that the target is ours: once is enough."""
        return _("internal target").casefold() in self.clause.casefold()


def view(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> DueView:
    """How a deadline reads now, by the calendar of its Center."""
    due_on = due_day(deadline.due_at, calendar) if deadline.due_at else None
    badge = badge_of(deadline, now, calendar)
    level = ""
    if deadline.is_open:
        level = {"red": "late", "orange": "soon", "blue": "soon"}.get(badge.tone, "")
    return DueView(
        deadline=deadline,
        badge=badge,
        level=level,
        due_on=due_on,
        at=_until(deadline, calendar),
        clause=deadline.term.clause,
        internal=deadline.term.internal and not _says_so(deadline.term.clause),
    )


def _says_so(clause: str) -> bool:
    return str(_("internal target")).casefold() in clause.casefold()


def badge_of(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> Badge:
    """The coloured mark: time left, lateness, or how the term ended."""
    match deadline.state:
        case Deadline.State.MET:
            return Badge(pgettext("deadline", "met in time"), "green", "check", pill=True)
        case Deadline.State.MET_LATE:
            return Badge(pgettext("deadline", "met late"), "yellow", "clock", pill=True)
        case Deadline.State.CANCELLED:
            return Badge(pgettext("deadline", "cancelled"), "grey", pill=True)
    if deadline.due_at is None:
        return Badge(_("no date"), "grey", pill=True)
    if deadline.term.unit == Term.Unit.CLOCK_HOURS:
        return hours_badge(int((deadline.due_at - now).total_seconds() // 60))
    today, last = calendar.local_date(now), due_day(deadline.due_at, calendar)
    if now > deadline.due_at:
        # Late on the last day itself, or over a weekend, is late all the same.
        return due_badge(min(-calendar.working_days_between(last, today), -1))
    if last == today:
        return due_badge(0)
    return due_badge(max(calendar.working_days_between(today, last), 1))


def _until(deadline: Deadline, calendar: WorkCalendar) -> str:
    if deadline.due_at is None:
        return ""
    local = calendar.local(deadline.due_at)
    return "24:00" if not (local.hour or local.minute) else f"{local:%H:%M}"
