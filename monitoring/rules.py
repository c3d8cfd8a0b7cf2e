"""What R192 13–14 ask of a conclusion, R256 9 of the methodology unit; pure functions."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Conflict, Invalid
from monitoring.models import AnalyticNote, OutreachEvent, QuarterlyReport
from monitoring.quarters import Quarter

MIN_CONCLUSION = 50
# How soon an alarm is to be acknowledged: ours, R256 22 says "immediately".
ALARM_HOUR = timedelta(hours=1)


def check_state(report: QuarterlyReport, *allowed: str) -> None:
    """Errors: Conflict telling the state the report is in."""
    if report.state not in allowed:
        raise Conflict(
            "quarter_state",
            _("The report is already in the state “{state}”. Open it again.").format(
                state=report.get_state_display()
            ),
        )


def check_not_frozen(report: QuarterlyReport) -> None:
    """Figures freeze once (rules.md 6.15). Errors: Conflict telling where later entries go."""
    if report.is_frozen:
        raise Conflict(
            "quarter_frozen",
            _(
                "The figures of quarter {number}, {year} are frozen already. Later entries appear only as corrections."
            ).format(number=report.quarter, year=report.year),
        )


def check_quarter_over(quarter: Quarter, now: datetime) -> None:
    """Figures of a running quarter are not yet figures of the quarter. Errors: Conflict."""
    if now < quarter.ends_at:
        raise Conflict("quarter_runs", _("The quarter is not over yet: it can be signed after its last day."))


def check_conclusion(*, conclusion: str, shortcomings: int, none_found: bool) -> None:
    """A conclusion says something, and names shortcomings or explicitly none (R192 14). Errors: Invalid."""
    fields = {}
    if len(conclusion.strip()) < MIN_CONCLUSION:
        fields["conclusion"] = _("Write the conclusion, in at least 50 characters.")
    if not shortcomings and not none_found:
        fields["no_shortcomings"] = _("Name the shortcomings, or mark that none were found.")
    if shortcomings and none_found:
        fields["no_shortcomings"] = _("Shortcomings are named below: take the mark off, or remove them.")
    if fields:
        raise Invalid(fields=fields)


def check_shortcoming(*, text: str, proposal: str) -> None:
    """A shortcoming comes with a proposal to remedy it (R192 14). Errors: Invalid."""
    fields = {}
    if not text.strip():
        fields["text"] = _("Say what is wanting.")
    if not proposal.strip():
        fields["proposal"] = _("Propose how to remedy it.")
    if fields:
        raise Invalid(fields=fields)


MIN_REASON = 10


def check_dismissal(reason: str) -> str:
    """A figure beyond its threshold is set aside only with a reason. Errors: Invalid."""
    text = reason.strip()
    if len(text) < MIN_REASON:
        raise Invalid(fields={"reason": _("Write why this is not a shortcoming, in at least 10 characters.")})
    return text


def check_sent(report: QuarterlyReport, sent_states: Collection[str]) -> None:
    """Corrections are of what was sent (states.md). Errors: Conflict."""
    if report.state not in sent_states:
        raise Conflict(
            "quarter_not_sent",
            _("Only a quarter that was sent has corrections. This report is in the state “{state}”.").format(
                state=report.get_state_display()
            ),
        )


# Fewer Centers than this between two roundups, and their difference would be one Center's figures.
FEWEST_NEW = 2


def check_roundup(
    quarter: Quarter, now: datetime, sent: Collection[int], before: Collection[int] | None
) -> None:
    """A roundup adds up reports that were sent, and a later one brings at least two more Centers. Errors: Conflict."""
    check_quarter_over(quarter, now)
    if not sent:
        raise Conflict("roundup_empty", _("No Center has sent its report for this quarter yet."))
    if before is not None and len(set(sent) - set(before)) < FEWEST_NEW:
        raise Conflict(
            "roundup_too_close",
            _(
                "At least two more Centers must have sent their reports: the difference between two roundups would "
                "show the figures of one."
            ),
        )


# Events and notes (R256 9)

MIN_NOTE = 100


def check_event(topic: str, place: str) -> None:
    """An event has a topic and a place. Errors: Invalid."""
    fields = {}
    if not topic.strip():
        fields["topic"] = _("Write the topic.")
    if not place.strip():
        fields["place"] = _("Write where it takes place.")
    if fields:
        raise Invalid(fields=fields)


def check_event_open(event: OutreachEvent) -> None:
    """Errors: Conflict for an event that was held or cancelled."""
    if event.state != OutreachEvent.State.PLANNED:
        raise Conflict(
            "event_closed",
            _("The event is already in the state “{state}”.").format(state=event.get_state_display()),
        )


def check_attendance(*, participants: int, starts_at: datetime, now: datetime) -> None:
    """An event is held after it began, and somebody came. Errors: Conflict before that, Invalid."""
    if starts_at > now:
        raise Conflict("event_ahead", _("The event has not begun yet: mark it as held afterwards."))
    if participants < 1:
        raise Invalid(
            fields={"participants": _("Give the number of participants; nobody came: cancel the event.")}
        )


def check_cancellation(reason: str) -> str:
    """Errors: Invalid without a reason."""
    text = reason.strip()
    if len(text) < MIN_REASON:
        raise Invalid(fields={"reason": _("Write why the event is cancelled, in at least 10 characters.")})
    return text


def check_note(title: str, text: str) -> None:
    """A note says something. Errors: Invalid."""
    fields = {}
    if not title.strip():
        fields["title"] = _("Write the title.")
    if len(text.strip()) < MIN_NOTE:
        fields["text"] = _("Write the note, in at least 100 characters.")
    if fields:
        raise Invalid(fields=fields)


def check_note_open(note: AnalyticNote) -> None:
    """Errors: Conflict for a note that was sent."""
    if note.state != AnalyticNote.State.DRAFT:
        raise Conflict("note_sent", _("The note was sent and stays as it is."))
