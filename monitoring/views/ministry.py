"""What the authorized body and district coordinators see: sent reports, regions, the country; never a person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.components import Crumb, Tile
from family_support.ui.tables import page_of
from monitoring import actions, comparison, queries
from monitoring.forms import CompareForm, MinistryFilter, PeriodForm
from monitoring.indicators import tables
from monitoring.models import QuarterlyReport, Roundup
from monitoring.outside import annexes_outside
from monitoring.quarters import ALMATY, Quarter
from monitoring.sections import sections_of
from monitoring.tables import DistrictTable, MinistryTable, state_badge
from monitoring.views.shared import figures_context, ministry_tabs, report_of

ANALYST = Role.MINISTRY_ANALYST


def last_quarter() -> Quarter:
    """The quarter that ended last."""
    return Quarter.of(clock.now().astimezone(ALMATY).date()).previous


@allowed(ANALYST)
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
    last = last_quarter()
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
    context = {"table": table, "filter_form": form, "tiles": tiles, "tabs": ministry_tabs("ministry")}
    return render(request, "monitoring/ministry.html", context)


@allowed(ANALYST)
@require_GET
def ministry_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One Center's report as it left the Center."""
    return _outside(
        request, report_of(request, pk), Crumb(_("Quarterly reports of the Centers"), reverse("ministry"))
    )


def _outside(request: HttpRequest, report: QuarterlyReport, back: Crumb) -> HttpResponse:
    context = {
        "report": report,
        "badge": state_badge(report),
        "crumbs": [back],
        "shortcomings": list(report.shortcomings.select_related("agency")),
        "annexes": annexes_outside(report),
        "may_receive": request.actor.role == ANALYST,
        **figures_context(tables(report.shown), report, request),
    }
    context.pop("tiles")
    return render(request, "monitoring/ministry_report.html", context)


@allowed(ANALYST)
@require_POST
def ministry_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that the report was received."""
    actions.receive_quarter(report=report_of(request, pk), by=request.actor, now=clock.now())
    messages.success(request, _("Receipt is confirmed."))
    return redirect("ministry-report", pk)


# Region and country


@allowed(ANALYST)
@require_GET
def ministry_country(request: HttpRequest) -> HttpResponse:
    """The country's quarter with its regions; what is still awaited."""
    periods = comparison.periods(request.actor)
    form = PeriodForm(request.GET or None, periods=periods, last=last_quarter())
    quarter = form.chosen()
    rows = (
        Roundup.objects.visible_to(request.actor)
        .filter(year=quarter.year, quarter=quarter.number)
        .select_related("region")
    )
    country = next((row for row in rows if row.region_id is None), None)
    sent, awaited = queries.sent_and_awaited(quarter)
    context: dict[str, Any] = {
        "tabs": ministry_tabs("ministry-country"),
        "form": form,
        "quarter": quarter,
        "roundup": country,
        "regions": [row for row in rows if row.region_id is not None],
        "sent": sent,
        "awaited": awaited,
        "new_since": len(comparison.sent_since(country, quarter)) if country else sent,
        "may_draw": sent > 0,
    }
    if country is not None:
        context |= _roundup_context(country)
    return render(request, "monitoring/country.html", context)


@allowed(ANALYST)
@require_GET
def ministry_region(request: HttpRequest, pk: int) -> HttpResponse:
    """One roundup of a region (or of the country), with its Centers side by side."""
    roundup = _roundup(request, pk)
    context = {
        "roundup": roundup,
        "crumbs": [
            Crumb(
                _("Country and regions"),
                f"{reverse('ministry-country')}?period={roundup.year}-{roundup.quarter}",
            )
        ],
        "centers": comparison.centers_of(roundup),
        **_roundup_context(roundup),
    }
    return render(request, "monitoring/region.html", context)


def _roundup(request: HttpRequest, pk: int) -> Roundup:
    return one(Roundup.objects.visible_to(request.actor).select_related("region"), pk=pk)


def _roundup_context(roundup: Roundup) -> dict[str, Any]:
    shown = tables(roundup.figures)
    return {
        "sections": sections_of(shown),
        "trends": comparison.trends(roundup),
        "files": queries.files_of_subject((actions.ROUNDUP_SUBJECT, roundup.pk)),
        "file_language": get_language(),
        "file_url": reverse("roundup-file", args=[roundup.pk]),
    }


@allowed(ANALYST)
@require_GET
def ministry_compare(request: HttpRequest) -> HttpResponse:
    """One figure of every region, or of every Center of a region, over the quarters."""
    form = CompareForm(
        request.GET or None,
        periods=comparison.periods(request.actor),
        last=last_quarter(),
        figures=comparison.figure_choices(),
    )
    chosen = form.chosen()
    result = comparison.compare(comparison.Choice(*chosen), request.actor) if chosen else None
    context = {"tabs": ministry_tabs("ministry-compare"), "form": form, "result": result}
    return render(request, "monitoring/compare.html", context)


@allowed(ANALYST)
@require_POST
def roundup_draw(request: HttpRequest) -> HttpResponse:
    """Draw up the roundups of a quarter from what was sent so far."""
    form = PeriodForm(request.POST, periods=[], last=last_quarter())
    quarter = form.chosen()
    made = actions.draw_up_roundups(quarter=quarter, by=request.actor, now=clock.now())
    messages.success(
        request,
        _("The roundup is drawn up; its files are being prepared. Regions: {number}.").format(
            number=len(made) - 1
        ),
    )
    return redirect(f"{reverse('ministry-country')}?period={quarter.year}-{quarter.number}")


@allowed(ANALYST)
@require_POST
def roundup_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a file of a roundup prepared in the background."""
    roundup = _roundup(request, pk)
    actions.request_roundup_file(
        roundup=roundup,
        file_format=request.POST.get("format", ""),
        language=request.POST.get("language", ""),
        by=request.actor,
        now=clock.now(),
    )
    messages.success(request, _("The file is being prepared."))
    return redirect("ministry-region", pk)


# District


@allowed(Role.COORDINATOR)
@require_GET
def district_reports(request: HttpRequest) -> HttpResponse:
    """Reports sent by the Centers of the coordinator's district."""
    reports = queries.reports_for(request.actor).order_by("-year", "-quarter", "center__code")
    return render(request, "monitoring/district.html", {"table": page_of(request, DistrictTable(reports))})


@allowed(Role.COORDINATOR)
@require_GET
def district_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as it left the Center: small figures hidden."""
    return _outside(
        request, report_of(request, pk), Crumb(_("Reports of the district"), reverse("district-reports"))
    )
