"""Gaps of the country and of a region, for the ministry's analyst: units only, no person and no intakes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.directory.models import Center, Region
from family_support.ui.components import Crumb
from staffing import queries
from staffing.forms import CountryFilter
from staffing.papers import country_pdf
from staffing.presenting import country_tiles, tiles_of
from staffing.sheets import country_sheet
from staffing.views.common import SHEET, file_answer, wanted_language


def _found(request: HttpRequest) -> tuple[CountryFilter, queries.Country]:
    """The region asked for, or the whole country; an unknown one is the whole country, and the form says so."""
    form = CountryFilter(request.GET)
    region: Region | None = form.cleaned_data.get("region") if form.is_valid() else None
    return form, queries.country(clock.today(), region)


@allowed(Role.MINISTRY_ANALYST)
@require_safe
def country(request: HttpRequest) -> HttpResponse:
    """Regions, positions and Centers with what they lack."""
    form, found = _found(request)
    query = f"?region={found.region.pk}" if found.region else ""
    context = {"found": found, "filter_form": form, "tiles": country_tiles(found), "query": query}
    return render(request, "staffing/country.html", context)


@allowed(Role.MINISTRY_ANALYST)
@require_safe
def country_paper(request: HttpRequest) -> HttpResponse:
    """The same as a paper."""
    _form, found = _found(request)
    content = country_pdf(found, wanted_language(request))
    return file_answer(content, _name(found, "pdf"), "application/pdf", download=False)


@allowed(Role.MINISTRY_ANALYST)
@require_safe
def country_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a sheet, with every position of every Center."""
    _form, found = _found(request)
    content = country_sheet(found, wanted_language(request))
    return file_answer(content, _name(found, "xlsx"), SHEET, download=True)


def _name(found: queries.Country, ending: str) -> str:
    place = found.region.kato if found.region else "kz"
    return f"staffing-{place}-{found.on.isoformat()}.{ending}"


@allowed(Role.MINISTRY_ANALYST)
@require_safe
def country_center(request: HttpRequest, pk: int) -> HttpResponse:
    """One Center's gap by position; how many families came is not in it."""
    center = one(Center.objects.active().with_place(), pk=pk)
    found = queries.staffing_of(center, clock.today())
    tiles = tiles_of(found.totals, found.computation.band) if found.table else []
    crumbs = [Crumb(_("Staffing of the Centers"), reverse("country-staffing")), Crumb(str(center.name))]
    context = {"found": found, "tiles": tiles, "crumbs": crumbs}
    return render(request, "staffing/country_center.html", context)
