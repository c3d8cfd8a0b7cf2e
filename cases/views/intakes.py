"""Intakes: a new one, its page, its slip."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions, cards, queries
from cases.actions.team import workers_of
from cases.forms.intakes import DuplicatesForm, IntakeForm, RefusalForm, RegisterForm
from cases.models import Case, Intake, IntakeTransfer, Threat
from cases.papers import file_answer, intake_slip_pdf, promised_terms
from cases.permissions import (
    LIST_ROLES,
    REGISTERING,
    can_propose_transfer,
    can_read_intake,
    can_register,
    reads,
    works,
)
from cases.threats import line_of
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.api import limits
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import TooMany
from family_support.base.rows import one
from family_support.deadlines.queries import for_subject
from family_support.documents.models import Attachment
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.workdays.queries import load_calendar


@require_http_methods(["GET", "POST"])
@allowed(*REGISTERING)
def intake_new(request: HttpRequest) -> HttpResponse:
    """One page for the five channels; registered, it leads to the slip."""
    now = clock.now()
    center = center_of(request)
    draft = actions.open_draft(by=request.actor) if request.method == "GET" else None
    form = IntakeForm(
        request.POST or None,
        request.FILES or None,
        workers=workers_of(center.pk, now),
        region_id=center.district.region_id,
        cases=open_cases(request.actor),
        duplicates=_duplicates(request) if request.method == "POST" else "",
        initial={
            "received_at": now,
            "channel": Intake.Channel.SELF,
            "form": Intake.Form.DESK,
            **{name: text for name, text in (draft.content if draft else {}).items() if name != "key"},
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        registered = run(
            form,
            actions.register_intake,
            center=center,
            channel=data["channel"],
            form=data["form"],
            received_at=data["received_at"],
            said=data["said"],
            person=form.person_data(),
            threat=data["threat"],
            violence=data["violence"],
            minor_at_risk=data["minor_at_risk"],
            sender_name=data["sender_name"],
            sender_agency=data["sender_agency"],
            source=form.source(),
            attach_to=data["attach_to"],
            lead=data["lead"],
            key=data["key"],
            by=request.actor,
            now=now,
        )
        if registered and registered.value is not None:
            actions.drop_draft(by=request.actor)
            return redirect("intake-slip", pk=registered.value.pk)
    context = {
        "form": form,
        "draft": draft,
        "heading": _("New intake"),
        "button": _("Register"),
        "cancel_url": reverse("my-day"),
        "crumbs": [Crumb(_("Intakes"), reverse("intake-list")), Crumb(_("New intake"))],
    }
    return respond(request, "cases/intake_new.html", context, form)


# What is kept of the form: all that is typed or chosen, and by its key whether it was registered; no file or token.
KEPT_FIELDS = tuple(name for name in IntakeForm.base_fields if name not in ("upload", "attach_to"))


@require_POST
@allowed(*REGISTERING)
def intake_draft(request: HttpRequest) -> HttpResponse:
    """Keep what has been typed so far; asked for by the form itself while somebody types."""
    now = clock.now()
    typed = {name: request.POST[name] for name in KEPT_FIELDS if request.POST.get(name)}
    actions.save_draft(content=typed, by=request.actor, now=now)
    return render(request, "cases/draft_saved.html", {"at": now})


@require_POST
@allowed(*REGISTERING)
def intake_draft_drop(request: HttpRequest) -> HttpResponse:
    """Begin with an empty form."""
    actions.drop_draft(by=request.actor)
    return redirect("intake-new")


@require_POST
@allowed(*REGISTERING)
def intake_duplicates(request: HttpRequest) -> HttpResponse:
    """Likely duplicates while the person is typed in: only cases in the actor's own scope."""
    return HttpResponse(_duplicates(request))


def open_cases(actor: Actor) -> QuerySet[Case]:
    """The cases that a worker may attach an intake to by hand: open, and seen listed."""
    return Case.objects.listed_to(actor).open()


def _duplicates(request: HttpRequest) -> SafeString:
    """The list of likely duplicates of what is typed, with the choice to join one of them."""
    form = DuplicatesForm(request.POST)
    found, chosen, too_often = [], "", False
    if form.is_valid():
        data = dict(form.cleaned_data)
        chosen = data.pop("attach_to")
        try:
            # Else numbers could be gone through here that the search would stop.
            limits.check(request, "duplicates", key=f"user {request.actor.user_id}")
            found = queries.likely_duplicates(actor=request.actor, **data)
        except TooMany:
            too_often = True
    context = {"found": found, "chosen": chosen, "too_often": too_often}
    return render_to_string("cases/duplicates.html", context, request=request)


def _seen(request: HttpRequest, pk: int) -> Intake:
    rows = Intake.objects.visible_to(request.actor)
    return one(
        rows.select_related("center__district", "sender_agency", "applicant", "registered_by__user"),
        pk=pk,
    )


def _case_of(request: HttpRequest, intake: Intake) -> Case | None:
    if intake.case_id is None:
        return None
    return Case.objects.listed_to(request.actor).filter(pk=intake.case_id).first()


@require_safe
@allowed(*LIST_ROLES)
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """An intake: what was said for who may read it, masked for the others of the Center."""
    found = _seen(request, pk)
    case = _case_of(request, found)
    may_read = can_read_intake(request.actor, case)
    transfers = list(
        IntakeTransfer.objects.visible_to(request.actor)
        .filter(Q(intake=found) | Q(new_intake=found))
        .select_related("to_center", "from_center")
    )
    if may_read and case is not None:
        log_read(request.actor, case.pk, f"intake {found.pk}")
    sent = cards.sent_by_program(found) if may_read else None
    card = getattr(sent, "card", None)
    context: dict[str, Any] = {
        "intake": found,
        "case": case,
        "reads": may_read,
        "family": queries.shown_family(case, request.actor) if case else "",
        "works": case is not None and works(case, request.actor) and not case.is_closed,
        "deadlines": list(for_subject(("cases.intake", found.pk))),
        "consultations": found.consultations.select_related("agency", "by__user") if may_read else [],
        "sent": sent,
        "card": card,
        "card_members": cards.shown(card) if card else [],
        "files": Attachment.objects.visible_to(request.actor).of_subject("cases.intake", found.pk),
        "counts_from": queries.counts_from(found, load_calendar(center=found.center)),
        "transfers": transfers,
        "may_decide": can_register(request.actor) and found.state == Intake.State.RECEIVED,
        "may_transfer": may_transfer(request.actor, found, case, transfers),
        **_threat_of(request.actor, case),
        "now": clock.now(),
        "crumbs": [Crumb(_("Intakes"), reverse("intake-list")), Crumb(_called(found))],
    }
    return render(request, "cases/intake.html", context)


def _threat_of(actor: Actor, case: Case | None) -> dict[str, Any]:
    """The open threat of the case with its alarm, or whether one may be flagged from here."""
    if case is None or case.is_closed:
        return {}
    open_now = Threat.objects.open().filter(case=case).exists()
    return {"may_flag": not open_now, "threat_line": line_of(case, actor) if open_now else None}


def may_transfer(actor: Actor, found: Intake, case: Case | None, transfers: list[IntakeTransfer]) -> bool:
    """Whether the page offers to propose a transfer."""
    waits = any(row.state == IntakeTransfer.State.PROPOSED for row in transfers)
    return (
        case is not None
        and not waits
        and found.state == Intake.State.REGISTERED
        and can_propose_transfer(actor, case)
    )


@require_http_methods(["GET", "POST"])
@allowed(*REGISTERING)
def intake_register(request: HttpRequest, pk: int) -> HttpResponse:
    """Register what was only received."""
    found = _seen(request, pk)
    workers = workers_of(found.center_id, clock.now())
    alike = queries.duplicates_of(found, request.actor)
    form = RegisterForm(
        request.POST or None,
        workers=workers,
        found=[(item.case.pk, f"{item.case.number} · {item.name}") for item in alike],
        initial={"version": found.version},
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data.get("attach_to")
        done = run(
            form,
            actions.register_received,
            intake=found,
            attach_to=next((item.case for item in alike if item.case.pk == wanted), None),
            lead=form.cleaned_data["lead"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            return redirect("intake-slip", pk=found.pk)
    context = {
        "form": form,
        "heading": _("Register the intake"),
        "button": _("Register"),
        "crumbs": _crumbs(found, _("Register the intake")),
        "cancel_url": reverse("intake", args=(pk,)),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*REGISTERING)
def intake_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse what is spam or no request."""
    found = _seen(request, pk)
    form = RefusalForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.refuse_intake,
            intake=found,
            kind=form.cleaned_data["kind"],
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            messages.success(request, _("The intake was refused."))
            return redirect("intake-list")
    context = {
        "form": form,
        "heading": _("Refuse the intake"),
        "button": _("Refuse"),
        "crumbs": _crumbs(found, _("Refuse the intake")),
        "danger": True,
        "consequences": [
            _("No case is opened."),
            _("By number and code the sender sees only: closed, no action."),
        ],
        "cancel_url": reverse("intake", args=(pk,)),
    }
    return respond(request, "ui/form_page.html", context, form)


def _slip_of(request: HttpRequest, pk: int) -> tuple[Intake, bool]:
    """The intake, and whether the actor may look into it: who only wrote it down is not told how its terms stand."""
    rows = Intake.objects.slip_for(request.actor).select_related("center__district", "case")
    return one(rows, pk=pk), Intake.objects.visible_to(request.actor).filter(pk=pk).exists()


@require_safe
@allowed(*LIST_ROLES)
def intake_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """What the sender is told: number, code, and what follows until when. It names nobody."""
    found, sees = _slip_of(request, pk)
    case = _case_of(request, found)
    context = {
        "intake": found,
        "case": case if case is not None and reads(case, request.actor) else None,
        "may_register": can_register(request.actor),
        "sees": sees,
        "terms": list(for_subject(("cases.intake", found.pk))) if sees else promised_terms(found),
        "languages": (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")),
        "language": get_language(),
        "now": clock.now(),
        "crumbs": [Crumb(_("Intakes"), reverse("intake-list")), Crumb(found.number)],
    }
    return render(request, "cases/slip.html", context)


@require_safe
@allowed(*LIST_ROLES)
def intake_slip_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip as PDF in the language asked for."""
    found, sees = _slip_of(request, pk)
    content = intake_slip_pdf(found, request.GET.get("language", ""), as_given=not sees)
    return file_answer(content, f"{found.number}.pdf")


def _called(found: Intake) -> str:
    return found.number or _("Intake (appeal)")


def _crumbs(found: Intake, here: str) -> list[Crumb]:
    """The way back from a page below an intake."""
    intake_page = Crumb(_called(found), reverse("intake", args=(found.pk,)))
    return [Crumb(_("Intakes"), reverse("intake-list")), intake_page, Crumb(here)]
