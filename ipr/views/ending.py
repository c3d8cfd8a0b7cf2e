"""Marks on the family's measures, the completion mark, and the other ends of a plan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.frame import listed_case
from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS, Role
from family_support.base.clock import local_date, now
from family_support.base.errors import Missing
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from ipr import actions, completion, forms
from ipr.models import FamilyMeasure, Plan
from ipr.permissions import check_can_lead, check_can_terminate
from ipr.views.loading import crumbs, work_plan, work_version


@allowed(*WORKERS)
def family_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """How a measure of the family went, with what confirms it."""
    measure = FamilyMeasure.objects.filter(pk=pk).first()
    if measure is None:
        raise Missing()
    version = work_version(request, measure.plan_version_id)
    case = version.plan.case
    form = forms.MarkForm(request.POST or None, initial={"version": measure.version})
    if request.method == "POST" and form.is_valid():
        marked = run(
            form,
            actions.mark_family_measure,
            measure=measure,
            mark=form.cleaned_data["mark"],
            evidence=form.cleaned_data["evidence"],
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if marked:
            messages.success(request, _("The mark is recorded."))
            return redirect("plan", case.pk)
    context = {
        "form": form,
        "heading": _("Mark a measure of the family"),
        "subtitle": case.number,
        "intro": measure.text,
        "button": _("Mark"),
        "cancel_url": reverse("plan", args=(case.pk,)),
        "crumbs": crumbs(case, Crumb(_("Mark"))),
    }
    return respond(request, "ui/form_page.html", context, form)


@allowed(*WORKERS)
def plan_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """The completion mark with its date (R192 12), on a page that says what is still open."""
    plan = work_plan(request, pk)
    check_can_lead(request.actor, plan.case)
    initial: dict[str, Any] = {
        "version": plan.version,
        "completed_on": completion.last_done(plan) or local_date(now()),
    }
    form = forms.CompleteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        completed = run(
            form,
            actions.complete_plan,
            plan=plan,
            completed_on=form.cleaned_data["completed_on"],
            note=form.cleaned_data["note"],
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if completed:
            messages.success(request, _("The plan is completed and the case is closed."))
            return redirect("case", plan.case_id)
    context = {
        "form": form,
        "plan": plan,
        "case": plan.case,
        "open_ones": completion.pending(plan) if plan.state == Plan.State.IN_FORCE else [],
        "crumbs": crumbs(plan.case, Crumb(_("Completion mark"))),
    }
    return respond(request, "ipr/complete.html", context, form)


@allowed(Role.DIRECTOR)
def plan_terminate(request: HttpRequest, pk: int) -> HttpResponse:
    """End a plan on R256 19(2)–(4), with evidence."""
    plan = Plan.objects.filter(pk=pk).first()
    if plan is None:
        raise Missing()
    plan.case = listed_case(request, plan.case_id)
    check_can_terminate(request.actor, plan)
    form = forms.TerminateForm(request.POST or None, initial={"version": plan.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        ended = run(
            form,
            actions.terminate_plan,
            plan=plan,
            ground=data["ground"],
            evidence=data["evidence"],
            ended_on=data["ended_on"],
            expected_version=data["version"],
            by=request.actor,
            now=now(),
        )
        if ended:
            messages.success(request, _("The plan has ended."))
            return redirect("case-list")
    context = {
        "form": form,
        "heading": _("End the plan"),
        "subtitle": plan.case.number,
        "button": _("End the plan"),
        "danger": True,
        "consequences": [
            _("The plan ends on the ground you choose; terms that run on it are cancelled."),
            _("The bodies are told, and their access ends."),
        ],
        "crumbs": crumbs(plan.case, Crumb(_("End the plan"))),
    }
    return respond(request, "ui/form_page.html", context, form)
