"""What a due date looks like: level, time left in working days or hours, clause. For templates and rows of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from family_support.deadlines.models import Deadline, Term
from family_support.deadlines.schedule import due_day
from family_support.ui.components import Badge, Tone, due_badge, hours_badge
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.countdown import Countdown, countdown

# Farther away than this many working days, hours say nothing.
HOURS_WITHIN = 3
# Up to so many working days before its end a term stands out.
SOON = 2


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
    return left_badge(deadline.due_at, now, calendar)


def left_badge(due_at: datetime, now: datetime, calendar: WorkCalendar) -> Badge:
    """Working days and hours until a due moment, or the lateness, as a badge."""
    left = countdown(due_at, now, calendar)
    if left.late:
        return _late(left)
    today, last = calendar.local_date(now), due_day(due_at, calendar)
    if left.is_zero:
        # The office is closed until then: a body has until 24:00, a stay ends on a day off.
        clock = hours_badge(int((due_at - now).total_seconds() // 60))
        return Badge(clock.text, "orange" if last == today else clock.tone, pill=True)
    time = _amount(left)
    if last == today:
        return Badge(_("today, %(time)s left") % {"time": time}, "orange", pill=True)
    tone: Tone = "blue" if calendar.working_days_between(today, last) <= SOON else "grey"
    return Badge(_("%(time)s left") % {"time": time}, tone, pill=True)


def _late(since: Countdown) -> Badge:
    if since.days:
        return due_badge(-since.days)
    if since.hours:
        text = ngettext(
            "overdue by %(hours)d working hour", "overdue by %(hours)d working hours", since.hours
        )
        return Badge(text % {"hours": since.hours}, "red", pill=True)
    # Late over a night or a weekend, or by minutes, is late all the same.
    return Badge(_("overdue"), "red", pill=True)


def _amount(left: Countdown) -> str:
    days = ngettext("%(days)d working day", "%(days)d working days", left.days) % {"days": left.days}
    hours = ngettext("%(hours)d hour", "%(hours)d hours", left.hours) % {"hours": left.hours}
    if left.days:
        return f"{days} {hours}" if left.hours and left.days < HOURS_WITHIN else days
    return hours if left.hours else _("%(minutes)d min") % {"minutes": max(left.minutes, 1)}


def _until(deadline: Deadline, calendar: WorkCalendar) -> str:
    if deadline.due_at is None:
        return ""
    local = calendar.local(deadline.due_at)
    return "24:00" if not (local.hour or local.minute) else f"{local:%H:%M}"
