"""Marks on the family's measures, the completion mark, and the next plan after the year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS
from family_support.base.clock import local_date, now
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from ipr import actions, completion, forms
from ipr.models import FamilyMeasure, Plan, PlanVersion
from ipr.permissions import check_can_lead
from ipr.views.loading import crumbs, work_plan, work_version


@allowed(*WORKERS)
def family_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """How a measure of the family went, with what confirms it."""
    measure = one(FamilyMeasure.objects, pk=pk)
    version = work_version(request, measure.plan_version_id)
    case = version.plan.case
    form = forms.MarkForm(request.POST or None, request.FILES or None, initial={"version": measure.version})
    if request.method == "POST" and form.is_valid():
        marked = run(
            form,
            actions.mark_family_measure,
            measure=measure,
            mark=form.cleaned_data["mark"],
            evidence=form.cleaned_data["evidence"],
            files=[form.cleaned_data["file"]] if form.cleaned_data["file"] else [],
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


@allowed(*WORKERS)
def plan_next(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of the next period, on a page that says what follows."""
    plan = work_plan(request, pk)
    check_can_lead(request.actor, plan.case)
    form = forms.NextPlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        carry_over, key = form.cleaned_data["carry_over"], form.cleaned_data["key"]

        def start() -> PlanVersion:
            return actions.start_next_plan(plan=plan, carry_over=carry_over, by=request.actor, now=now())

        begun = run(
            form,
            run_once,
            key=key,
            by=request.actor,
            action=f"plan-next {pk}",
            body={"carry_over": carry_over},
            run=start,
        )
        if begun and begun.value:
            messages.success(request, _("The next plan is begun: set its period and measures."))
            return redirect("plan-edit", begun.value.pk)
    in_force = completion.version_in_force(plan)
    context = {
        "form": form,
        "heading": _("Next plan"),
        "subtitle": plan.case.number,
        "intro": _("The plan in force runs until %(day)s.") % {"day": f"{in_force.ends_on:%d.%m.%Y}"}
        if in_force and in_force.ends_on
        else "",
        "button": _("Begin the next plan"),
        "consequences": [
            _("The case goes back to planning."),
            _("The plan in force stays in force, with its tasks, until the director approves the next one."),
            _("The plan in force can no longer be amended or completed: the work goes on by the next one."),
        ],
        "cancel_url": reverse("plan", args=(plan.case_id,)),
        "crumbs": crumbs(plan.case, Crumb(_("Next plan"))),
    }
    return respond(request, "ui/form_page.html", context, form)
