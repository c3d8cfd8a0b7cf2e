"""Papers: the quarterly report, a Center's own and as it left; the roundup of a region or the country; a note."""

from functools import partial

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.base.actor import Actor
from family_support.documents.registry import register_renderer
from family_support.documents.render import render_pdf
from monitoring import comparison
from monitoring.actions import ROUNDUP_SUBJECT, SENT_SUBJECT, SUBJECT, quarter_of
from monitoring.indicators import tables
from monitoring.models import AnalyticNote, QuarterlyReport, Roundup
from monitoring.outside import annexes_of
from monitoring.sections import sections_of
from monitoring.sheets import quarter_sheet, roundup_sheet


def quarter_pdf(report_id: int, language: str, *, outside: bool = False) -> bytes:
    """The report as PDF/UA in one language; `outside` is what left the Center, small figures hidden (security.md)."""
    report = QuarterlyReport.objects.select_related("center__district__region", "signed_by__user").get(
        pk=report_id
    )
    with translation.override(language):
        context = {
            "report": report,
            "quarter": quarter_of(report),
            "sections": sections_of(tables(report.shown if outside else report.figures)),
            "shortcomings": list(report.shortcomings.select_related("agency")),
            "annexes": annexes_of(report, outside=outside),
            "outside": outside,
        }
        return render_pdf("pdf/quarter.html", context, language, title=_("Quarterly report"))


def roundup_pdf(roundup_id: int, language: str) -> bytes:
    """The quarter of a region or the country as PDF/UA; only what may be shown is kept at all."""
    roundup = Roundup.objects.select_related("region").get(pk=roundup_id)
    with translation.override(language):
        context = {
            "roundup": roundup,
            "sections": sections_of(tables(roundup.figures)),
            "trends": comparison.trends(roundup),
            "centers": comparison.centers_of(roundup),
        }
        return render_pdf("pdf/roundup.html", context, language, title=_("Roundup of the quarter"))


def note_pdf(note: AnalyticNote, language: str) -> bytes:
    """An analytic note as PDF/UA; its text is in the language it was written in."""
    with translation.override(language):
        return render_pdf("pdf/note.html", {"note": note}, language, title=_("Analytic note"))


def _own(actor: Actor) -> QuerySet:
    own = QuarterlyReport.objects.visible_to(actor)
    return (own.filter(center_id=actor.center_id) if actor.center_id else own.none()).values("pk")


def _sent(actor: Actor) -> QuerySet:
    return QuarterlyReport.objects.visible_to(actor).filter(state__in=("sent", "received")).values("pk")


def _file_name(report_id: int) -> str:
    report = QuarterlyReport.objects.select_related("center").get(pk=report_id)
    return f"{report.center.code}-{report.year}-{report.quarter}"


def _roundups(actor: Actor) -> QuerySet:
    return Roundup.objects.visible_to(actor).values("pk")


def _roundup_name(roundup_id: int) -> str:
    roundup = Roundup.objects.select_related("region").get(pk=roundup_id)
    place = f"region-{roundup.region.kato}" if roundup.region else "country"
    return f"{place}-{roundup.year}-{roundup.quarter}"


def register() -> None:
    """All papers in both formats."""
    for file_format, render in (("pdf", roundup_pdf), ("xlsx", roundup_sheet)):
        register_renderer(
            ROUNDUP_SUBJECT, file_format, render=render, visible=_roundups, file_name=_roundup_name
        )
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
