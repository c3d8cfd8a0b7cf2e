"""The quarter of a Center: figures, conclusion, signing, sending, files; what distorts it before it freezes."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines.models import Deadline
from family_support.ui.actions import respond, run
from family_support.ui.tables import page_of
from monitoring import actions, preflight, queries
from monitoring.forms import ConclusionForm, StepForm
from monitoring.indicators import tables
from monitoring.models import OUTSIDE, QuarterlyReport
from monitoring.permissions import can_draw_up, can_sign
from monitoring.tables import QuarterTable, state_badge
from monitoring.views.shared import (
    CENTER_READERS,
    RECORD_READERS,
    WRITERS,
    crumbs_of,
    figures_context,
    report_of,
    tabs_of,
)


@allowed(*CENTER_READERS)
@require_GET
def quarter_list(request: HttpRequest) -> HttpResponse:
    """The Center's quarters, newest first."""
    table = page_of(request, QuarterTable(queries.reports_for(request.actor)))
    return render(request, "monitoring/list.html", {"table": table})


@allowed(*CENTER_READERS)
@require_http_methods(["GET", "POST"])
def quarter(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures with their definitions, the conclusion, shortcomings and proposals, files."""
    report = report_of(request, pk)
    may_write = can_draw_up(request.actor, report) and report.state == QuarterlyReport.State.DRAFT
    form = ConclusionForm(
        request.POST or None,
        initial={
            "conclusion": report.conclusion,
            "no_shortcomings": report.no_shortcomings,
            "version": report.version,
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.write_conclusion,
            report=report,
            conclusion=data["conclusion"],
            no_shortcomings=data["no_shortcomings"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The conclusion is saved."))
            return redirect("quarter", pk)
    shown = tables(report.figures)
    proposals = queries.proposals_of(report)
    context = {
        "report": report,
        "badge": state_badge(report),
        "crumbs": crumbs_of(report, here=True),
        "tabs": tabs_of(report, "quarter", _counts(request, report)),
        "proposals": proposals,
        "undecided": sum(line.row.state == "proposed" for line in proposals),
        "may_open_records": request.actor.role in RECORD_READERS or request.actor.is_director,
        "annexes": list(report.annexes.select_related("issued_by__user")),
        "form": form,
        "may_write": may_write,
        "may_sign": can_sign(request.actor, report),
        "shortcomings": list(report.shortcomings.select_related("agency")),
        "deadline": Deadline.objects.of_subject(actions.SUBJECT, report.pk)
        .select_related("term", "center")
        .first(),
        "now": clock.now(),
        **figures_context(shown, report, request),
    }
    return respond(request, "monitoring/quarter.html", context, form)


def _counts(request: HttpRequest, report: QuarterlyReport) -> dict[str, int]:
    """What the tabs say of the other pages."""
    if report.is_frozen:
        return {"quarter-corrections": report.annexes.count()}
    found = preflight.count(report.center, actions.quarter_of(report), request.actor)
    return {"quarter-preflight": found}


@allowed(*CENTER_READERS)
@require_GET
def quarter_preflight(request: HttpRequest, pk: int) -> HttpResponse:
    """Records that would distort the figures, with who answers for them."""
    report = report_of(request, pk)
    found = preflight.findings(report.center, actions.quarter_of(report), request.actor)
    context = {
        "report": report,
        "badge": state_badge(report),
        "tabs": tabs_of(
            report, "quarter-preflight", {"quarter-preflight": sum(each.count for each in found)}
        ),
        "findings": found,
        "crumbs": crumbs_of(report, here=True),
        "may_write": can_draw_up(request.actor, report) and report.state == QuarterlyReport.State.DRAFT,
    }
    return render(request, "monitoring/preflight.html", context)


@allowed(*WRITERS)
@require_POST
def quarter_compute(request: HttpRequest, pk: int) -> HttpResponse:
    """Count the figures again."""
    actions.compute_figures(report=report_of(request, pk), by=request.actor, now=clock.now())
    messages.success(request, _("The figures are counted anew."))
    return redirect("quarter", pk)


@allowed(Role.DIRECTOR)
@require_http_methods(["GET", "POST"])
def quarter_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The director signs: the figures freeze."""
    return _step(
        request,
        pk,
        actions.sign_quarter,
        heading=_("Sign the quarterly report"),
        button=_("Sign"),
        consequences=[
            _("The figures are counted a last time and freeze."),
            _("Later entries can only appear as corrections."),
            *_left(report_of(request, pk)),
        ],
        done=_("The report is signed."),
    )


def _left(report: QuarterlyReport) -> list[str]:
    """What would go unanswered."""
    left = report.proposals.filter(state="proposed").count()
    if not left:
        return []
    return [_("Proposed shortcomings that nobody accepted or dismissed: {number}.").format(number=left)]


@allowed(Role.DIRECTOR)
@require_http_methods(["GET", "POST"])
def quarter_send(request: HttpRequest, pk: int) -> HttpResponse:
    """The conclusion goes to the authorized body."""
    return _step(
        request,
        pk,
        actions.send_quarter,
        heading=_("Send to the authorized body"),
        button=_("Send"),
        consequences=[
            _("The ministry sees the conclusion and the figures; small figures are hidden."),
            _("PDF and XLSX are prepared in Kazakh and Russian."),
        ],
        done=_("The report is sent."),
    )


def _step(
    request: HttpRequest,
    pk: int,
    action: Callable[..., QuarterlyReport],
    *,
    heading: str,
    button: str,
    consequences: list[str],
    done: str,
) -> HttpResponse:
    report = report_of(request, pk)
    form = StepForm(request.POST or None, initial={"version": report.version})
    if request.method == "POST" and form.is_valid():
        outcome = run(
            form,
            action,
            report=report,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
        if outcome:
            messages.success(request, done)
            return redirect("quarter", pk)
    context = {
        "form": form,
        "heading": heading,
        "button": button,
        "consequences": consequences,
        "crumbs": crumbs_of(report),
        "cancel_url": reverse("quarter", args=[pk]),
    }
    return respond(request, "ui/confirm.html", context)


@allowed(*CENTER_READERS, *sorted(OUTSIDE))
@require_POST
def quarter_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a file prepared in the background."""
    report = report_of(request, pk)
    actions.request_file(
        report=report,
        file_format=request.POST.get("format", ""),
        language=request.POST.get("language", ""),
        by=request.actor,
        now=clock.now(),
    )
    messages.success(request, _("The file is being prepared."))
    if request.actor.center_id:
        return redirect("quarter", pk)
    return redirect(
        "ministry-report" if request.actor.role == Role.MINISTRY_ANALYST else "district-report", pk
    )
