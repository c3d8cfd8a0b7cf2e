"""The director's queue and decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base.clock import now
from family_support.base.errors import AppError, Missing
from family_support.deadlines.models import Deadline
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.workdays.queries import load_calendar
from ipr import actions, forms
from ipr.actions.leaving import PLAN
from ipr.actions.versions import SUBJECT
from ipr.changes import effects
from ipr.days import note_days
from ipr.difference import difference
from ipr.models import PlanVersion
from ipr.permissions import check_can_decide, check_state
from ipr.queries import by_sector, own_work_of, proposals_waiting, waiting
from ipr.views.loading import in_force_beside, read_version, state_badge


@require_safe
@allowed(Role.DIRECTOR)
def approval_queue(request: HttpRequest) -> HttpResponse:
    """Plans that wait for the director, longest first, each with the internal term of approval."""
    actor: Any = request.actor
    rows = list(waiting(actor))
    terms = Deadline.objects.open().for_display().filter(code="plan_approval", subject_type=SUBJECT)
    due = {each.subject_id: each for each in terms.filter(subject_id__in=[row.pk for row in rows])}
    lines = [
        {
            "version": row,
            "due": due.get(row.pk),
            "measures": row.measure_count,  # annotated by the queue
            "own": actor.user_id in _drawn_up_by(row),
        }
        for row in rows
    ]
    context = {"lines": lines, "proposals": _proposals(actor), "now": now()}
    return render(request, "ipr/queue.html", context)


def _proposals(actor: Any) -> list[dict[str, Any]]:
    """Proposals to end a plan that wait for the decision, each with its internal term."""
    rows = list(proposals_waiting(actor))
    terms = Deadline.objects.open().for_display().filter(code="termination_decision", subject_type=PLAN)
    due = {each.subject_id: each for each in terms.filter(subject_id__in=[row.plan_id for row in rows])}
    return [
        {
            "proposal": row,
            "due": due.get(row.plan_id),
        }
        for row in rows
    ]


def _drawn_up_by(version: PlanVersion) -> set[int]:
    """The users of `own_work_of`, over rows that are loaded."""
    signers = {each.membership.user_id for each in version.signatures.all() if each.membership}
    return {version.author.user_id, *signers}


def _submitted(request: HttpRequest, pk: int) -> PlanVersion:
    """A submitted version of the director's Center; one decided already is a Conflict. Errors: Missing."""
    actor: Any = request.actor
    version = read_version(request, pk)
    if version.plan.case.center_id != actor.center_id:
        raise Missing()
    check_state(version, PlanVersion.State.SUBMITTED)
    return version


def _page(request: HttpRequest, version: PlanVersion) -> dict[str, Any]:
    before = in_force_beside(version)
    calendar = load_calendar(center=version.plan.case.center)
    note_days(calendar, [*version.measures.all(), *version.family_measures.all()])
    told = effects(before, version, version.plan.case.center.name)
    refusal = ""
    try:
        check_can_decide(request.actor, version, own_work_of(version))
    except AppError as error:
        refusal = str(error.detail)
    return {
        "case": version.plan.case,
        "version": version,
        "mark": state_badge(version),
        "before": before,
        "difference": difference(before, version) if before else None,
        "groups": by_sector(version),
        "refusal": refusal,
        "effects": told,
        "continues": before is not None and before.plan_id != version.plan_id,
        "bodies": sum(each.key is not None and each.is_told for each in told),
        "measures": version.measures.all(),
        "crumbs": [Crumb(_("Approvals"), reverse("approval-queue")), Crumb(version.plan.case.number)],
    }


@allowed(Role.DIRECTOR)
def plan_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole plan, its difference to the version in force, and the decision."""
    version = _submitted(request, pk)
    form = forms.DecisionForm(request.POST or None, initial={"version": version.version})
    if request.method == "POST" and form.is_valid():
        approved = run(
            form,
            actions.approve_plan,
            version=version,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if approved:
            messages.success(request, _("The plan is approved: it goes to the bodies."))
            return redirect("approval-queue")
    return respond(request, "ipr/approve.html", {"form": form, **_page(request, version)}, form)


@allowed(Role.DIRECTOR)
def plan_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the plan back with a reason."""
    version = _submitted(request, pk)
    form = forms.ReturnForm(request.POST or None, initial={"version": version.version})
    if request.method == "POST" and form.is_valid():
        returned = run(
            form,
            actions.return_plan,
            version=version,
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if returned:
            messages.success(request, _("The plan is returned."))
            return redirect("approval-queue")
    context = {
        "form": form,
        "heading": _("Return the plan"),
        "button": _("Return"),
        "subtitle": version.plan.case.number,
        "cancel_url": reverse("plan-approve", args=(pk,)),
        "consequences": [
            _("The case manager gets the plan back with your reason."),
            _("The signatures are void; after the rework it is signed again."),
        ],
        "crumbs": [Crumb(_("Approvals"), reverse("approval-queue")), Crumb(_("Return"))],
    }
    return respond(request, "ui/form_page.html", context, form)
