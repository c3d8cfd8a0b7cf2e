"""The end of a plan on R256 19(2)–(4): the caseworker's proposal, the head's decision and its paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.frame import listed_case
from cases.papers import chosen_language, file_answer
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS, Role
from family_support.base.clock import local_date, now
from family_support.base.rows import one
from family_support.documents.models import Attachment
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from ipr import actions, forms
from ipr.actions.leaving import PROPOSAL
from ipr.models import EndDecision, EndProposal, Plan
from ipr.papers import decision_pdf
from ipr.permissions import check_can_propose_end, check_can_terminate
from ipr.views.loading import crumbs, work_plan

PAPERS = WORKERS | {Role.DIRECTOR}


def _files(form: Any) -> Sequence[Any]:
    return [form.cleaned_data["file"]] if form.cleaned_data["file"] else []


@allowed(*WORKERS)
def plan_end_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to the head to end the plan, with reasons and a paper."""
    plan = work_plan(request, pk)
    check_can_propose_end(request.actor, plan)
    form = forms.ProposeEndForm(
        request.POST or None, request.FILES or None, initial={"version": plan.version}
    )
    if request.method == "POST" and form.is_valid():
        proposed = run(
            form,
            actions.propose_end,
            plan=plan,
            ground=form.cleaned_data["ground"],
            evidence=form.cleaned_data["evidence"],
            files=_files(form),
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if proposed:
            messages.success(request, _("The proposal is with the director."))
            return redirect("plan", plan.case_id)
    context = {
        "form": form,
        "heading": _("Propose to end the plan"),
        "subtitle": plan.case.number,
        "button": _("Send to the director"),
        "consequences": [
            _("The director is told and decides within two working days (internal target)."),
            _("The plan stays in force until the decision."),
        ],
        "cancel_url": reverse("plan", args=(plan.case_id,)),
        "crumbs": crumbs(plan.case, Crumb(_("Propose to end the plan"))),
    }
    return respond(request, "ui/form_page.html", context, form)


def _proposal(request: HttpRequest, pk: int) -> EndProposal:
    found = one(EndProposal.objects.visible_to(request.actor).select_related("plan"), pk=pk)
    found.plan.case = listed_case(request, found.plan.case_id)
    return found


@require_POST
@allowed(*WORKERS)
def plan_end_recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposal back before it was answered."""
    proposal = _proposal(request, pk)
    work_plan(request, proposal.plan_id)
    run(None, actions.recall_proposal, proposal=proposal, by=request.actor, now=now())
    messages.success(request, _("The proposal is taken back."))
    return redirect("plan", proposal.plan.case_id)


@allowed(Role.DIRECTOR)
def plan_end_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan goes on, with the head's reason."""
    proposal = _proposal(request, pk)
    plan = proposal.plan
    check_can_terminate(request.actor, plan)
    form = forms.RefuseEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = run(
            form,
            actions.refuse_end,
            proposal=proposal,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=now(),
        )
        if refused:
            messages.success(request, _("The plan goes on; the case manager is told."))
            return redirect("approval-queue")
    context = {
        "form": form,
        "heading": _("Do not end the plan"),
        "subtitle": plan.case.number,
        "button": _("The plan goes on"),
        "consequences": [_("The case manager gets your reason; the plan stays in force.")],
        "cancel_url": reverse("plan-terminate", args=(plan.pk,)),
        "crumbs": _director_crumbs(_("Do not end the plan")),
    }
    return respond(request, "ui/form_page.html", context, form)


@allowed(Role.DIRECTOR)
def plan_terminate(request: HttpRequest, pk: int) -> HttpResponse:
    """The head's decision to end a plan on R256 19(2)–(4), beside the caseworker's proposal where there is one."""
    plan = one(Plan.objects, pk=pk)
    plan.case = listed_case(request, plan.case_id)
    check_can_terminate(request.actor, plan)
    proposal = plan.proposals.open().select_related("proposed_by__user").first()
    form = forms.TerminateForm(request.POST or None, request.FILES or None, initial=_initial(plan, proposal))
    if request.method == "POST" and form.is_valid() and _terminate(request, plan, form):
        messages.success(
            request,
            _("The plan has ended. If the work with the family ends too, close the case here."),
        )
        return redirect("case-close", plan.case_id)
    log_read(request.actor, plan.case_id, f"proposal {proposal.pk}" if proposal is not None else "plan")
    context = {
        "form": form,
        "plan": plan,
        "case": plan.case,
        "proposal": proposal,
        "papers": Attachment.objects.of_subject(PROPOSAL, proposal.pk).order_by("pk") if proposal else [],
        "crumbs": _director_crumbs(_("End the plan")),
    }
    return respond(request, "ipr/terminate.html", context, form)


def _initial(plan: Plan, proposal: EndProposal | None) -> dict[str, Any]:
    today = local_date(now())
    given: dict[str, Any] = {"version": plan.version, "decided_on": today, "ended_on": today}
    if proposal is not None:
        given |= {"ground": proposal.ground, "evidence": proposal.evidence}
    return given


def _terminate(request: HttpRequest, plan: Plan, form: Any) -> bool:
    data = form.cleaned_data
    ended = run(
        form,
        actions.terminate_plan,
        plan=plan,
        ground=data["ground"],
        evidence=data["evidence"],
        ended_on=data["ended_on"],
        decision=actions.DecisionData(data["number"], data["decided_on"], data["text"]),
        files=_files(form),
        expected_version=data["version"],
        by=request.actor,
        now=now(),
    )
    return bool(ended)


def _director_crumbs(last: str) -> list[Crumb]:
    return [Crumb(_("Approvals"), reverse("approval-queue")), Crumb(last)]


@require_safe
@allowed(*PAPERS)
def plan_decision_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision as PDF: `pk` is the plan's."""
    rows = EndDecision.objects.visible_to(request.actor)
    decision = one(rows.select_related("plan__case__center__district", "by__user", "acting"), plan=pk)
    case = decision.plan.case
    log_read(request.actor, case.pk, f"decision {decision.pk}")
    language = chosen_language(request.GET.get("language", ""))
    return file_answer(decision_pdf(decision, language), f"decision-{case.number}.pdf")
