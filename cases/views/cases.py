"""The list of cases, and the case page: timeline, next required action, facts and terms at the side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import permissions, queries
from cases.actions.team import workers_of
from cases.forms.lists import CaseFilter, SearchForm
from cases.forms.steps import OpeningForm
from cases.frame import badges, case_for, framed, listed_case, shown_case, steps
from cases.models import Case
from cases.permissions import CASE_ROLES, LIST_ROLES, reads
from cases.tables import CaseTable
from cases.threats import line_of
from cases.views import presenting
from cases.views.common import center_of
from cases.views.history import HistoryFilter, history_of
from family_support.access.decorators import allowed
from family_support.access.openings import in_force, open_with_reason
from family_support.access.reads import log_read
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.deadlines.explanation import held_by
from family_support.deadlines.queries import for_case
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.ui.tables import page_of, per_page
from family_support.workdays.queries import load_calendar


@require_safe
@allowed(*LIST_ROLES)
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases the actor sees, by the term that ends first; filters stand in the address."""
    actor, now = request.actor, clock.now()
    center = center_of(request)
    ordered = queries.for_list(actor).order_by(F("next_due").asc(nulls_last=True), "-opened_at", "-pk")
    chosen = CaseFilter(request.GET, queryset=ordered, workers=workers_of(center.pk, now))
    table = page_of(request, CaseTable(chosen.qs), per_page=per_page(request))
    rows: list[Case] = [row.record for row in table.paginated_rows]
    deadlines = queries.deadlines_by_id(row.next_deadline for row in rows)  # type: ignore[attr-defined]
    calendar = load_calendar(center=center)
    table.lines = {
        row.pk: queries.line(deadlines[row.next_deadline], row, actor, now, calendar)  # type: ignore[attr-defined]
        for row in rows
        if row.next_deadline in deadlines  # type: ignore[attr-defined]
    }
    table.families = {row.pk: queries.shown_family(row, actor) for row in rows}
    context = {
        "table": table,
        "filter": chosen,
        "count": table.page.paginator.count,
        "search": SearchForm(),
        "may_register": permissions.can_register(actor),
    }
    return render(request, "cases/case_list.html", context)


@require_safe
@allowed(*LIST_ROLES)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The case with its timeline; for who only sees it listed, a masked page that asks for a reason."""
    actor, now = request.actor, clock.now()
    found = shown_case(request, pk)
    if not reads(found, actor):
        return _closed_door(request, found, OpeningForm())
    log_read(actor, found.pk, "case")
    calendar = load_calendar(center=found.center)
    terms = list(for_case(found.pk))
    step = queries.next_step(found, terms, actor, now, calendar)
    members = list(queries.members_of(found))
    entries = queries.timeline_of(found, now, calendar)
    if permissions.behind_glass(found, actor):
        # Break-glass opens the case, not each record that its timeline names.
        entries = [replace(entry, url="") for entry in entries]
    context = {
        "next": presenting.next_action(step, now),
        "entries": entries,
        "facts": presenting.facts(
            found, members, queries.intakes_of(found).first(), now, works=permissions.works(found, actor)
        ),
        "checks": presenting.terms(terms, now, calendar),
        "held": held_by(terms, now, calendar),
        "opening": None if permissions.works(found, actor) else in_force(actor, found.pk, now),
        "acts": presenting.acts(found, actor, has_consent=_consented(members, clock.local_date(now))),
        "related": _related(found, request),
        "now": now,
    }
    return render(request, "cases/case.html", framed(request, found, "timeline", context))


def _consented(members: list, on: date) -> bool:
    return any(consent.holds(on) for member in members for consent in member.person.consents_here)


def _related(found: Case, request: HttpRequest) -> list[Case]:
    """Earlier and later cases of the same family that the actor sees listed."""
    if found.previous_id is None and not found.is_closed:
        return []
    linked = Case.objects.filter(pk=found.previous_id) | Case.objects.filter(previous_id=found.pk)
    return list(
        Case.objects.listed_to(request.actor).filter(pk__in=linked.values("pk")).order_by("opened_at")
    )


def _closed_door(request: HttpRequest, found: Case, form: OpeningForm) -> HttpResponse:
    """What who is not of the team sees of a case: nothing of its content, and where a reason opens it."""
    actor = request.actor
    threat = bool(getattr(found, "threat_open", False))
    context = {
        "case": found,
        "family": queries.shown_family(found, actor),
        "case_badges": badges(found),
        "case_steps": steps(found),
        "crumbs": [Crumb(_("Cases"), reverse("case-list")), Crumb(found.number)],
        "may_open": permissions.can_open_with_reason(actor, found),
        "may_see_readings": actor.is_director,
        "may_take": permissions.can_take(actor, found),
        "may_assign": permissions.can_assign(actor, found),
        "may_flag": not found.is_closed and not threat,
        "threat_line": line_of(found, actor) if threat else None,
        "may_close": permissions.can_close(actor, found, threat=threat),
        "form": form,
    }
    return respond(request, "cases/closed_door.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*CASE_ROLES)
def case_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case outside one's team with a stated reason: for an hour, reading only, logged."""
    found = listed_case(request, pk)
    if reads(found, request.actor):
        return redirect("case", pk=found.pk)
    if not permissions.can_open_with_reason(request.actor, found):
        raise Missing
    form = OpeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opened = run(
            form,
            open_with_reason,
            case_id=found.pk,
            by=request.actor,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        if opened:
            return redirect("case", pk=found.pk)
    return _closed_door(request, found, form)


@require_safe
@allowed(*CASE_ROLES)
def case_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what, in plain words; for the team with the content, and who read the case."""
    found = case_for(request, pk)
    log_read(request.actor, found.pk, "history")
    works = permissions.works(found, request.actor)
    before = _number(request.GET.get("before", ""))
    chosen = HistoryFilter(request.GET or None, case=found)
    rows, more = history_of(found, before=before, whole=works, narrowed=chosen.narrowed())
    kept = {name: value for name, value in request.GET.items() if name != "before"}
    context = {
        "history": rows,
        "filter": chosen,
        "older": urlencode({**kept, "before": more}) if more else "",
        "whole": works,
        "shows_readings": works or request.actor.is_director,
    }
    return render(request, "cases/history.html", framed(request, found, "history", context))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
