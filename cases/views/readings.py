"""Who looked into a case: for its team and for the director, as a page and on paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import permissions, queries
from cases.frame import crumbs_of, listed_case
from cases.models import Case
from cases.papers import file_answer, readings_pdf
from cases.readings import How, readings_of
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS, Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.ui.components import Crumb

SEEING = (*WORKERS, Role.DIRECTOR)


def _case(request: HttpRequest, pk: int) -> Case:
    """The case, its looks logged like any other. Errors: Missing for who is neither of the team nor the director."""
    case = listed_case(request, pk)
    if not permissions.can_see_readings(request.actor, case):
        raise Missing
    log_read(request.actor, case.pk, "readings")
    return case


@require_safe
@allowed(*SEEING)
def case_readings(request: HttpRequest, pk: int) -> HttpResponse:
    """Each look with person, role, moment, kind of page, by what right and why; those in an emergency stand out."""
    now = clock.now()
    case = _case(request, pk)
    rows = readings_of(case, now)
    context = {
        "case": case,
        "family": queries.shown_family(case, request.actor),
        "rows": rows,
        "emergencies": sum(row.how is How.GLASS for row in rows),
        "running": next((row.running for row in rows if row.running is not None), None),
        "may_end": request.actor.is_director or permissions.is_lead(case, request.actor),
        "crumbs": crumbs_of(case, Crumb(_("Who read this case"))),
    }
    return render(request, "cases/readings.html", context)


@require_safe
@allowed(*SEEING)
def case_readings_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper: what the person whom the case concerns may be given."""
    case = _case(request, pk)
    content = readings_pdf(case, request.actor, clock.now(), request.GET.get("language", ""))
    return file_answer(content, f"readings-{case.pk}.pdf")
