"""What the pages of a quarter have in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from family_support.accounts.roles import METHODOLOGY, Role
from family_support.base.figures import Table
from family_support.base.rows import one
from family_support.ui.components import Crumb, Tab, Tile, Tone
from monitoring import queries
from monitoring.models import READERS, QuarterlyReport
from monitoring.sections import sections_of

CENTER_READERS = sorted(READERS)
WRITERS = sorted(METHODOLOGY | {Role.DIRECTOR})
# Who sees the list of records behind a figure: those who see the Center's cases listed (security.md).
RECORD_READERS = sorted({Role.DIRECTOR, Role.HEAD_ACCOMPANIMENT, Role.HEAD_METHODOLOGY})
TILES: tuple[tuple[str, str, Tone], ...] = (
    ("intakes", "inbox", "blue"),
    ("assessments", "clipboard-check", "blue"),
    ("closed", "folders", "green"),
)


def report_of(request: HttpRequest, pk: int) -> QuarterlyReport:
    """The report if the actor sees it. Errors: Missing."""
    return one(
        QuarterlyReport.objects.visible_to(request.actor).select_related(
            "center__district__region", "signed_by__user"
        ),
        pk=pk,
    )


def figures_context(shown: list[Table], report: QuarterlyReport, request: HttpRequest) -> dict[str, Any]:
    """Tiles, sections and files of a report."""
    totals = {table.code: table for table in shown}
    tiles = [
        Tile(
            totals[code].rows[0].values["count"] if code == "assessments" else totals[code].total,  # type: ignore[arg-type]
            totals[code].title,
            icon,
            tone,
        )
        for code, icon, tone in TILES
        if code in totals and totals[code].rows
    ]
    return {
        "sections": sections_of(shown),
        "tiles": tiles,
        "files": list(queries.files_of(report, request.actor)),
        "file_language": get_language(),
    }


def quarter_name(report: QuarterlyReport) -> str:
    return _("Quarter {number}, {year}").format(number=report.quarter, year=report.year)


def crumbs_of(report: QuarterlyReport, *, here: bool = False) -> list[Crumb]:
    """Back to the list of reports and, unless the page is the report itself, to the report."""
    address = "" if here else reverse("quarter", args=[report.pk])
    return [Crumb(_("Quarterly reports"), reverse("quarter-list")), Crumb(quarter_name(report), address)]


def tabs_of(report: QuarterlyReport, current: str, counts: dict[str, int] | None = None) -> list[Tab]:
    """Report, pre-flight and, once frozen, corrections."""
    named = [("quarter", pgettext("quarter", "Report")), ("quarter-preflight", _("Pre-flight check"))]
    if report.is_frozen:
        named[1:] = [("quarter-corrections", _("Corrections"))]
    known = counts or {}
    return [
        Tab(label, reverse(name, args=[report.pk]), name == current, known.get(name)) for name, label in named
    ]


def ministry_tabs(current: str) -> list[Tab]:
    """The pages of the authorized body's analyst."""
    named = [
        ("ministry", _("Reports of the Centers")),
        ("ministry-country", _("Country and regions")),
        ("ministry-compare", _("Comparison")),
        ("note-list", _("Analytic notes")),
    ]
    return [Tab(label, reverse(name), name == current) for name, label in named]
