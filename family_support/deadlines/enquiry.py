"""What an inspector asks of a date: by which term, from when, in which Center; answered as the product counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from family_support.deadlines.models import Term
from family_support.deadlines.schedule import BEGINS_AT_REGISTRATION, due, levels
from family_support.directory.models import Center
from family_support.workdays.calendar import (
    ALMATY,
    CLOSES,
    OPENS,
    OutsideCalendar,
    WorkCalendar,
    effective_registration,
)
from family_support.workdays.explain import counted_line, sentences, skipped_line
from family_support.workdays.models import CalendarVersion
from family_support.workdays.queries import load_calendar

MOST_DAYS = 1000
# Its length stands in the register of state services: `--days` gives it beside the term (R192 10).
SERVICE_TERM = "state_service"
SET_BY_DATE = (Term.Unit.DATE, Term.Unit.SERVICE)


class Refused(ValueError):
    """What was asked cannot be answered; the text says why, in the active language."""


@dataclass(slots=True)
class Days:
    """Working days without a term of law: counted as the Center counts its own."""

    length: int | None
    code: str = ""
    unit: str = "working_days"
    acts_for: str = "center"
    warnings: Sequence[Mapping[str, Any]] = ()
    escalation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """As it was typed. `immediate` tells of a threat or violence: registered the moment it arrives (rules.md 6.2)."""

    moment: str
    term: str = ""
    days: str = ""
    center: str = ""
    due_on: str = ""
    immediate: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """When it ends, and how that came about."""

    rule: Term | Days
    center: Center | None
    asked: datetime
    started_at: datetime
    due_at: datetime | None
    explanation: dict[str, Any]
    levels: list[tuple[str, datetime]]

    @property
    def term(self) -> Term | None:
        return self.rule if isinstance(self.rule, Term) else None

    @property
    def moved_start(self) -> bool:
        """Asked at a moment at which nothing is registered: the term begins later."""
        return self.started_at != self.asked


def answer(question: Question) -> Answer:
    """The end of the term that began at a moment, with the explanation that the product would store.

    Errors: Refused.
    """
    by_register = question.term == SERVICE_TERM and question.days
    if bool(question.term) == bool(question.days) and not by_register:
        raise Refused(_("Give either a term or a number of working days."))
    asked = _moment(question.moment)
    center = _center(question.center)
    calendar = _calendar(center)
    try:
        day = calendar.local_date(asked)
        rule = _term(question.term, day) if question.term else Days(_days(question.days))
        started_at = asked
        if rule.code in BEGINS_AT_REGISTRATION:
            started_at = effective_registration(asked, calendar, question.immediate)
            rule = _term(question.term, calendar.local_date(started_at))
        days = _days(question.days) if by_register else None
        due_on = None if by_register and not question.due_on else _due_on(question.due_on, rule, day)
        ends = due(rule, started_at, due_on, calendar, days)
        reached = levels(rule, started_at, ends.due_at, calendar) if isinstance(rule, Term) else []
    except (OutsideCalendar, OverflowError) as error:
        raise Refused(
            _("The calendar covers the years %(first)s to %(last)s: a date beyond them is not guessed.")
            % {"first": calendar.first.year, "last": calendar.last.year}
        ) from error
    return Answer(rule, center, asked, started_at, ends.due_at, ends.explanation, reached)


def _moment(text: str) -> datetime:
    if not text:
        raise Refused(_("Say from which moment, as in 2026-05-06T10:00+05:00."))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            _("“%(text)s” is no moment of the calendar. Write it as in 2026-05-06T10:00+05:00.")
            % {"text": text}
        ) from error
    if moment.tzinfo is None:
        raise Refused(_("Give the moment with its time zone, as in 2026-05-06T10:00+05:00."))
    return moment


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_DAYS):
        raise Refused(_("The number of working days is a whole number from 1 to %(n)s.") % {"n": MOST_DAYS})
    return int(text)


def _center(code: str) -> Center | None:
    if not code:
        return None
    found = Center.objects.with_place().filter(code=code).first()
    if found is None:
        raise Refused(_("There is no Center with the code “%(code)s”.") % {"code": code})
    return found


def _calendar(center: Center | None) -> WorkCalendar:
    try:
        return load_calendar(center=center)
    except CalendarVersion.DoesNotExist as error:
        raise Refused(_("There is no calendar yet: load the reference data first.")) from error


def _term(code: str, day: date) -> Term:
    try:
        return Term.objects.in_force(code, day)
    except Term.DoesNotExist as error:
        rows = Term.objects.filter(code=code).order_by("valid_from")
        first = rows.values_list("valid_from", flat=True).first()
        if first is None:
            known = ", ".join(sorted(set(Term.objects.values_list("code", flat=True))))
            raise Refused(
                _("There is no term “%(code)s”. The terms are: %(known)s.") % {"code": code, "known": known}
            ) from error
        raise Refused(
            _("The term “%(code)s” was not in force on %(day)s: its first wording is of %(first)s.")
            % {"code": code, "day": _d(day), "first": _d(first)}
        ) from error


def _due_on(text: str, rule: Term | Days, started: date) -> date | None:
    dated = rule.unit in SET_BY_DATE
    if not text:
        if dated:
            raise Refused(_("This term ends on a date of its own: give it with --due-on."))
        return None
    if not dated:
        raise Refused(_("This term is counted: it takes no --due-on."))
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            _("“%(text)s” is no day of the calendar. Write it as in 2026-05-12.") % {"text": text}
        ) from error
    if day < started:
        raise Refused(_("The date lies before the beginning of the term."))
    return day


def as_json(found: Answer) -> dict[str, Any]:
    """The answer for programs: moments in the zone of the Center, days with the code and the words of the reason."""
    told, term = found.explanation, found.term
    return {
        "term": term.code if term else None,
        "name": term.name if term else None,
        "clause": term.clause if term else None,
        "act": term.act if term else None,
        "internal": term.internal if term else None,
        "unit": found.rule.unit,
        "length": found.rule.length or told["length"],
        "center": found.center.code if found.center else None,
        "from": _iso(found.asked),
        "started_at": _iso(found.started_at),
        "day_zero": told["day_zero"],
        "due_on": told["due_on"],
        "due_at": _iso(found.due_at),
        "calendar_version": told["calendar_version"],
        "counted": [{**row, "why": counted_line(row)} for row in told["counted"]],
        "skipped": [{**row, "why": skipped_line(row)} for row in told["skipped"]],
        "set_date": told["set_date"],
        "rolled_from": told["rolled_from"],
        "keeps_last_day": told["keeps_last_day"],
        "levels": [{"level": level, "at": _iso(moment)} for level, moment in found.levels],
        "sentences": told_lines(found),
    }


def as_text(found: Answer) -> str:
    """The answer for people, a sentence a line."""
    head = []
    if found.term is not None:
        head.append(f"{found.term.name} ({found.term.code})")
        internal = [_("internal target")] if found.term.internal else []
        head.append(", ".join([part for part in (found.term.clause, found.term.act) if part] + internal))
    head.append(str(found.center.name) if found.center else _national())
    return "\n".join([*head, *told_lines(found)])


def _national() -> str:
    return _("The country's calendar, with the hours %(opens)s–%(closes)s.") % {
        "opens": f"{OPENS:%H:%M}",
        "closes": f"{CLOSES:%H:%M}",
    }


def told_lines(found: Answer) -> list[str]:
    """How the date came about, with what a moment outside the Center's hours means (rules.md 6.2)."""
    lines = sentences(found.explanation)
    if found.moved_start:
        text = _(
            "%(asked)s lies outside the Center's hours: what arrives then counts as registered on %(start)s."
        )
        lines.insert(0, text % {"asked": _m(found.asked), "start": _m(found.started_at)})
    return lines


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(ALMATY).isoformat() if moment else None


def _d(day: date) -> str:
    return date_format(day, "d.m.Y")


def _m(moment: datetime) -> str:
    local = moment.astimezone(ALMATY)
    return f"{_d(local.date())} ({date_format(local.date(), 'D').lower()}), {local:%H:%M}"
