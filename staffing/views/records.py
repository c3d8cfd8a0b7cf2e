"""Vehicles and payroll funds of the own Center."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from family_support.access.decorators import allowed
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.ui.forms import Form
from staffing import actions
from staffing.forms import FundChangeForm, FundForm, VehicleChangeForm, VehicleForm
from staffing.models import PayrollFund, Vehicle
from staffing.views.common import CENTER_KEEPERS, crumbs, own_center

FUND_FIELDS = ("amount", "starts_on", "ends_on", "order_number", "order_date")


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def vehicle_new(request: HttpRequest) -> HttpResponse:
    """A vehicle the Center has."""
    form = VehicleForm(request.POST or None)
    return _page(
        request,
        form,
        actions.add_vehicle,
        heading=_("New vehicle"),
        button=_("Add"),
        done=_("The vehicle is added."),
        center=own_center(request.actor),
    )


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def vehicle_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a vehicle, or write it off."""
    found = one(Vehicle.objects.visible_to(request.actor), pk=pk)
    initial = {name: getattr(found, name) for name in ("label", "starts_on", "ends_on", "version")}
    return _page(
        request,
        VehicleChangeForm(request.POST or None, initial=initial),
        actions.change_vehicle,
        heading=_("Change the vehicle"),
        button=_("Save"),
        done=_("The vehicle is changed."),
        vehicle=found,
    )


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_new(request: HttpRequest) -> HttpResponse:
    """The payroll fund of a period."""
    return _page(
        request,
        FundForm(request.POST or None),
        actions.record_fund,
        heading=_("New payroll fund"),
        button=_("Record"),
        done=_("The payroll fund is recorded."),
        center=own_center(request.actor),
    )


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a payroll fund."""
    found = one(PayrollFund.objects.visible_to(request.actor), pk=pk)
    initial = {name: getattr(found, name) for name in (*FUND_FIELDS, "version")}
    return _page(
        request,
        FundChangeForm(request.POST or None, initial=initial),
        actions.change_fund,
        heading=_("Change the payroll fund"),
        button=_("Save"),
        done=_("The payroll fund is changed."),
        fund=found,
    )


def _page(
    request: HttpRequest,
    form: Form,
    action: Callable[..., Any],
    *,
    heading: str,
    button: str,
    done: str,
    **subject: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        if "version" in data:
            data["expected_version"] = data.pop("version")
        if run(form, action, by=request.actor, now=clock.now(), **subject, **data):
            messages.success(request, done)
            return redirect("staffing")
    context = {
        "form": form,
        "heading": heading,
        "button": button,
        "crumbs": crumbs(Crumb(heading)),
        "cancel_url": reverse("staffing"),
    }
    return respond(request, "ui/form_page.html", context)
