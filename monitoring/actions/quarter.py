"""The quarter of a Center: opened by itself, computed, concluded, signed, sent, received."""

from datetime import datetime, timedelta
from itertools import product

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Invalid
from family_support.base.models import check_version
from family_support.deadlines.actions import meet, open_deadline
from family_support.directory.models import Center
from family_support.documents.models import Rendering
from family_support.documents.renderings import request_rendering
from family_support.outbox.events import emit
from monitoring.actions.locking import lock_report
from monitoring.actions.shortcomings import propose
from monitoring.corrections import keys_of
from monitoring.indicators import compute, gather_all, tables
from monitoring.models import FrozenRecords, QuarterlyReport
from monitoring.permissions import check_can_draw_up, check_can_read, check_can_receive, check_can_sign
from monitoring.quarters import Quarter
from monitoring.rules import check_conclusion, check_not_frozen, check_quarter_over, check_state
from monitoring.suppression import suppress

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
        report = lock_report(report, by, check_can_draw_up)
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
        report = lock_report(report, by, check_can_draw_up)
        check_version(report, expected_version)
        check_state(report, QuarterlyReport.State.DRAFT)
        report.conclusion, report.no_shortcomings = conclusion, no_shortcomings
        report.bump()
        report.save()
    return report


def sign_quarter(
    *, report: QuarterlyReport, expected_version: int | None, by: Actor, now: datetime
) -> QuarterlyReport:
    """The director signs: figures are counted a last time and freeze, with the keys of the records behind them.

    Errors: Missing, Forbidden, Invalid, Conflict (a quarter freezes once).
    """
    with acting(by):
        report = lock_report(report, by, check_can_sign)
        check_not_frozen(report)
        check_version(report, expected_version)
        check_state(report, QuarterlyReport.State.DRAFT)
        check_quarter_over(quarter_of(report), now)
        check_conclusion(
            conclusion=report.conclusion,
            shortcomings=report.shortcomings.count(),
            none_found=report.no_shortcomings,
        )
        gathered = gather_all(report.center, quarter_of(report))
        report.figures = compute(report.center, quarter_of(report), gathered)
        report.computed_at = now
        report.sign()
        report.signed_at, report.signed_by_id = now, by.membership_id
        report.bump()
        report.save()
        FrozenRecords.objects.create(report=report, records=keys_of(gathered))
    return report


def send_quarter(
    *, report: QuarterlyReport, expected_version: int | None, by: Actor, now: datetime
) -> QuarterlyReport:
    """Send the conclusion to the authorized body: meets the target, and its files are made (R192 14).

    Errors: Missing, Forbidden, Conflict.
    """
    with acting(by):
        report = lock_report(report, by, check_can_sign)
        check_version(report, expected_version)
        check_state(report, QuarterlyReport.State.SIGNED)
        report.send()
        report.sent_at = now
        report.shown = {
            table.code: [row.as_json() for row in table.rows] for table in suppress(tables(report.figures))
        }
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
        report = lock_report(report, by, check_can_receive)
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
        report = lock_report(report, by, check_can_read)
        if file_format not in Rendering.Format.values or language not in dict(settings.LANGUAGES):
            raise Invalid(fields={"file_format": _("Choose a format and a language.")})
        subject = SUBJECT if by.center_id else SENT_SUBJECT
        return request_rendering(
            subject=(subject, report.pk), file_format=file_format, language=language, by=by, now=now
        )


def _compute(report: QuarterlyReport, now: datetime) -> None:
    gathered = gather_all(report.center, quarter_of(report))
    report.figures, report.computed_at = compute(report.center, quarter_of(report), gathered), now
    if report.state == QuarterlyReport.State.COMPUTING:
        report.draw_up()
    report.save()
    propose(report, gathered)
