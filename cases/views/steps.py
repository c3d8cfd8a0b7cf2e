"""What moves a case: consultation, risk, threat, closing, team and access, documents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions, permissions
from cases.closing import blockers, outliving
from cases.forms.consents import ConsultationForm
from cases.forms.steps import ClosingForm, RiskForm, ThreatForm
from cases.frame import crumbs_of, listed_case, worked_case
from cases.models import Case, Consultation, Intake
from cases.papers import file_answer, redirection_pdf
from cases.permissions import CASE_ROLES, LIST_ROLES, directs, works
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS, Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.deadlines.models import Deadline
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def consultation_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an intake: consultation, redirection, or neither with its reason."""
    intake = Intake.objects.visible_to(request.actor).filter(pk=pk, case__isnull=False).first()
    if intake is None or intake.case_id is None:
        raise Missing
    return _consultation(request, worked_case(request, intake.case_id), intake)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def case_consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a consultation or redirection in a case, whatever intake it answers."""
    return _consultation(request, worked_case(request, pk), None)


def _consultation(request: HttpRequest, case: Case, intake: Intake | None) -> HttpResponse:
    now = clock.now()
    kind = request.GET.get("kind", "")
    violence = Deadline.objects.open().filter(case_id=case.pk, code="violence_redirection").exists()
    form = ConsultationForm(
        request.POST or None,
        region_id=center_of(request).district.region_id,
        violence=violence,
        initial={
            "held_at": now,
            "kind": kind if kind in Consultation.Kind.values else Consultation.Kind.CONSULTATION,
            "special_services": violence and kind == Consultation.Kind.REDIRECTION,
        },
    )
    if request.method == "POST" and form.is_valid():
        data = {"special_services": False, **form.cleaned_data}
        done = run(
            form, actions.record_consultation, case=case, intake=intake, by=request.actor, now=now, **data
        )
        if done and done.value is not None:
            messages.success(request, _("Recorded."))
            if done.value.kind == Consultation.Kind.REDIRECTION:
                return redirect("redirection", pk=done.value.pk)
            return redirect("case", pk=case.pk)
    context = {
        "form": form,
        "heading": _("Consultation or redirection"),
        "subtitle": f"{case.number} · {intake.number}" if intake else case.number,
        "intro": _("The first of either answers the intake within 1 working day (R256 13(1), 14(1))."),
        "button": _("Record"),
        "cancel_url": reverse("case", args=(case.pk,)),
        "crumbs": crumbs_of(case, Crumb(_("Consultation or redirection"))),
    }
    return respond(request, "ui/form_page.html", context, form)


def _redirection_of(request: HttpRequest, pk: int) -> Consultation:
    rows = Consultation.objects.filter(kind=Consultation.Kind.REDIRECTION)
    return one(
        rows.select_related("case__center__district", "intake__applicant", "agency", "by__user"),
        case__in=Case.objects.visible_to(request.actor).values("pk"),
        pk=pk,
    )


@require_safe
@allowed(*CASE_ROLES)
def redirection(request: HttpRequest, pk: int) -> HttpResponse:
    """A redirection and its letter to print."""
    entry = _redirection_of(request, pk)
    log_read(request.actor, entry.case_id, f"redirection {entry.pk}")
    context = {
        "entry": entry,
        "case": entry.case,
        "languages": (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")),
        "crumbs": crumbs_of(entry.case, Crumb(_("Redirection"))),
    }
    return render(request, "cases/redirection.html", context)


@require_safe
@allowed(*CASE_ROLES)
def redirection_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of redirection as PDF in the language asked for."""
    entry = _redirection_of(request, pk)
    log_read(request.actor, entry.case_id, f"redirection {entry.pk} pdf")
    content = redirection_pdf(entry, request.GET.get("language", ""))
    return file_answer(content, f"{entry.intake.number}-{entry.pk}.pdf")


@require_POST
@allowed(*WORKERS)
def case_assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the assessment."""
    case = worked_case(request, pk)
    actions.begin_assessment(case=case, by=request.actor, now=clock.now())
    return redirect("case", pk=case.pk)


@require_POST
@allowed(*WORKERS)
def case_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Become the lead of a case that nobody leads."""
    case = listed_case(request, pk)
    actions.take_case(case=case, by=request.actor, now=clock.now())
    messages.success(request, _("You are responsible for this case now."))
    return redirect("case", pk=case.pk)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def case_risk(request: HttpRequest, pk: int) -> HttpResponse:
    """Level of risk, and the safety instruction of the red banner."""
    case = worked_case(request, pk)
    initial = {"risk": case.risk, "reason": "", "instruction": case.instruction, "version": case.version}
    form = RiskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.set_risk, case=case, by=request.actor, now=clock.now(), **form.cleaned_data)
        if done:
            messages.success(request, _("The risk was recorded."))
            return redirect("case", pk=case.pk)
    log_read(request.actor, case.pk, "case")
    return _case_form(request, case, form, _("Risk and safety"), _("Save"))


@require_http_methods(["GET", "POST"])
@allowed(*LIST_ROLES)
def threat_flag(request: HttpRequest, pk: int) -> HttpResponse:
    """Flag a direct threat: anybody of the Center who sees the case may."""
    case = listed_case(request, pk)
    form = ThreatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("note", "brief")}
        done = run(form, actions.flag_threat, case=case, by=request.actor, now=clock.now(), **data)
        if done:
            messages.success(
                request, _("The alarm is raised: the mobile group and the director are told at once.")
            )
            return redirect("case", pk=case.pk)
    consequences = [
        _(
            "The district's mobile group in force is called at once; where there is none, its coordinator (R256 22)."
        ),
        _("The risk becomes critical and the director is told at once."),
        _("The assessment has to be concluded within 1 working day, with immediate measures (R256 13(2))."),
        _("A response plan has to be in force within 1 working day (R256 22, internal target)."),
    ]
    return _case_form(
        request,
        case,
        form,
        _("Threat to life or health"),
        _("Flag the threat"),
        danger=True,
        consequences=consequences,
    )


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS, Role.DIRECTOR)
def case_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the case: who may, for which reason, what still blocks and what will follow."""
    case = listed_case(request, pk)
    if not (works(case, request.actor) or directs(case, request.actor)):
        raise Missing
    permissions.check_open(case)
    threat = bool(getattr(case, "threat_open", False))
    closings = permissions.closings_for(request.actor, case, threat=threat)
    if case.stage == Case.Stage.INTAKE:
        # It ends so by itself when the other Center accepts the transfer.
        closings -= {Case.Closing.TRANSFERRED}
    form = ClosingForm(request.POST or None, closings=closings, initial={"version": case.version})
    found = blockers(case)
    if request.method == "POST" and form.is_valid():
        done = run(
            form, actions.close_case, case=case, by=request.actor, now=clock.now(), **form.cleaned_data
        )
        if done:
            messages.success(request, _("The case was closed."))
            return redirect("case", pk=case.pk)
    running = Deadline.objects.open().filter(case_id=case.pk).select_related("term")
    going_on = outliving(Case.Closing.REFUSED) if Case.Closing.REFUSED in closings else frozenset()
    cancelled = [row for row in running if row.code not in going_on]
    context = {
        "case": case,
        "form": form,
        "closings": closings,
        "blockers": found,
        "lifted": any(item.lifted_for for item in found),
        # Terms that a refusal leaves running (rules.md 3.2): said so, not that they are cancelled.
        "running": cancelled,
        "running_names": "; ".join(row.term.name for row in cancelled),
        "going_on": [row for row in running if row.code in going_on],
        "crumbs": crumbs_of(case, Crumb(_("Close the case"))),
    }
    return respond(request, "cases/close.html", context, form)


def _case_form(
    request: HttpRequest, case: Case, form: Any, heading: str, button: str, **context: Any
) -> HttpResponse:
    return respond(
        request,
        "ui/form_page.html",
        {
            "form": form,
            "heading": heading,
            "subtitle": case.number,
            "button": button,
            "cancel_url": reverse("case", args=(case.pk,)),
            "crumbs": crumbs_of(case, Crumb(heading)),
            **context,
        },
        form,
    )
