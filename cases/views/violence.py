"""Signs of domestic violence on the case page: the record, the support given, the result of the identification."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import actions
from cases.forms.violence import IdentificationForm, SupportForm, ViolenceForm
from cases.frame import case_frame, crumbs_of, worked_case
from cases.models import Case, ViolenceRecord, ViolenceSupport
from cases.queries import violence_of
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS, Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Badge, Crumb, Tone

TONES: dict[str, Tone] = {
    "noted": "red",
    "redirected": "orange",
    "identified": "solid",
    "not_identified": "grey",
}


@dataclass
class KindLine:
    """One of the five kinds of support, and each time it was given."""

    label: str
    given: list[ViolenceSupport] = field(default_factory=list)


@require_safe
@allowed(*WORKERS, Role.DIRECTOR)
def case_violence(request: HttpRequest, pk: int) -> HttpResponse:
    """Every record of the case, the newest first."""
    frame = case_frame(request, pk, tab="violence")
    records, terms, files = violence_of(frame.case)
    cards = [
        {
            "record": found,
            "badge": Badge(found.get_state_display(), TONES[found.state]),
            "term": terms.get(found.pk),
            "files": files.get(found.pk, []),
            "kinds": _by_kind(found),
        }
        for found in records
    ]
    context = {
        "cards": cards,
        "may_note": frame.works and not any(found.is_open for found in records),
        "now": clock.now(),
    }
    return render(request, "cases/violence.html", {**frame.context, **context})


def _by_kind(found: ViolenceRecord) -> list[KindLine]:
    lines = {code: KindLine(str(label)) for code, label in ViolenceSupport.Kind.choices}
    for support in found.supports.all():
        lines[support.kind].given.append(support)
    return list(lines.values())


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def violence_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Note signs of domestic violence."""
    case = worked_case(request, pk)
    form = ViolenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form, actions.note_violence, case=case, by=request.actor, now=clock.now(), **form.cleaned_data
        )
        if done:
            messages.success(request, _("The signs are noted: redirect the person within 2 working days."))
            if Case.objects.visible_to(request.actor).filter(pk=case.pk).exists():
                return redirect("case-violence", pk=case.pk)
            messages.info(
                request, _("The case is restricted now: its lead decides who of the team reads it.")
            )
            return redirect("my-day")
    context = {
        "form": form,
        "heading": _("Signs of domestic violence"),
        "subtitle": case.number,
        "button": _("Note the signs"),
        "consequences": [
            _("The case is restricted at once: only its lead and those named read it."),
            _("The person is redirected for identification within 2 working days (R256 24)."),
            _("The five kinds of support are recorded here (R256 23)."),
        ],
        "cancel_url": reverse("case-violence", args=(case.pk,)),
        "crumbs": _crumbs(case, Crumb(_("Note the signs"))),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def violence_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the identification found."""
    found = _record(request, pk)
    case = worked_case(request, found.case_id)
    form = IdentificationForm(
        request.POST or None,
        request.FILES or None,
        initial={"version": found.version, "result_on": clock.today()},
    )
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.record_identification,
            violence=found,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("The result was recorded."))
            return redirect("case-violence", pk=case.pk)
    return _form_page(request, case, form, _("Result of the identification"), _("Record"))


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def violence_support(request: HttpRequest, pk: int) -> HttpResponse:
    """Record support that was given."""
    found = _record(request, pk)
    case = worked_case(request, found.case_id)
    kind = request.GET.get("kind", "")
    form = SupportForm(
        request.POST or None,
        region_id=center_of(request).district.region_id,
        initial={"given_on": clock.today(), "kind": kind},
    )
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.record_support,
            violence=found,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("The support was recorded."))
            return redirect("case-violence", pk=case.pk)
    return _form_page(request, case, form, _("Support given"), _("Record"))


def _record(request: HttpRequest, pk: int) -> ViolenceRecord:
    return one(ViolenceRecord.objects.visible_to(request.actor), pk=pk)


def _crumbs(case: Case, *more: Crumb) -> list[Crumb]:
    return crumbs_of(case, Crumb(_("Signs of violence"), reverse("case-violence", args=(case.pk,))), *more)


def _form_page(
    request: HttpRequest, case: Case, form: IdentificationForm | SupportForm, heading: str, button: str
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "subtitle": case.number,
        "button": button,
        "cancel_url": reverse("case-violence", args=(case.pk,)),
        "crumbs": _crumbs(case, Crumb(heading)),
    }
    return respond(request, "ui/form_page.html", context, form)
