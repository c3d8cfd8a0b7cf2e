"""The district's coordinator: figures by body, and which bodies are late. No case, no person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.directory.models import District
from interagency import district


@require_safe
@allowed(Role.COORDINATOR)
def district_figures(request: HttpRequest) -> HttpResponse:
    """Tasks by body with small cells hidden, and which bodies are late."""
    now = clock.now()
    table = district.figures(request.actor, now)
    context = {
        "district": District.objects.filter(pk=request.actor.district_id or 0).first(),
        "table": table,
        "late": district.lateness(request.actor, now, table),
        "now": now,
    }
    return render(request, "interagency/district.html", context)
