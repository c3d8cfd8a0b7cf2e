"""Reads for the quarter's pages."""

from dataclasses import dataclass

from django.conf import settings

from family_support.base.actor import Actor
from family_support.base.figures import Text
from family_support.directory.models import Center
from family_support.documents.models import Rendering
from monitoring.actions import SENT_SUBJECT, SUBJECT
from monitoring.models import QuarterlyReport, QuarterlyReportQuerySet
from monitoring.quarters import Quarter


@dataclass(frozen=True)
class FileLine:
    """A file of a report, and the name of its language."""

    file: Rendering
    language: Text


def reports_for(actor: Actor) -> QuarterlyReportQuerySet:
    """The reports the actor sees, with what their list shows."""
    return (
        QuarterlyReport.objects.visible_to(actor).select_related("center__district__region").defer("figures")
    )


def files_of(report: QuarterlyReport, actor: Actor) -> list[FileLine]:
    """The files made of a report, of the kind the actor may have."""
    subject = SUBJECT if actor.center_id else SENT_SUBJECT
    rows = Rendering.objects.filter(subject_type=subject, subject_id=report.pk)
    languages = dict(settings.LANGUAGES)
    return [FileLine(row, languages[row.language]) for row in rows.order_by("format", "language")]


def sent_and_awaited(quarter: Quarter) -> tuple[int, int]:
    """How many Centers have sent their report of a quarter, and how many have not yet."""
    sent = QuarterlyReport.objects.filter(
        year=quarter.year, quarter=quarter.number, state__in=("sent", "received")
    ).count()
    return sent, max(Center.objects.active().count() - sent, 0)
