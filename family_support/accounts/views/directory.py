"""The directory: regions, districts, Centers, bodies. Read by all, edited by few."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from family_support.accounts import directory_actions as actions
from family_support.accounts import directory_forms as forms
from family_support.accounts import permissions
from family_support.accounts.decorators import allowed
from family_support.accounts.roles import EVERYBODY, Role
from family_support.accounts.tables import AgencyTable, CenterTable, hours_text
from family_support.base import clock
from family_support.base.idempotency import run_once
from family_support.base.names import sort_key
from family_support.base.rows import one
from family_support.directory.models import Agency, Center, District, Region
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, SummaryRow
from family_support.ui.tables import page_of
from family_support.workdays.queries import load_calendar

READERS = tuple(sorted(EVERYBODY))
EDITORS = (Role.SYSTEM_ADMIN, Role.MINISTRY_EDITOR)
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _named(rows: Any, text: str) -> Any:
    for word in text.split():
        rows = rows.filter(
            Q(name_ru__icontains=word) | Q(name_kk__icontains=word) | Q(name_en__icontains=word)
        )
    return rows


def _state(works: bool) -> str:
    return pgettext("organization", "works") if works else pgettext("organization", "closed")


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Directory"), reverse("directory")), *more]


@require_safe
@allowed(*READERS)
def directory(request: Any) -> HttpResponse:
    """Regions with the numbers of districts, Centers and bodies."""
    regions = Region.objects.annotate(
        district_count=Count("districts", distinct=True, filter=Q(districts__is_active=True)),
        center_count=Count("districts__centers", distinct=True, filter=Q(districts__centers__is_active=True)),
        agency_count=Count(
            "districts__agencies", distinct=True, filter=Q(districts__agencies__is_active=True)
        ),
    )
    return render(request, "accounts/directory.html", {"regions": regions})


@require_safe
@allowed(*READERS)
def region_page(request: Any, pk: int) -> HttpResponse:
    """A region's districts with their Centers and the number of bodies."""
    region = one(Region.objects, pk=pk)
    rows = (
        District.objects.active()
        .filter(region=region)
        .annotate(agency_count=Count("agencies", filter=Q(agencies__is_active=True)))
        .prefetch_related("centers")
    )
    districts = sorted(rows, key=lambda row: sort_key(row.name))
    context = {"region": region, "districts": districts, "crumbs": _crumbs(Crumb(region.name))}
    return render(request, "accounts/region_page.html", context)


@require_safe
@allowed(*READERS)
def center_list(request: Any) -> HttpResponse:
    """Centers by name and region."""
    form = forms.DirectoryFilter(request.GET or None)
    rows = Center.objects.with_place()
    if form.is_valid():
        rows = _named(rows, form.cleaned_data["q"])
        if form.cleaned_data["region"]:
            rows = rows.filter(district__region=form.cleaned_data["region"])
    table = page_of(request, CenterTable(rows))
    context = {
        "form": form,
        "table": table,
        "count": table.paginator.count,
        "may_edit": permissions.can_edit_directory(request.actor),
        "crumbs": _crumbs(Crumb(_("Centers"))),
    }
    return render(request, "accounts/center_list.html", context)


@require_safe
@allowed(*READERS)
def center_page(request: Any, pk: int) -> HttpResponse:
    """One Center: where it is, how it is reached, when it is open."""
    center = one(Center.objects.with_place(), pk=pk)
    rows = [
        SummaryRow(_("Code"), center.code),
        SummaryRow(_("Region"), center.district.region.name),
        SummaryRow(_("District"), center.district.name),
        SummaryRow(_("BIN"), center.bin or "–"),
        SummaryRow(_("Phone"), center.phone or "–"),
        SummaryRow(_("Address"), center.address or "–"),
        SummaryRow(_("Hours"), hours_text(load_calendar(center=center), clock.today())),
        SummaryRow(_("State"), _state(center.is_active)),
    ]
    context = {
        "center": center,
        "rows": rows,
        "may_edit": permissions.can_edit_directory(request.actor),
        "may_set_hours": permissions.can_set_hours(request.actor, center.pk),
        "crumbs": _crumbs(Crumb(_("Centers"), reverse("center-list")), Crumb(center.name)),
    }
    return render(request, "accounts/center_page.html", context)


def _create(request: Any, form: Any, action: Any, name: str, **page: Any) -> HttpResponse:
    now = clock.now()
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")
        body = {field: list(value) if field == "sectors" else value for field, value in data.items()}
        done = run(
            form,
            run_once,
            key=key,
            by=request.actor,
            action=f"{name}-create",
            body=body,
            run=lambda: action(**data, by=request.actor, now=now),
        )
        if done and done.value:
            messages.success(request, _("The record is created."))
            return redirect(f"{name}-page", pk=done.value.pk)
    context = {
        "form": form,
        "button": _("Create"),
        "cancel_url": reverse(f"{name}-list"),
        "crumbs": _crumbs(),
        **page,
    }
    return respond(request, "ui/form_page.html", context)


def _edit(request: Any, row: Any, form_class: Any, action: Any, name: str, **page: Any) -> HttpResponse:
    initial = {**forms.initial_of(row, list(form_class.base_fields)), "seen": actions.seen_of(row)}
    form = form_class(request.POST or None, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(form, action, **{name: row}, by=request.actor, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The record is changed."))
        return redirect(f"{name}-page", pk=row.pk)
    address = reverse(f"{name}-page", args=[row.pk])
    context = {
        "form": form,
        "heading": row.name,
        "button": _("Save"),
        "cancel_url": address,
        "crumbs": _crumbs(Crumb(row.name, address)),
        **page,
    }
    return respond(request, "ui/form_page.html", context)


@read_or_post
@allowed(*EDITORS)
def center_create(request: Any) -> HttpResponse:
    """A new Center."""
    form = forms.NewCenterForm(request.POST or None)
    return _create(request, form, actions.create_center, "center", heading=_("New Center"))


@read_or_post
@allowed(*EDITORS)
def center_edit(request: Any, pk: int) -> HttpResponse:
    """Change a Center."""
    center = one(Center.objects, pk=pk)
    return _edit(request, center, forms.CenterForm, actions.change_center, "center")


@require_safe
@allowed(*READERS)
def agency_list(request: Any) -> HttpResponse:
    """Bodies by name, region and sector."""
    form = forms.AgencyFilter(request.GET or None)
    rows = Agency.objects.select_related("district__region").prefetch_related("sectors")
    if form.is_valid():
        rows = _named(rows, form.cleaned_data["q"])
        if form.cleaned_data["region"]:
            rows = rows.filter(district__region=form.cleaned_data["region"])
        if form.cleaned_data["sector"]:
            rows = rows.filter(sectors=form.cleaned_data["sector"])
    table = page_of(request, AgencyTable(rows))
    context = {
        "form": form,
        "table": table,
        "count": table.paginator.count,
        "may_edit": permissions.can_edit_directory(request.actor),
        "crumbs": _crumbs(Crumb(_("Bodies and organizations"))),
    }
    return render(request, "accounts/agency_list.html", context)


@require_safe
@allowed(*READERS)
def agency_page(request: Any, pk: int) -> HttpResponse:
    """One body with its sectors."""
    agency = one(Agency.objects.select_related("district__region").prefetch_related("sectors"), pk=pk)
    rows = [
        SummaryRow(_("Region"), agency.district.region.name),
        SummaryRow(_("District"), agency.district.name),
        SummaryRow(_("Sectors"), ", ".join(sector.name for sector in agency.sectors.all())),
        SummaryRow(_("BIN"), agency.bin or "–"),
        SummaryRow(_("Phone"), agency.phone or "–"),
        SummaryRow(_("Address"), agency.address or "–"),
        SummaryRow(_("E-mail of the head"), agency.head_email or "–"),
        SummaryRow(_("State"), _state(agency.is_active)),
    ]
    context = {
        "agency": agency,
        "rows": rows,
        "may_edit": permissions.can_edit_directory(request.actor),
        "crumbs": _crumbs(Crumb(_("Bodies and organizations"), reverse("agency-list")), Crumb(agency.name)),
    }
    return render(request, "accounts/agency_page.html", context)


@read_or_post
@allowed(*EDITORS)
def agency_create(request: Any) -> HttpResponse:
    """A new body."""
    form = forms.NewAgencyForm(request.POST or None)
    return _create(request, form, actions.create_agency, "agency", heading=_("New body"))


@read_or_post
@allowed(*EDITORS)
def agency_edit(request: Any, pk: int) -> HttpResponse:
    """Change a body."""
    agency = one(Agency.objects, pk=pk)
    return _edit(request, agency, forms.AgencyForm, actions.change_agency, "agency")
