"""Shortcomings of a draft: proposed from its figures, accepted, dismissed, named by hand, removed (R192 14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid
from family_support.base.rows import one
from family_support.directory.models import Agency
from monitoring.actions.locking import lock_report
from monitoring.counting import Gathered
from monitoring.models import ProposedShortcoming, QuarterlyReport, Shortcoming
from monitoring.permissions import check_can_draw_up
from monitoring.proposals import findings
from monitoring.quarters import Quarter
from monitoring.rules import check_dismissal, check_shortcoming, check_state

State = ProposedShortcoming.State


def propose(report: QuarterlyReport, gathered: Mapping[str, Gathered]) -> None:
    """Write what the figures show, inside the caller's transaction; what somebody decided stays decided."""
    kept = {(row.rule, row.agency_id, row.detail): row for row in report.proposals.all()}
    found = set()
    for finding in findings(gathered, report.center, Quarter(report.year, report.quarter)):
        key = finding.rule, finding.agency_id, finding.detail
        found.add(key)
        row = kept.get(key) or ProposedShortcoming(
            report=report, rule=finding.rule, agency_id=finding.agency_id, detail=finding.detail
        )
        if row.state != State.PROPOSED:
            continue
        row.count, row.whole, row.threshold = finding.count, finding.whole, finding.threshold
        row.records = finding.cases
        row.save()
    gone = [row.pk for key, row in kept.items() if key not in found and row.state == State.PROPOSED]
    report.proposals.filter(pk__in=gone).delete()


def add_shortcoming(
    *, report: QuarterlyReport, agency: Agency | None, text: str, proposal: str, by: Actor, now: datetime
) -> Shortcoming:
    """Name a shortcoming with its proposal (R192 14); the body is one of the Center's district.

    Errors: Missing, Forbidden, Conflict, Invalid.
    """
    with acting(by):
        report = lock_report(report, by, check_can_draw_up)
        return _add(report, agency, text, proposal)


def _add(report: QuarterlyReport, agency: Agency | None, text: str, proposal: str) -> Shortcoming:
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
        report = lock_report(shortcoming.report, by, check_can_draw_up)
        check_state(report, QuarterlyReport.State.DRAFT)
        shortcoming.delete()


def accept_proposal(
    *,
    proposed: ProposedShortcoming,
    agency: Agency | None,
    text: str,
    proposal: str,
    by: Actor,
    now: datetime,
) -> Shortcoming:
    """Put a proposed shortcoming into the conclusion, in the words given.

    Errors: Missing, Forbidden, Conflict, Invalid.
    """
    with acting(by):
        row = _lock(proposed, by)
        shortcoming = _add(row.report, agency, text, proposal)
        row.accept()
        row.shortcoming = shortcoming
        _decide(row, by, now)
    return shortcoming


def dismiss_proposal(
    *, proposed: ProposedShortcoming, reason: str, by: Actor, now: datetime
) -> ProposedShortcoming:
    """Not a shortcoming, with the reason. Errors: Missing, Forbidden, Conflict, Invalid without a reason."""
    with acting(by, reason=reason):
        row = _lock(proposed, by)
        row.reason = check_dismissal(reason)
        row.dismiss()
        _decide(row, by, now)
    return row


def _lock(proposed: ProposedShortcoming, by: Actor) -> ProposedShortcoming:
    """The row, locked with its report while that is a draft. Errors: Conflict when it was decided already."""
    report = lock_report(proposed.report, by, check_can_draw_up)
    check_state(report, QuarterlyReport.State.DRAFT)
    row = one(ProposedShortcoming.objects.select_for_update(), pk=proposed.pk, report=report)
    if row.state != State.PROPOSED:
        raise Conflict(
            "proposal_decided",
            _("This proposal is decided already: {state}.").format(state=row.get_state_display()),
        )
    row.report = report
    return row


def _decide(row: ProposedShortcoming, by: Actor, now: datetime) -> None:
    row.decided_at, row.decided_by_id = now, by.membership_id
    row.bump()
    row.save()
