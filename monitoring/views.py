"""The quarter of a Center, and the ministry's page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from family_support.access.decorators import allowed
from family_support.accounts.roles import METHODOLOGY, Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.deadlines.models import Deadline
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tile, Tone
from family_support.ui.tables import page_of
from monitoring import actions, queries
from monitoring.charts import bars
from monitoring.forms import ConclusionForm, MinistryFilter, ShortcomingForm, StepForm
from monitoring.indicators import tables
from monitoring.models import READERS, QuarterlyReport, Shortcoming
from monitoring.permissions import can_draw_up, can_sign
from monitoring.quarters import ALMATY, Quarter
from monitoring.suppression import suppress
from monitoring.tables import MinistryTable, QuarterTable, state_badge

CENTER_READERS = sorted(READERS - {Role.MINISTRY_ANALYST, Role.MINISTRY_EDITOR})
WRITERS = sorted(METHODOLOGY | {Role.DIRECTOR})
TILES: tuple[tuple[str, str, Tone], ...] = (
    ("intakes", "inbox", "blue"),
    ("assessments", "clipboard-check", "blue"),
    ("closed", "folders", "green"),
)


def _report(request: HttpRequest, pk: int) -> QuarterlyReport:
    report = (
        QuarterlyReport.objects.visible_to(request.actor)
        .select_related("center__district__region", "signed_by__user")
        .filter(pk=pk)
        .first()
    )
    if report is None:
        raise Missing()
    return report


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
    report = _report(request, pk)
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
    context = {
        "report": report,
        "badge": state_badge(report),
        "form": form,
        "may_write": may_write,
        "may_sign": can_sign(request.actor, report),
        "shortcomings": list(report.shortcomings.select_related("agency")),
        "deadline": Deadline.objects.of_subject(actions.SUBJECT, report.pk)
        .select_related("term", "center")
        .first(),
        "now": clock.now(),
        **_figures(shown, report, request),
    }
    return respond(request, "monitoring/quarter.html", context, form)


def _figures(shown: list, report: QuarterlyReport, request: HttpRequest) -> dict:
    totals = {table.code: table for table in shown}
    tiles = [
        Tile(
            totals[code].rows[0].values["count"] if code == "assessments" else totals[code].total,
            totals[code].title,
            icon,
            tone,
        )
        for code, icon, tone in TILES
        if code in totals and totals[code].rows
    ]
    return {
        "sections": [(table, bars(table) if table.chart else None) for table in shown],
        "tiles": tiles,
        "files": list(queries.files_of(report, request.actor)),
        "file_language": get_language(),
    }


@allowed(*WRITERS)
@require_POST
def quarter_compute(request: HttpRequest, pk: int) -> HttpResponse:
    """Count the figures again."""
    actions.compute_figures(report=_report(request, pk), by=request.actor, now=clock.now())
    messages.success(request, _("The figures are counted anew."))
    return redirect("quarter", pk)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def shortcoming_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a shortcoming with its proposal."""
    report = _report(request, pk)
    form = ShortcomingForm(request.POST or None, district_id=report.center.district_id)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.add_shortcoming,
            report=report,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The shortcoming is added."))
        return redirect("quarter", pk)
    context = {
        "form": form,
        "heading": _("Shortcoming and proposal"),
        "button": _("Add"),
        "crumbs": _crumbs(report),
        "cancel_url": reverse("quarter", args=[pk]),
    }
    return respond(request, "ui/form_page.html", context)


@allowed(*WRITERS)
@require_POST
def shortcoming_remove(request: HttpRequest, pk: int, shortcoming_pk: int) -> HttpResponse:
    """Take a shortcoming out of the draft."""
    shortcoming = (
        Shortcoming.objects.filter(pk=shortcoming_pk, report=_report(request, pk))
        .select_related("report")
        .first()
    )
    if shortcoming is None:
        raise Missing()
    actions.remove_shortcoming(shortcoming=shortcoming, by=request.actor, now=clock.now())
    messages.success(request, _("The shortcoming is removed."))
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
        ],
        done=_("The report is signed."),
    )


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
    report = _report(request, pk)
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
        "crumbs": _crumbs(report),
        "cancel_url": reverse("quarter", args=[pk]),
    }
    return respond(request, "ui/confirm.html", context)


def _crumbs(report: QuarterlyReport) -> list[Crumb]:
    return [
        Crumb(_("Reports"), reverse("quarter-list")),
        Crumb(
            _("Quarter {number}, {year}").format(number=report.quarter, year=report.year),
            reverse("quarter", args=[report.pk]),
        ),
    ]


@allowed(*CENTER_READERS, Role.MINISTRY_ANALYST)
@require_POST
def quarter_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a file prepared in the background."""
    report = _report(request, pk)
    actions.request_file(
        report=report,
        file_format=request.POST.get("format", ""),
        language=request.POST.get("language", ""),
        by=request.actor,
        now=clock.now(),
    )
    messages.success(request, _("The file is being prepared."))
    return redirect("quarter" if request.actor.center_id else "ministry-report", pk)


@allowed(Role.MINISTRY_ANALYST)
@require_GET
def ministry(request: HttpRequest) -> HttpResponse:
    """Every Center's reports that were sent, with their files."""
    reports = queries.reports_for(request.actor)
    years = sorted(set(reports.order_by().values_list("year", flat=True)), reverse=True)
    form = MinistryFilter(request.GET, years=years)
    if form.is_valid():
        chosen = form.cleaned_data
        lookups = {
            "year": "year",
            "quarter": "quarter",
            "region": "center__district__region",
            "state": "state",
        }
        reports = reports.filter(
            **{lookup: chosen[name] for name, lookup in lookups.items() if chosen.get(name)}
        )
    last = Quarter.of(clock.now().astimezone(ALMATY).date()).previous
    sent, awaited = queries.sent_and_awaited(last)
    tiles = [
        Tile(
            sent,
            _("Sent for quarter {number}, {year}").format(number=last.number, year=last.year),
            "circle-check",
            "green",
        ),
        Tile(awaited, _("Awaited"), "clock", "orange"),
        Tile(reports.filter(state="sent").count(), _("Not yet received"), "inbox", "blue"),
    ]
    table = page_of(request, MinistryTable(reports.order_by("-year", "-quarter", "center__code")))
    return render(request, "monitoring/ministry.html", {"table": table, "filter_form": form, "tiles": tiles})


@allowed(Role.MINISTRY_ANALYST)
@require_GET
def ministry_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One Center's report as it left the Center."""
    report = _report(request, pk)
    context = {
        "report": report,
        "badge": state_badge(report),
        "shortcomings": list(report.shortcomings.select_related("agency")),
        **_figures(suppress(tables(report.figures)), report, request),
    }
    context.pop("tiles")
    return render(request, "monitoring/ministry_report.html", context)


@allowed(Role.MINISTRY_ANALYST)
@require_POST
def ministry_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that the report was received."""
    actions.receive_quarter(report=_report(request, pk), by=request.actor, now=clock.now())
    messages.success(request, _("Receipt is confirmed."))
    return redirect("ministry-report", pk)
