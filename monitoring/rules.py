"""What R192 13–14 ask of a conclusion; pure functions."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Conflict, Invalid
from monitoring.models import QuarterlyReport
from monitoring.quarters import Quarter

MIN_CONCLUSION = 50


def check_state(report: QuarterlyReport, *allowed: str) -> None:
    """Errors: Conflict telling the state the report is in."""
    if report.state not in allowed:
        raise Conflict(
            "quarter_state",
            _("The report is already in the state “{state}”. Open it again.").format(
                state=report.get_state_display()
            ),
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
