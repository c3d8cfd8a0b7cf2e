"""Papers made at once in the language asked for: intake slip, letter of redirection, how a date came about."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.models import Case, Consultation, Intake
from cases.queries import shown_family
from cases.readings import readings_of
from family_support.access.subjects import case_lines, told_of
from family_support.base.actor import Actor
from family_support.deadlines.badges import view
from family_support.deadlines.explanation import explained, why
from family_support.deadlines.models import Deadline
from family_support.deadlines.queries import for_subject, reads_behind
from family_support.documents.render import render_pdf
from family_support.workdays.queries import load_calendar


def chosen_language(wanted: str) -> str:
    """The language asked for if it is one of ours, else the active one."""
    codes = {code for code, _name in settings.LANGUAGES}
    return wanted if wanted in codes else (get_language() or "ru")[:2]


def promised_terms(intake: Intake) -> list[Deadline]:
    """What the law promised the sender when the intake was registered, whatever became of it since; the Center's own
    targets are no promise."""
    rows = for_subject(("cases.intake", intake.pk))
    return [row for row in rows if row.due_at is not None and not row.term.internal]


def intake_slip_pdf(intake: Intake, wanted: str, *, as_given: bool = False) -> bytes:
    """Number, code, date, Center, and what follows until when; nobody is named. `as_given` tells what was promised
    then, else what of it is still to come."""
    language = chosen_language(wanted)
    terms = [row for row in promised_terms(intake) if as_given or row.is_open]
    with translation.override(language):
        title = _("Slip of intake {number}").format(number=intake.number)
        lines = [(row, why(row)) for row in terms]
    calendar = load_calendar(center=intake.center)
    hours = calendar.hours_of(calendar.local_date(intake.registered_at or intake.received_at))
    context = {"intake": intake, "terms": lines, "hours": hours}
    return render_pdf("pdf/intake_slip.html", context, language, title=title)


def deadline_pdf(deadline: Deadline, actor: Actor, now: datetime, wanted: str) -> bytes:
    """How a due date came about, as its page says it: for who sees the deadline."""
    language = chosen_language(wanted)
    calendar = load_calendar(center=deadline.center)
    reads = bool(reads_behind(actor, [deadline]))
    with translation.override(language):
        title = _("How this date came about")
        context = {
            "deadline": deadline,
            "due": view(deadline, now, calendar),
            "told": explained(deadline, now, calendar),
            "reason": deadline.reason_told if reads else "",
            "body": deadline.agency.name if reads and deadline.agency else "",
            "tellings": told_of(("deadlines.deadline", deadline.pk), actor),
            "case": case_lines([deadline.case_id], actor).get(deadline.case_id) if deadline.case_id else None,
            "now": now,
        }
    return render_pdf("pdf/deadline.html", context, language, title=title)


def redirection_pdf(entry: Consultation, wanted: str) -> bytes:
    """The letter to the body: who is redirected, why, and whom to call; the narrative stays in the case."""
    language = chosen_language(wanted)
    with translation.override(language):
        title = _("Redirection under intake {number}").format(number=entry.intake.number)
    context = {
        "entry": entry,
        "intake": entry.intake,
        "person": entry.intake.applicant,
        "center": entry.case.center,
    }
    return render_pdf("pdf/redirection.html", context, language, title=title)


def file_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF as a download that stays in no cache."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def readings_pdf(case: Case, actor: Actor, now: datetime, wanted: str) -> bytes:
    """Who looked into a case, on paper; the family by its initials for who does not read the case."""
    language = chosen_language(wanted)
    with translation.override(language):
        title = _("Who read this case")
        context = {
            "case": case,
            "family": shown_family(case, actor),
            "rows": readings_of(case, now),
            "now": now,
        }
        return render_pdf("pdf/readings.html", context, language, title=title)
