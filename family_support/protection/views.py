"""Pages of data protection: the paper for the person, and what is erased after the legal term."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.frame import crumbs_of, listed_case, worked_case
from cases.models import Case, CaseMember
from cases.papers import file_answer
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS, Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.protection import actions
from family_support.protection.export import data_pdf
from family_support.protection.forms import ConfirmErasureForm, DataRequestForm, HoldForm
from family_support.protection.models import DataRequest, Disposal, DisposalItem, LegalHold, RetentionRule
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def data_request_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A person of the family asks for their own data."""
    member = one(CaseMember.objects.select_related("person"), pk=pk)
    case = worked_case(request, member.case_id)
    form = DataRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.give_data,
            member=member,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            return redirect("data-request", pk=done.value.pk)
    log_read(request.actor, case.pk, f"person {member.person_id}")
    context = {
        "form": form,
        "heading": _("Data for the person"),
        "subtitle": member.person.full_name,
        "intro": _(
            "The paper holds what is kept about this person alone, and who read it (94-V art. 24). "
            "Data of other people, who told and the address of a shelter are not in it."
        ),
        "consequences": [
            _("Hand it to the person only; if it is not safe to keep at home, let it be read here."),
            _("The request is written into the timeline and the read log."),
        ],
        "button": _("Make the paper"),
        "cancel_url": reverse("case-people", args=(case.pk,)),
        "crumbs": crumbs_of(case, Crumb(_("Data for the person"))),
    }
    return respond(request, "ui/form_page.html", context, form)


def _request_of(request: HttpRequest, pk: int) -> DataRequest:
    rows = DataRequest.objects.visible_to(request.actor)
    return one(rows.select_related("case__center", "person", "by__user"), pk=pk)


@require_safe
@allowed(*WORKERS)
def data_request(request: HttpRequest, pk: int) -> HttpResponse:
    """The request, and its paper in each language."""
    found = _request_of(request, pk)
    case = worked_case(request, found.case_id)
    log_read(request.actor, case.pk, f"data request {found.pk}")
    context = {"found": found, "case": case, "crumbs": crumbs_of(case, Crumb(_("Data for the person")))}
    return render(request, "protection/data_request.html", context)


@require_safe
@allowed(*WORKERS)
def data_request_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper itself."""
    found = _request_of(request, pk)
    log_read(request.actor, found.case_id, f"data of person {found.person_id}")
    content = data_pdf(found, request.GET.get("language", ""), clock.now())
    return file_answer(content, f"data-{found.case.number}-{found.pk}.pdf")


@require_safe
@allowed(Role.DIRECTOR)
def disposals(request: HttpRequest) -> HttpResponse:
    """What may be erased, what waits for its day, what is kept by a hold."""
    seen = Case.objects.listed_to(request.actor).values("pk")
    items = Prefetch("items", DisposalItem.objects.filter(case__in=seen).select_related("case", "rule"))
    rows = Disposal.objects.visible_to(request.actor).prefetch_related(items).order_by("-proposed_at", "-pk")
    context = {
        "lists": list(rows[:20]),
        "holds": list(LegalHold.objects.visible_to(request.actor).standing().select_related("case")),
        "rules": list(RetentionRule.objects.in_force(clock.today()).order_by("years")),
        "now": clock.now(),
    }
    return render(request, "protection/disposals.html", context)


def _disposal(request: HttpRequest, pk: int) -> Disposal:
    return one(Disposal.objects.visible_to(request.actor), pk=pk)


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def disposal_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a list: irreversible after seven days."""
    found = _disposal(request, pk)
    form = ConfirmErasureForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(form, actions.confirm, disposal=found, by=request.actor, now=clock.now(), **data):
            messages.success(request, _("The list is confirmed: it is carried out in seven days."))
            return redirect("disposals")
    context = {
        "form": form,
        "heading": _("Confirm the list for erasure"),
        "consequences": [
            _("Names, numbers, addresses, narratives and files of the listed cases are erased for good."),
            _("Counts, dates and the record of who did what remain."),
            _("Until the day of erasure you may take the confirmation back."),
        ],
        "button": _("Confirm the erasure"),
        "danger": True,
        "cancel_url": reverse("disposals"),
        "crumbs": [
            Crumb(_("Terms of keeping"), reverse("disposals")),
            Crumb(_("Confirm the list for erasure")),
        ],
    }
    return respond(request, "ui/form_page.html", context, form)


@require_POST
@allowed(Role.DIRECTOR)
def disposal_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Second thoughts."""
    found = _disposal(request, pk)
    actions.take_back(disposal=found, version=_version(request), by=request.actor, now=clock.now())
    messages.success(request, _("The confirmation was taken back: nothing is erased."))
    return redirect("disposals")


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def hold_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a case from erasure."""
    case = listed_case(request, pk)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form, actions.place_hold, case=case, by=request.actor, now=clock.now(), **form.cleaned_data
        )
        if done:
            messages.success(request, _("The case is kept until you lift the hold."))
            return redirect("disposals")
    context = {
        "form": form,
        "heading": _("Keep the case from erasure"),
        "subtitle": case.number,
        "button": _("Keep the case"),
        "cancel_url": reverse("disposals"),
        "crumbs": [Crumb(_("Terms of keeping"), reverse("disposals")), Crumb(case.number)],
    }
    return respond(request, "ui/form_page.html", context, form)


@require_POST
@allowed(Role.DIRECTOR)
def hold_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """The reason to keep the case is gone."""
    found = one(LegalHold.objects.visible_to(request.actor), pk=pk)
    actions.lift_hold(hold=found, by=request.actor, now=clock.now())
    messages.success(request, _("The hold was lifted."))
    return redirect("disposals")
