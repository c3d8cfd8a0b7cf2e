"""The records behind a figure, for those who see the Center's cases listed; every reading is logged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from family_support.access.decorators import allowed
from family_support.access.reads import log_reads
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from monitoring import actions, queries
from monitoring.corrections import corrections, shown
from monitoring.counting import Record
from monitoring.forms import AnnexForm
from monitoring.indicators import find
from monitoring.models import ProposedShortcoming, QuarterlyReport
from monitoring.outside import annexes_of
from monitoring.permissions import can_sign
from monitoring.tables import state_badge
from monitoring.views.shared import (
    CENTER_READERS,
    RECORD_READERS,
    crumbs_of,
    quarter_name,
    report_of,
    tabs_of,
)

PER_PAGE = 25


@allowed(*RECORD_READERS)
@require_GET
def quarter_records(request: HttpRequest, pk: int, code: str, row: int, column: str) -> HttpResponse:
    """Numbers of the cases that one figure counts, within what the reader sees; the frozen ones of a frozen quarter."""
    report = report_of(request, pk)
    indicator = find(code)
    rows = report.figures.get(code, [])
    heading = (
        next((each.heading for each in indicator.columns if each.code == column), "") if indicator else ""
    )
    if indicator is None or not heading or row >= len(rows):
        raise Missing()
    found = queries.records_of(report, indicator, rows[row]["key"], column)
    records = queries.without_barred(found, request.actor)
    name = queries.row_name(rows[row])
    return _list(
        request,
        report,
        title=f"{indicator.title}: {name}",
        note=f"{heading}. {indicator.definition}",
        case_ids=[record.case_id for record in records],
        what=f"figure {code}",
        total=len(records),
        events=queries.events_of(indicator, records, request.actor),
    )


@allowed(*RECORD_READERS)
@require_GET
def proposal_records(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """The cases behind a proposed shortcoming."""
    report = report_of(request, pk)
    row = one(ProposedShortcoming.objects.select_related("agency"), pk=proposal_pk, report=report)
    line = queries.line_of(row)
    behind = [Record(0, case_id) for case_id in row.records]
    seen = queries.without_barred(behind, request.actor)
    return _list(
        request,
        report,
        title=line.title,
        note=line.measured if len(seen) == len(behind) else "",
        case_ids=[record.case_id for record in seen],
        what=f"figure proposal {row.rule}",
        total=row.count if len(seen) == len(behind) else len(seen),
    )


def _list(
    request: HttpRequest,
    report: QuarterlyReport,
    *,
    title: str,
    note: str,
    case_ids: Sequence[int | None],
    what: str,
    total: int,
    events: Sequence[Any] = (),
) -> HttpResponse:
    cases = queries.cases_behind(case_ids, request.actor)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    log_reads(request.actor, [case.pk for case in page], what)
    context = {
        "report": report,
        "title": title,
        "note": note,
        "total": total,
        "outside": len({case_id for case_id in case_ids if case_id is not None}) - len(cases),
        "page": page,
        "events": events,
        "crumbs": crumbs_of(report),
        "quarter_name": quarter_name(report),
    }
    return render(request, "monitoring/records.html", context)


@allowed(*CENTER_READERS)
@require_GET
def quarter_corrections(request: HttpRequest, pk: int) -> HttpResponse:
    """A frozen quarter against its records today, and the annexes issued."""
    report = report_of(request, pk)
    if not report.is_frozen:
        raise Missing()
    lines = corrections(report)
    visible = queries.cases_behind([case_id for line in lines for case_id in line.cases], request.actor)
    log_reads(request.actor, [case.pk for case in visible], "figure corrections")
    annexes = annexes_of(report, outside=False)[::-1]
    last = annexes[0].annex if annexes else None
    is_told = last is not None and last.lines == [line.as_json() for line in lines]
    is_sent = report.state in ("sent", "received")
    context = {
        "report": report,
        "badge": state_badge(report),
        "crumbs": crumbs_of(report, here=True),
        "tabs": tabs_of(report, "quarter-corrections", {"quarter-corrections": len(annexes)}),
        "lines": shown(lines),
        "cases": visible,
        "annexes": annexes,
        "told_in": last if is_told else None,
        "may_issue": can_sign(request.actor, report) and is_sent and bool(lines) and not is_told,
        "is_sent": is_sent,
    }
    return render(request, "monitoring/corrections.html", context)


@allowed(Role.DIRECTOR)
@require_http_methods(["GET", "POST"])
def annex_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The director issues what differs as the next annex."""
    report = report_of(request, pk)
    form = AnnexForm(request.POST or None, initial={"version": report.version})
    if request.method == "POST" and form.is_valid():
        outcome = run(
            form,
            actions.issue_annex,
            report=report,
            note=form.cleaned_data["note"],
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
        if outcome:
            messages.success(request, _("The corrections annex is issued."))
            return redirect("quarter-corrections", pk)
    context = {
        "form": form,
        "heading": _("Issue a corrections annex"),
        "button": _("Issue"),
        "consequences": [
            _("The frozen figures stay; the differences are added as the next annex."),
            _("The ministry is told, and the PDF and XLSX of the report are made again with the annex."),
        ],
        "crumbs": crumbs_of(report),
        "cancel_url": reverse("quarter-corrections", args=[pk]),
    }
    return respond(request, "ui/form_page.html", context)
