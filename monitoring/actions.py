"""The quarter of a Center: opened by itself, computed, concluded, signed, sent, received."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Invalid, Missing
from family_support.base.models import check_version
from family_support.deadlines.actions import meet, open_deadline
from family_support.directory.models import Agency, Center
from family_support.documents.models import Rendering
from family_support.documents.renderings import request_rendering
from family_support.outbox.events import emit
from monitoring.indicators import compute
from monitoring.models import QuarterlyReport, Shortcoming
from monitoring.permissions import check_can_draw_up, check_can_read, check_can_receive, check_can_sign
from monitoring.quarters import Quarter
from monitoring.rules import check_conclusion, check_quarter_over, check_shortcoming, check_state

SUBJECT = "monitoring.quarterlyreport"
# The same report as it leaves the Center: small figures hidden.
SENT_SUBJECT = "monitoring.quarterlyreport.sent"
# Made when a report is sent; English is made when somebody asks.
STATE_LANGUAGES = ("kk", "ru")


def quarter_of(report: QuarterlyReport) -> Quarter:
    return Quarter(report.year, report.quarter)


def open_quarter(*, center: Center, quarter: Quarter, by: Actor, now: datetime) -> QuarterlyReport:
    """The report of a quarter that ended, with its term and its first figures; opening again changes nothing.

    Errors: Conflict while the quarter still runs.
    """
    check_quarter_over(quarter, now)
    with acting(by):
        report, created = QuarterlyReport.objects.get_or_create(
            center=center, year=quarter.year, quarter=quarter.number
        )
        if created:
            open_deadline(
                term="quarterly_conclusion",
                started_at=quarter.ends_at - timedelta(seconds=1),
                by=by,
                now=now,
                center=center,
                case_id=None,
                subject=(SUBJECT, report.pk),
            )
            _compute(report, now)
    return report


def compute_figures(*, report: QuarterlyReport, by: Actor, now: datetime) -> QuarterlyReport:
    """Count again from the records, while the report is a draft. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        report = _lock(report, by, check_can_draw_up)
        check_state(report, QuarterlyReport.State.COMPUTING, QuarterlyReport.State.DRAFT)
        _compute(report, now)
    return report


def write_conclusion(
    *,
    report: QuarterlyReport,
    conclusion: str,
    no_shortcomings: bool,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> QuarterlyReport:
    """Save the conclusion's text and whether shortcomings were found. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        report = _lock(report, by, check_can_draw_up)
        check_version(report, expected_version)
        check_state(report, QuarterlyReport.State.DRAFT)
        report.conclusion, report.no_shortcomings = conclusion, no_shortcomings
        report.bump()
        report.save()
    return report


def add_shortcoming(
    *, report: QuarterlyReport, agency: Agency | None, text: str, proposal: str, by: Actor, now: datetime
) -> Shortcoming:
    """Name a shortcoming with its proposal (R192 14); the body is one of the Center's district.

    Errors: Missing, Forbidden, Conflict, Invalid.
    """
    with acting(by):
        report = _lock(report, by, check_can_draw_up)
        check_state(report, QuarterlyReport.State.DRAFT)
        check_shortcoming(text=text, proposal=proposal)
        if agency is not None and agency.district_id != report.center.district_id:
            raise Invalid(fields={"agency": _("Choose a body of the Center’s district.")})
        if report.no_shortcomings:
            report.no_shortcomings = False
            report.save(update_fields=["no_shortcomings"])
        return Shortcoming.objects.create(
            report=report, agency=agency, text=text, proposal=proposal, order=report.shortcomings.count() + 1
        )


def remove_shortcoming(*, shortcoming: Shortcoming, by: Actor, now: datetime) -> None:
    """Take a shortcoming out of the draft. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        report = _lock(shortcoming.report, by, check_can_draw_up)
        check_state(report, QuarterlyReport.State.DRAFT)
        shortcoming.delete()


def sign_quarter(
    *, report: QuarterlyReport, expected_version: int | None, by: Actor, now: datetime
) -> QuarterlyReport:
    """The director signs: figures are counted a last time and freeze. Errors: Missing, Forbidden, Conflict, Invalid."""
    with acting(by):
        report = _lock(report, by, check_can_sign)
        check_version(report, expected_version)
        check_state(report, QuarterlyReport.State.DRAFT)
        check_quarter_over(quarter_of(report), now)
        check_conclusion(
            conclusion=report.conclusion,
            shortcomings=report.shortcomings.count(),
            none_found=report.no_shortcomings,
        )
        report.figures, report.computed_at = compute(report.center, quarter_of(report)), now
        report.sign()
        report.signed_at, report.signed_by_id = now, by.membership_id
        report.bump()
        report.save()
    return report


def send_quarter(
    *, report: QuarterlyReport, expected_version: int | None, by: Actor, now: datetime
) -> QuarterlyReport:
    """Send the conclusion to the authorized body: meets the target, and its files are made (R192 14).

    Errors: Missing, Forbidden, Conflict.
    """
    with acting(by):
        report = _lock(report, by, check_can_sign)
        check_version(report, expected_version)
        check_state(report, QuarterlyReport.State.SIGNED)
        report.send()
        report.sent_at = now
        report.bump()
        report.save()
        meet(terms=("quarterly_conclusion",), subject=(SUBJECT, report.pk), by=by, now=now)
        emit("quarter.sent", report_id=report.pk)
        for language, file_format in product(STATE_LANGUAGES, Rendering.Format):
            request_rendering(
                subject=(SENT_SUBJECT, report.pk), file_format=file_format, language=language, by=by, now=now
            )
    return report


def receive_quarter(*, report: QuarterlyReport, by: Actor, now: datetime) -> QuarterlyReport:
    """The authorized body opened it for the first time; later openings change nothing. Errors: Forbidden, Missing."""
    with acting(by):
        report = _lock(report, by, check_can_receive)
        if report.state == QuarterlyReport.State.SENT:
            report.receive()
            report.received_at, report.received_by_id = now, by.membership_id
            report.bump()
            report.save()
    return report


def request_file(
    *, report: QuarterlyReport, file_format: str, language: str, by: Actor, now: datetime
) -> Rendering:
    """Have one file made in the background: the Center's own, or the one that leaves it. Errors: Missing, Invalid."""
    with acting(by):
        report = _lock(report, by, check_can_read)
        if file_format not in Rendering.Format.values or language not in dict(settings.LANGUAGES):
            raise Invalid(fields={"file_format": _("Choose a format and a language.")})
        subject = SUBJECT if by.center_id else SENT_SUBJECT
        return request_rendering(
            subject=(subject, report.pk), file_format=file_format, language=language, by=by, now=now
        )


def _lock(
    report: QuarterlyReport, by: Actor, check: Callable[[Actor, QuarterlyReport], None]
) -> QuarterlyReport:
    """The report locked for a change that `check` lets the actor make. Errors: Forbidden, Missing."""
    found = (
        QuarterlyReport.objects.select_for_update(of=("self",))
        .select_related("center")
        .filter(pk=report.pk)
        .first()
    )
    if found is None:
        raise Missing()
    check(by, found)
    return found


def _compute(report: QuarterlyReport, now: datetime) -> None:
    report.figures, report.computed_at = compute(report.center, quarter_of(report)), now
    if report.state == QuarterlyReport.State.COMPUTING:
        report.draw_up()
    report.save()
