"""The quarterly report on paper: the Center's own, and the one that leaves it, with small figures hidden."""

from functools import partial

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.base.actor import Actor
from family_support.documents.registry import register_renderer
from family_support.documents.render import render_pdf
from monitoring.actions import SENT_SUBJECT, SUBJECT, quarter_of
from monitoring.charts import bars
from monitoring.indicators import tables
from monitoring.models import QuarterlyReport
from monitoring.sheets import quarter_sheet
from monitoring.suppression import suppress


def quarter_pdf(report_id: int, language: str, *, outside: bool = False) -> bytes:
    """The report as PDF/UA in one language; `outside` hides small figures (security.md)."""
    report = QuarterlyReport.objects.select_related("center__district__region", "signed_by__user").get(
        pk=report_id
    )
    with translation.override(language):
        figures = tables(report.figures)
        shown = suppress(figures) if outside else figures
        sections = [(table, bars(table) if table.chart else None) for table in shown]
        context = {
            "report": report,
            "quarter": quarter_of(report),
            "sections": sections,
            "shortcomings": list(report.shortcomings.select_related("agency")),
            "outside": outside,
        }
        return render_pdf("pdf/quarter.html", context, language, title=_("Quarterly report"))


def _own(actor: Actor) -> QuerySet:
    own = QuarterlyReport.objects.visible_to(actor)
    return (own.filter(center_id=actor.center_id) if actor.center_id else own.none()).values("pk")


def _sent(actor: Actor) -> QuerySet:
    return QuarterlyReport.objects.visible_to(actor).filter(state__in=("sent", "received")).values("pk")


def _file_name(report_id: int) -> str:
    report = QuarterlyReport.objects.select_related("center").get(pk=report_id)
    return f"{report.center.code}-{report.year}-{report.quarter}"


def register() -> None:
    """Both papers in both formats."""
    for subject, visible, outside in ((SUBJECT, _own, False), (SENT_SUBJECT, _sent, True)):
        register_renderer(
            subject,
            "pdf",
            render=partial(quarter_pdf, outside=outside),
            visible=visible,
            file_name=_file_name,
        )
        register_renderer(
            subject,
            "xlsx",
            render=partial(quarter_sheet, outside=outside),
            visible=visible,
            file_name=_file_name,
        )
