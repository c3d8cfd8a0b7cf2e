"""Freezing, signing, and leaving a version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS
from family_support.base.clock import local_date, now
from family_support.base.idempotency import run_once
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from ipr import actions, forms
from ipr.models import PlanVersion, Signature
from ipr.permissions import check_can_lead, check_state
from ipr.queries import facts_of, period_months
from ipr.rules import version_gaps, version_warnings
from ipr.views.loading import crumbs, work_version

SIGNATURE_FORMS: dict[str, Any] = {
    Signature.Party.CENTER: forms.CenterSignatureForm,
    Signature.Party.FAMILY: forms.FamilySignatureForm,
}


def _lead_version(request: HttpRequest, pk: int, *states: str) -> PlanVersion:
    version = work_version(request, pk)
    check_can_lead(request.actor, version.plan.case)
    check_state(version, *states)
    return version


@allowed(*WORKERS)
def plan_freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the content for signing, on a page that says what follows and what is missing."""
    version = _lead_version(request, pk, PlanVersion.State.DRAFT)
    form = forms.DecisionForm(request.POST or None, initial={"version": version.version})
    if request.method == "POST" and form.is_valid():
        frozen = run(
            form,
            actions.freeze_version,
            version=version,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if frozen:
            messages.success(request, _("The plan is fixed. Print it and have it signed."))
            return redirect("plan-sign", pk)
    today = local_date(now())
    facts = facts_of(version, today)
    bodies = len({each.agency_id for each in version.measures.all() if each.agency_id})
    context = {
        "form": form,
        "case": version.plan.case,
        "version": version,
        "gaps": version_gaps(facts, months=period_months(today)),
        "warnings": version_warnings(facts),
        "bodies": bodies,
        "crumbs": crumbs(version.plan.case, Crumb(_("Fix for signing"))),
    }
    return respond(request, "ipr/freeze.html", context, form)


def _reasoned(
    request: HttpRequest,
    version: PlanVersion,
    action: Any,
    page: dict[str, Any],
    done: str,
    target: tuple[str, int],
) -> HttpResponse:
    """A step with a reason, on a page of its own."""
    form = forms.LeaveForm(request.POST or None, initial={"version": version.version})
    if request.method == "POST" and form.is_valid():
        carried_out = run(
            form,
            action,
            version=version,
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if carried_out:
            messages.success(request, done)
            return redirect(*target)
    case = version.plan.case
    context = {
        "form": form,
        "subtitle": f"{case.number} · " + _("Version %(number)s") % {"number": version.number},
        "cancel_url": reverse("plan", args=(case.pk,)),
        "crumbs": crumbs(case, Crumb(page["heading"])),
        **page,
    }
    return respond(request, "ui/form_page.html", context, form)


@allowed(*WORKERS)
def plan_thaw(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the draft; signatures are void."""
    version = _lead_version(request, pk, PlanVersion.State.SIGNING)
    page = {
        "heading": _("Take the plan back to the draft"),
        "button": _("Take back"),
        "danger": True,
        "consequences": [
            _("Signatures recorded in this round are void."),
            _("The plan can be changed again."),
        ],
    }
    return _reasoned(
        request, version, actions.thaw_version, page, _("The plan is a draft again."), ("plan-edit", pk)
    )


@allowed(*WORKERS)
def plan_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft or a returned version up."""
    version = _lead_version(request, pk, PlanVersion.State.DRAFT, PlanVersion.State.RETURNED)
    page = {
        "heading": _("Discard the version"),
        "button": _("Discard"),
        "danger": True,
        "consequences": [_("This version ends; the version in force, if any, stays as it is.")],
    }
    return _reasoned(
        request,
        version,
        actions.discard_version,
        page,
        _("The version is discarded."),
        ("plan", version.plan.case_id),
    )


@require_POST
@allowed(*WORKERS)
def plan_rework(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a returned version back into work."""
    version = _lead_version(request, pk, PlanVersion.State.RETURNED)
    run(
        None,
        actions.rework_plan,
        version=version,
        expected_version=request.POST.get("version"),
        by=request.actor,
        now=now(),
    )
    return redirect("plan-edit", pk)


@allowed(*WORKERS)
def plan_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signatures of the Center's worker and of the person (family), each with its scan."""
    version = _lead_version(request, pk, PlanVersion.State.SIGNING)
    case = version.plan.case
    signed = _signed(version)
    shown = {party: kind for party, kind in SIGNATURE_FORMS.items() if party not in signed}
    sent: list[str] = []
    if request.method == "POST":
        filled = [party for party in SIGNATURE_FORMS if _filled(request, party)]
        sent = [party for party in shown if party in filled]
        if filled and not sent:  # pressed twice: it is recorded
            return redirect("plan-sign", pk)
        sent = sent or list(shown)
    asked: dict[str, Any] = {
        party: kind(
            request.POST if party in sent else None,
            request.FILES if party in sent else None,
            case=case,
            prefix=str(party),
        )
        for party, kind in shown.items()
    }
    if sent and not any(asked[party].errors for party in sent):
        done = [
            party
            for party in sent
            if run(asked[party], _sign, request=request, version=version, party=party, form=asked[party])
        ]
        if PlanVersion.objects.filter(pk=pk, state=PlanVersion.State.SUBMITTED).exists():
            messages.success(request, _("Both have signed: the plan is with the director for approval."))
            return redirect("plan", case.pk)
        if done:
            messages.success(request, _("The signature is recorded."))
        if done == sent:
            return redirect("plan-sign", pk)
        signed = _signed(version)
        asked = {party: form for party, form in asked.items() if party not in signed}
    context = {
        "case": case,
        "version": version,
        "signed": list(signed.values()),
        "center_form": asked.get(Signature.Party.CENTER),
        "family_form": asked.get(Signature.Party.FAMILY),
        "crumbs": crumbs(case, Crumb(_("Signatures"))),
    }
    return respond(request, "ipr/sign.html", context, *asked.values())


def _signed(version: PlanVersion) -> dict[str, Signature]:
    """Who has signed in this round already."""
    rows = version.signatures.filter(round=version.round).select_related("membership__user", "person")
    return {each.party: each for each in rows}


def _filled(request: HttpRequest, party: str) -> bool:
    """Whether anything of this party's signature was given; the other can be recorded later."""
    given = {**request.POST.dict(), **request.FILES.dict()}
    return any(given[name] for name in given if name.startswith(f"{party}-") and name != f"{party}-key")


def _sign(request: HttpRequest, version: PlanVersion, party: str, form: Any) -> Signature:
    data = dict(form.cleaned_data)
    key, scan = data.pop("key"), data.pop("scan")

    def sign() -> Signature:
        return actions.record_signature(
            version=version,
            party=party,
            upload=scan,
            by=request.actor,
            now=now(),
            **data,
        )

    return run_once(key, request.actor, f"plan-sign {version.pk}", {**data, "scan": scan}, sign)
