"""The corrections annex of a sent quarter: what its records say today, issued by the director (rules.md 6.15)."""

from __future__ import annotations

from datetime import datetime
from itertools import product

from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict
from family_support.base.models import check_version
from family_support.documents.models import Rendering
from family_support.documents.renderings import request_rendering
from family_support.outbox.events import emit
from monitoring.actions.locking import lock_report
from monitoring.actions.quarter import SENT_SUBJECT, STATE_LANGUAGES
from monitoring.corrections import corrections
from monitoring.models import SENT_STATES, CorrectionsAnnex, QuarterlyReport
from monitoring.permissions import check_can_sign
from monitoring.rules import check_sent


def issue_annex(
    *, report: QuarterlyReport, note: str, expected_version: int | None, by: Actor, now: datetime
) -> CorrectionsAnnex:
    """Issue the differences between the frozen figures and the records of today as the next annex; it leaves the Center
    as the report did.

    Errors: Missing, Forbidden, Conflict (stale, not sent yet, nothing differs, nothing new since the last annex).
    """
    with acting(by):
        report = lock_report(report, by, check_can_sign)
        check_version(report, expected_version)
        check_sent(report, SENT_STATES)
        lines = [line.as_json() for line in corrections(report)]
        last = report.annexes.order_by("number").last()
        if last is not None and last.lines == lines:
            raise Conflict(
                "annex_nothing_new",
                _("Nothing has changed since annex {number}.").format(number=last.number),
            )
        if not lines:
            raise Conflict(
                "annex_empty",
                _("The records give the frozen figures: there is nothing to correct."),
            )
        annex = CorrectionsAnnex.objects.create(
            report=report,
            number=last.number + 1 if last else 1,
            lines=lines,
            note=note.strip(),
            issued_at=now,
            issued_by_id=by.membership_id,
        )
        report.bump()
        report.save(update_fields=["version"])
        emit("quarter.corrected", report_id=report.pk)
        for language, file_format in product(STATE_LANGUAGES, Rendering.Format):
            request_rendering(
                subject=(SENT_SUBJECT, report.pk), file_format=file_format, language=language, by=by, now=now
            )
    return annex
