"""Team and access of a case, and its documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions, permissions, queries
from cases.actions.team import workers_of
from cases.forms.documents import DocumentForm
from cases.forms.steps import BarForm, GrantForm, ReassignForm, WorkerForm
from cases.frame import case_for, crumbs_of, framed, listed_case, worked_case
from cases.models import Case, CaseGrant, TeamMember
from cases.permissions import ASSIGNING, CASE_ROLES, works
from family_support.access.decorators import allowed
from family_support.access.models import Barred
from family_support.access.reads import log_read
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.documents.models import Attachment
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb


@require_http_methods(["GET", "POST"])
@allowed(*CASE_ROLES)
def case_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead, members, named grants and, for the team, the barred list. One form of several is sent at a time."""
    actor, now = request.actor, clock.now()
    case = listed_case(request, pk)
    if not (permissions.can_assign(actor, case) or works(case, actor)):
        raise Missing
    workers = workers_of(case.center_id, now)
    team = list(_team(case))
    on_team = {place.membership_id for place in team}
    sent = request.POST.get("what", "") if request.method == "POST" else ""

    def data(name: str) -> Any:
        return request.POST if sent == name else None

    forms: dict[str, Any] = {}
    if permissions.can_assign(actor, case):
        forms["lead"] = WorkerForm(data("lead"), workers=workers, auto_id="lead_%s")
        others = [person for person in workers if person.pk not in on_team]
        forms["member"] = WorkerForm(data("member"), workers=others, auto_id="member_%s")
    if permissions.can_grant(actor, case):
        members = [place.membership for place in team if not place.is_lead]
        forms["grant"] = GrantForm(data("grant"), workers=members, auto_id="grant_%s")
    if works(case, actor):
        forms["bar"] = BarForm(data("bar"), auto_id="bar_%s")
    form = forms.get(sent)
    if request.method == "POST" and form is None:
        raise Missing
    if form is not None and form.is_valid() and _carry_out(request, case, sent, form):
        return redirect("case-team", pk=case.pk)
    if works(case, actor):
        log_read(actor, case.pk, "team")
    context = {
        "case": case,
        "team": team,
        "forms": forms,
        "grants": list(_grants(case)) if case.restricted else [],
        "barred": list(Barred.objects.filter(case_id=case.pk).order_by("noted_at"))
        if works(case, actor)
        else [],
        "may_assign": permissions.can_assign(actor, case),
        "may_grant": permissions.can_grant(actor, case),
        "now": now,
        "crumbs": crumbs_of(case, Crumb(_("Team and access"))),
    }
    return respond(request, "cases/team.html", context, *([form] if form is not None else []))


def _carry_out(request: HttpRequest, case: Case, sent: str, form: Any) -> bool:
    common = {"case": case, "by": request.actor, "now": clock.now()}
    data = dict(form.cleaned_data)
    data.pop("key", None)
    acts: dict[str, Callable[..., object]] = {
        "lead": actions.assign_lead,
        "member": actions.add_to_team,
        "grant": actions.grant_access,
        "bar": actions.bar_person,
    }
    done = run(form, acts[sent], **common, **data)
    if done:
        messages.success(request, _("Recorded."))
    return bool(done)


def _team(case: Case) -> Any:
    rows = TeamMember.objects.filter(case=case, ends_at__isnull=True).select_related("membership__user")
    return rows.order_by("-is_lead", "membership__user__last_name", "pk")


def _grants(case: Case) -> Any:
    return (
        CaseGrant.objects.filter(case=case)
        .select_related("membership__user", "granted_by__user")
        .order_by("-granted_at")
    )


@require_POST
@allowed(*ASSIGNING)
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End a team member's place: `pk` is the place."""
    place = one(TeamMember.objects, pk=pk)
    case = listed_case(request, place.case_id)
    if not (permissions.can_assign(request.actor, case) or works(case, request.actor)):
        raise Missing
    actions.remove_from_team(case=case, membership_id=place.membership_id, by=request.actor, now=clock.now())
    messages.success(request, _("The worker left the team."))
    return redirect("case-team", pk=case.pk)


@require_POST
@allowed(*ASSIGNING)
def grant_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a named grant now."""
    grant = one(CaseGrant.objects, pk=pk)
    case = listed_case(request, grant.case_id)
    if not (permissions.can_grant(request.actor, case) or works(case, request.actor)):
        raise Missing
    actions.end_grant(grant=grant, by=request.actor, now=clock.now())
    messages.success(request, _("The access has ended."))
    return redirect("case-team", pk=case.pk)


@require_http_methods(["GET", "POST"])
@allowed(*CASE_ROLES)
def case_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """The case's files, and a form to add one for its team."""
    actor = request.actor
    case = worked_case(request, pk) if request.method == "POST" else case_for(request, pk)
    may_add = actor.role in WORKERS and permissions.can_work(actor, case)
    form = DocumentForm(request.POST or None, request.FILES or None) if may_add else None
    if request.method == "POST":
        if form is None:
            raise Missing
        if form.is_valid():
            data = form.cleaned_data
            added = run(
                form,
                actions.add_document,
                case=case,
                kind=data["kind"],
                upload=data["file"],
                key=data["key"],
                by=actor,
                now=clock.now(),
            )
            if added:
                messages.success(request, _("The document was added."))
                return redirect("case-documents", pk=case.pk)
    log_read(actor, case.pk, "documents")
    files = Attachment.objects.visible_to(actor).filter(case_id=case.pk).select_related("added_by__user")
    context = framed(
        request, case, "documents", {"files": list(files.order_by("-added_at", "-pk")), "form": form}
    )
    if form is None:
        return render(request, "cases/documents.html", context)
    return respond(request, "cases/documents.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*UNIT_HEADS, Role.DIRECTOR)
def cases_reassign(request: HttpRequest) -> HttpResponse:
    """Every open case of one worker to another, on a page that shows who leads how many."""
    actor, now = request.actor, clock.now()
    loads = queries.loads_of_leads(actor, now)
    workers = workers_of(actor.center_id or 0, now)
    form = ReassignForm(request.POST or None, holders=[load.lead.pk for load in loads], workers=workers)
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.reassign_cases, by=actor, now=now, **form.cleaned_data)
        if done and done.value:
            told = ngettext(
                "%(number)d case was handed over.", "%(number)d cases were handed over.", done.value.moved
            )
            messages.success(request, told % {"number": done.value.moved})
            if done.value.kept:
                text = _("Cases that stayed, because the new lead cannot work on them: %(number)d.")
                messages.warning(request, text % {"number": done.value.kept})
            return redirect("cases-reassign")
    here = {worker.pk for worker in workers}
    context = {
        "form": form,
        "loads": [(load, load.lead.pk not in here) for load in loads],
        "crumbs": [Crumb(_("Cases"), reverse("case-list")), Crumb(_("Reassign cases"))],
    }
    return respond(request, "cases/reassign.html", context, form)
