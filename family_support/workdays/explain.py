"""Say how a date came about: a structure to keep with a deadline, and its sentences in the active language.

The structure is plain JSON, so that what was explained once can be read out later whatever the calendar has become.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from family_support.workdays.calendar import ALMATY, Reason, Step, WorkCalendar

FORM = 1


def step_as_json(step: Step) -> dict[str, Any]:
    """One day walked over, with its reason, its names in three languages and the order behind it."""
    row: dict[str, Any] = {"date": step.date.isoformat(), "reason": step.reason.value}
    if step.day is not None:
        row["names"] = dict(step.day.names._asdict())
        row["order_number"] = step.day.order_number
        row["order_date"] = step.day.order_date.isoformat() if step.day.order_date else None
        row["moved_from"] = step.day.moved_from.isoformat() if step.day.moved_from else None
        row["estimated"] = step.day.estimated
    return row


def explain(
    *,
    calendar: WorkCalendar,
    unit: str,
    length: int | None,
    started_at: datetime,
    due_on: date | None,
    due_at: datetime | None,
    steps: Iterable[Step] = (),
    set_date: date | None = None,
    rolled_from: date | None = None,
    keeps_last_day: bool = False,
    until_closing: bool = True,
) -> dict[str, Any]:
    """How a term that began at `started_at` came to end at `due_at`.

    `steps` are the days walked over; `set_date` is the date a document set; `rolled_from` is the last day that was not
    working (Civil Code 175); `keeps_last_day` says that the last day stays even so; `until_closing` tells a Center's
    closing hour from a body's 24:00.
    """
    walked = tuple(steps)
    closes = calendar.hours_of(due_on)[1] if due_on else calendar.closes
    return {
        "form": FORM,
        "calendar_version": calendar.version,
        "unit": unit,
        "length": length,
        "started_at": started_at.isoformat(),
        "day_zero": calendar.local_date(started_at).isoformat(),
        "set_date": set_date.isoformat() if set_date else None,
        "counted": [step_as_json(step) for step in walked if step.counted],
        "skipped": [step_as_json(step) for step in walked if not step.counted],
        "rolled_from": rolled_from.isoformat() if rolled_from else None,
        "keeps_last_day": keeps_last_day,
        "closes": closes.strftime("%H:%M") if until_closing else None,
        "due_on": due_on.isoformat() if due_on else None,
        "due_at": due_at.isoformat() if due_at else None,
    }


def sentences(explanation: Mapping[str, Any]) -> list[str]:
    """The explanation in the active language, a sentence a line; empty for an empty one."""
    if not explanation:
        return []
    lines = [_start(explanation), _term(explanation)]
    if explanation["counted"]:
        days = ", ".join(counted_line(row) for row in explanation["counted"])
        lines.append(_("Counted: %(days)s.") % {"days": days})
    if explanation["rolled_from"]:
        lines.append(
            _(
                "The last day, %(day)s, is not a working one: the term ends on the next that is (Civil Code, art. 175)."
            )
            % {"day": _day(explanation["rolled_from"])}
        )
    lines += [_("Not counted: %(day)s") % {"day": skipped_line(row)} for row in explanation["skipped"]]
    lines += _end(explanation)
    lines.append(_("Calendar version: %(number)s.") % {"number": explanation["calendar_version"]})
    return [line for line in lines if line]


def _start(explanation: Mapping[str, Any]) -> str:
    began = datetime.fromisoformat(explanation["started_at"]).astimezone(ALMATY)
    values = {"moment": f"{_day(began.date())}, {began:%H:%M}"}
    if explanation["unit"] == "clock_hours":
        return _("The term runs from %(moment)s, by the clock.") % values
    if explanation["set_date"]:
        return _("It began on %(moment)s.") % values
    return _("It began on %(moment)s; that day is not counted (Civil Code, art. 173).") % values


def _term(explanation: Mapping[str, Any]) -> str:
    length = explanation["length"]
    match explanation["unit"]:
        case "working_days":
            return ngettext("Term: %(n)s working day.", "Term: %(n)s working days.", length) % {"n": length}
        case "clock_hours":
            return ngettext(
                "Term: %(n)s hour; nights, weekends and holidays count.",
                "Term: %(n)s hours; nights, weekends and holidays count.",
                length,
            ) % {"n": length}
        case "months":
            return ngettext(
                "Term: %(n)s month, to the same date (Civil Code, art. 174).",
                "Term: %(n)s months, to the same date (Civil Code, art. 174).",
                length,
            ) % {"n": length}
        case "service" if length and not explanation["set_date"]:
            return ngettext(
                "Term of the service by the register: %(n)s working day.",
                "Term of the service by the register: %(n)s working days.",
                length,
            ) % {"n": length}
        case "date" | "service" if explanation["set_date"]:
            return _("The date is set: %(day)s.") % {"day": _day(explanation["set_date"])}
        case _:
            return _("The law sets no term.")


def _end(explanation: Mapping[str, Any]) -> list[str]:
    if not explanation["due_at"]:
        return []
    lines = []
    if explanation["keeps_last_day"]:
        lines.append(_("The last day stays even when it is not a working one."))
    if explanation["unit"] == "clock_hours":
        due = datetime.fromisoformat(explanation["due_at"]).astimezone(ALMATY)
        lines.append(_("Due by %(time)s on %(day)s.") % {"time": f"{due:%H:%M}", "day": _day(due.date())})
    elif explanation["closes"]:
        lines.append(
            _("Due by %(time)s, the Center's closing hour, on %(day)s.")
            % {"time": explanation["closes"], "day": _day(explanation["due_on"])}
        )
    else:
        lines.append(_("Due by 24:00 on %(day)s.") % {"day": _day(explanation["due_on"])})
    return lines


def why_line(explanation: Mapping[str, Any], event: str = "") -> str:
    """The whole story in one line for papers: event and moment, length, days not counted; empty for no end."""
    if not explanation or not explanation["due_at"]:
        return ""
    began = datetime.fromisoformat(explanation["started_at"]).astimezone(ALMATY)
    moment = f"{date_format(began.date(), 'd.m.Y')} {began:%H:%M}"
    parts = [f"{event} {moment}" if event else moment, _term(explanation).rstrip(".")]
    if explanation["rolled_from"]:
        day = date_format(date.fromisoformat(explanation["rolled_from"]), "d.m.Y")
        parts.append(_("%(day)s is not a working day") % {"day": day})
    if explanation["skipped"]:
        parts.append(_("not counted: %(days)s") % {"days": _spans(explanation["skipped"])})
    return "; ".join(part[:1].lower() + part[1:] for part in parts)


def _spans(rows: Iterable[Mapping[str, Any]]) -> str:
    """07.05, 09.05–11.05: days in a row as one span."""
    spans: list[list[date]] = []
    for row in rows:
        day = date.fromisoformat(row["date"])
        if spans and (day - spans[-1][1]).days == 1:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return ", ".join(
        f"{first:%d.%m}" if first == last else f"{first:%d.%m}–{last:%d.%m}" for first, last in spans
    )


def skipped_line(row: Mapping[str, Any]) -> str:
    """A day that was not counted, and why, in the active language."""
    values = {"day": _day(row["date"]), "name": _name(row), "order": _order(row), "from": _from(row)}
    match Reason(row["reason"]):
        case Reason.WEEKEND:
            return _("%(day)s, a rest day of the week.") % values
        case Reason.HOLIDAY if row.get("estimated"):
            return _("%(day)s, a holiday: %(name)s (an estimated date, not yet confirmed).") % values
        case Reason.HOLIDAY:
            return _("%(day)s, a holiday: %(name)s.") % values
        case Reason.MOVED_HOLIDAY:
            return (
                _("%(day)s, a day off: “%(name)s” of %(from)s fell on a rest day (Law on holidays, art. 5).")
                % values
            )
        case Reason.TRANSFERRED_OUT:
            return _("%(day)s, a day off transferred from %(from)s by order %(order)s.") % values
        case Reason.CLOSURE:
            return _("%(day)s, closed by order %(order)s: %(name)s.") % values
        case _:
            return f"{values['day']}."


def counted_line(row: Mapping[str, Any]) -> str:
    """A day that was counted, with the order that made it a working one, in the active language."""
    if row["reason"] == Reason.TRANSFERRED_IN:
        return _("%(day)s (made a working day by order %(order)s)") % {
            "day": _day(row["date"]),
            "order": _order(row),
        }
    return _day(row["date"])


def _day(day: date | str) -> str:
    value = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{date_format(value, 'd.m.Y')} ({date_format(value, 'D').lower()})"


def _from(row: Mapping[str, Any]) -> str:
    return date_format(date.fromisoformat(row["moved_from"]), "d.m.Y") if row.get("moved_from") else "—"


def _name(row: Mapping[str, Any]) -> str:
    names = row.get("names") or {}
    return names.get((get_language() or "ru")[:2]) or names.get("ru", "")


def _order(row: Mapping[str, Any]) -> str:
    number = row.get("order_number") or "—"
    if row.get("order_date"):
        return _("%(number)s of %(date)s") % {
            "number": number,
            "date": date_format(date.fromisoformat(row["order_date"]), "d.m.Y"),
        }
    return number
