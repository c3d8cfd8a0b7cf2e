"""People and consent of a case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import actions, cards, queries
from cases.consent import has_consent
from cases.forms.consents import ConsentForm, SettlementForm, WithdrawalForm
from cases.forms.people import MemberForm, initial_of
from cases.frame import case_for, crumbs_of, framed, worked_case
from cases.models import Case, CaseMember, Consent
from cases.page import member_acts
from cases.permissions import CASE_ROLES, works
from cases.views.presenting import CONSENT_TONES
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS
from family_support.base import clock
from family_support.base.clock import local_date
from family_support.base.rows import one
from family_support.deadlines.queries import for_subject
from family_support.documents.models import Attachment
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb


@require_safe
@allowed(*CASE_ROLES)
def case_people(request: HttpRequest, pk: int) -> HttpResponse:
    """The family and its consents."""
    case = case_for(request, pk)
    log_read(request.actor, case.pk, "people")
    members = list(queries.members_of(case))
    today = local_date(clock.now())
    card, waiting = cards.waiting(case, members)
    context = {
        "card": card,
        "waiting": waiting,
        "members": [
            {"member": member, "person": member.person, "minor": member.person.is_minor(today)}
            for member in members
        ],
        "consents": list(
            Consent.objects.filter(case=case).select_related("person").order_by("-asked_at", "-pk")
        ),
        "consent_tones": CONSENT_TONES,
        "member_acts": member_acts() if works(case, request.actor) else [],
        "consented": has_consent(case, on=clock.today()),
    }
    return render(request, "cases/people.html", framed(request, case, "people", context))


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a member of the family."""
    case = worked_case(request, pk)
    members = list(queries.members_of(case))
    consented = has_consent(case, on=clock.today())
    # Consent comes before a family's data is taken over from what a system sent (94-V art. 8).
    asked = (request.GET.get("card", ""), request.GET.get("member", ""))
    initial = cards.taken_over(case, members, *asked) if consented else {}
    form = MemberForm(request.POST or None, members=members, consented=consented, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = run(
            form,
            actions.add_member,
            case=case,
            data=form.person_data(),
            relation=data["relation"],
            lives_together=data["lives_together"],
            legal_representative=data["legal_representative"],
            key=data["key"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            messages.success(request, _("The family member was added."))
            return redirect("case-people", pk=case.pk)
    log_read(request.actor, case.pk, "people")
    return _member_page(request, case, form, _("Add a family member"))


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def member_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a member's data and place in the family."""
    member = one(CaseMember.objects.select_related("person"), pk=pk)
    case = worked_case(request, member.case_id)
    others = [other for other in queries.members_of(case) if other.pk != member.pk]
    form = MemberForm(
        request.POST or None,
        members=others,
        consented=has_consent(case, on=clock.today()),
        changing=True,
        initial=initial_of(member),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = run(
            form,
            actions.change_member,
            member=member,
            data=form.person_data(),
            relation=data["relation"],
            lives_together=data["lives_together"],
            legal_representative=data["legal_representative"],
            version=data["version"],
            reason=data["reason"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            messages.success(request, _("The changes were saved."))
            return redirect("case-people", pk=case.pk)
    log_read(request.actor, case.pk, f"person {member.person_id}")
    return _member_page(request, case, form, _("Change a family member"))


def _member_page(request: HttpRequest, case: Case, form: MemberForm, heading: str) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "button": _("Save"),
        "cancel_url": reverse("case-people", args=(case.pk,)),
        "crumbs": crumbs_of(case, Crumb(heading)),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def consent_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a person of the family decided about their data."""
    case = worked_case(request, pk)
    members = list(queries.members_of(case))
    held = _held(case, members, request.GET.get("person", ""))
    form = ConsentForm(request.POST or None, request.FILES or None, members=members, initial=_offered(held))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = run(
            form,
            actions.record_consent,
            case=case,
            person=data["person"],
            given=data["decision"] == "given",
            signed_on=data["signed_on"],
            valid_until=data["valid_until"],
            data=data["data"],
            third_parties=data["third_parties"],
            cross_border=data["cross_border"],
            publication=data["publication"],
            reason=data["reason"],
            upload=data["scan"],
            key=data["key"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            messages.success(request, _("The decision was recorded."))
            return redirect("case-people", pk=case.pk)
    log_read(request.actor, case.pk, "consent")
    context = {
        "form": form,
        "case": case,
        "heading": _("Consent to the processing of personal data"),
        "subtitle": _("Operator: {center}").format(center=case.center.name),
        "intro": _("A newer consent replaces the one in force; taking a part of it back is a withdrawal.")
        if held
        else _("Consent comes before the full profile and the plan (R256 13; Law 94-V art. 8)."),
        "button": _("Record"),
        "cancel_url": reverse("case-people", args=(case.pk,)),
        "crumbs": crumbs_of(case, Crumb(_("Consent"))),
        "has_people": bool(members),
    }
    return respond(request, "cases/consent_new.html", context, form)


def _held(case: Case, members: list[CaseMember], person: str) -> Consent | None:
    """The consent in force of the person asked for, else of the first of the family: the newer one begins from it."""
    known = [str(member.person_id) for member in members]
    if not known:
        return None
    chosen = person if person in known else known[0]
    return Consent.objects.in_force(clock.today()).filter(case=case, person_id=chosen).first()


def _offered(held: Consent | None) -> dict[str, Any]:
    """What the form of a consent begins with."""
    offered: dict[str, Any] = {"decision": "given", "data": Consent.Data.values, "signed_on": clock.today()}
    if held is None:
        return offered
    allowed = {name: getattr(held, name) for name in ("third_parties", "cross_border", "publication")}
    return {**offered, **allowed, "person": held.person_id}


def _consent_of(request: HttpRequest, pk: int) -> Consent:
    return one(
        Consent.objects.visible_to(request.actor).select_related("person", "recorded_by__user"),
        pk=pk,
    )


@require_safe
@allowed(*CASE_ROLES)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """One consent: what it covers, its paper, its withdrawal."""
    found = _consent_of(request, pk)
    case = case_for(request, found.case_id)
    log_read(request.actor, case.pk, f"consent {found.pk}")
    papers = Attachment.objects.visible_to(request.actor).of_subject("cases.consent", found.pk)
    context = {
        "consent": found,
        "case": case,
        "tone": CONSENT_TONES[found.state],
        "data": [Consent.Data(code).label for code in found.data],
        "papers": papers,
        "deadlines": list(for_subject(("cases.consent", found.pk))),
        "works": works(case, request.actor) and not case.is_closed,
        "now": clock.now(),
        "crumbs": crumbs_of(case, Crumb(_("Consent"))),
    }
    return render(request, "cases/consent.html", context)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The person takes the consent back."""
    found = _consent_of(request, pk)
    case = worked_case(request, found.case_id)
    form = WithdrawalForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.withdraw_consent,
            consent=found,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("The withdrawal was recorded; its term is running."))
            return redirect("consent", pk=found.pk)
    context = {
        "form": form,
        "heading": _("Withdraw the consent"),
        "consequences": [
            _("Processing has to stop within 15 working days (94-V art. 8)."),
            _("The plan and the hand-off need a new consent."),
        ],
        "button": _("Record the withdrawal"),
        "danger": True,
        "cancel_url": reverse("consent", args=(pk,)),
        "crumbs": crumbs_of(case, Crumb(_("Consent"))),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def consent_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how the withdrawal was settled."""
    found = _consent_of(request, pk)
    case = worked_case(request, found.case_id)
    form = SettlementForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.settle_withdrawal,
            consent=found,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("The withdrawal is settled."))
            return redirect("consent", pk=found.pk)
    context = {
        "form": form,
        "heading": _("Settle the withdrawal"),
        "button": _("Record"),
        "cancel_url": reverse("consent", args=(pk,)),
        "crumbs": crumbs_of(case, Crumb(_("Consent"))),
    }
    return respond(request, "ui/form_page.html", context, form)
