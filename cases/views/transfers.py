"""Handing an intake over to another Center: the offer, and what the other side answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions
from cases.forms.intakes import DeclineTransferForm, TransferForm
from cases.frame import worked_case
from cases.models import Case, Intake, IntakeTransfer
from cases.permissions import (
    LIST_ROLES,
    answers_transfer,
    can_withdraw_transfer,
    check_can_propose_transfer,
    reads,
)
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS, Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.deadlines.queries import for_subject
from family_support.ui import masking
from family_support.ui.actions import respond, run
from family_support.ui.components import Badge, Crumb, SummaryRow, Tone
from family_support.ui.templatetags.ui import moment

TONES: dict[str, Tone] = {"proposed": "blue", "accepted": "green", "declined": "orange", "withdrawn": "grey"}


def _seen(request: HttpRequest, pk: int) -> IntakeTransfer:
    return one(
        IntakeTransfer.objects.visible_to(request.actor).select_related(
            "from_center__district", "to_center__district", "intake", "proposed_by__user", "decided_by__user"
        ),
        pk=pk,
    )


def _case_of(request: HttpRequest, transfer: IntakeTransfer) -> Case:
    """The case with what permissions read on it; the transfer's own scope has been checked."""
    return Case.objects.with_access(request.actor).select_related("district").get(pk=transfer.case_id)


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS)
def transfer_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a registered intake to another Center."""
    intake = Intake.objects.visible_to(request.actor).filter(pk=pk, case__isnull=False).first()
    if intake is None or intake.case_id is None:
        raise Missing
    case = worked_case(request, intake.case_id)
    check_can_propose_transfer(request.actor, case)
    form = TransferForm(request.POST or None, initial={"version": intake.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.propose_transfer,
            intake=intake,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done and done.value is not None:
            messages.success(request, _("The other Center is asked. Until it accepts, your terms run on."))
            return redirect("transfer", pk=done.value.pk)
    context = {
        "form": form,
        "heading": _("Transfer to another Center"),
        "subtitle": intake.number,
        "button": _("Ask the other Center"),
        "crumbs": [
            Crumb(_("Intakes"), reverse("intake-list")),
            Crumb(intake.number, reverse("intake", args=(pk,))),
            Crumb(_("Transfer to another Center")),
        ],
        "cancel_url": reverse("intake", args=(pk,)),
        "consequences": [
            _(
                "The other director is asked; until accepting they see neither the full name nor what was said."
            ),
            _(
                "When they accept, this case closes as transferred, and theirs counts from the same registration."
            ),
            _("The sender learns nothing of it."),
        ],
    }
    return respond(request, "ui/form_page.html", context, form)


@require_safe
@allowed(*LIST_ROLES)
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """An offer: for the sending Center as its scope allows; for the asked director masked until accepted."""
    found, actor = _seen(request, pk), request.actor
    case = _case_of(request, found)
    pending = found.state == IntakeTransfer.State.PROPOSED
    ours = actor.center_id == found.from_center_id
    log_read(actor, case.pk, f"transfer {found.pk}")
    context = {
        "transfer": found,
        "badge": Badge(found.get_state_display(), TONES[found.state]),
        "rows": _rows(found, case, whole=ours and reads(case, actor), ours=ours),
        "intake_url": _intake_url(request, found, ours),
        "restricted": case.restricted and not ours,
        "may_answer": pending and answers_transfer(actor, found),
        "may_withdraw": pending and ours and can_withdraw_transfer(actor, case),
        "deadlines": list(for_subject(("cases.intaketransfer", found.pk))) if ours else [],
        "now": clock.now(),
        "crumbs": [Crumb(_("Intakes"), reverse("intake-list")), Crumb(_("Transfer to another Center"))],
    }
    return render(request, "cases/transfer.html", context)


def _intake_url(request: HttpRequest, found: IntakeTransfer, ours: bool) -> str:
    """The side's own intake, where the actor sees it."""
    key = found.intake_id if ours else found.new_intake_id
    seen = key is not None and Intake.objects.visible_to(request.actor).filter(pk=key).exists()
    return reverse("intake", args=(key,)) if seen else ""


def _rows(found: IntakeTransfer, case: Case, *, whole: bool, ours: bool) -> list[SummaryRow]:
    """What is told: of a restricted case only that it is there; of another one the masked summary. What was written is
    for who reads the case and for the Center that is asked, not for colleagues who only see that the case exists."""
    intake = found.intake
    rows = [
        SummaryRow(_("Sending Center"), found.from_center.name),
        SummaryRow(_("Center that is asked"), found.to_center.name),
        SummaryRow(_("Ground"), str(found.get_ground_display())),
        SummaryRow(_("Proposed"), moment(found.proposed_at)),
        SummaryRow(_("Registered"), _moment(intake)),
    ]
    if whole or not case.restricted:
        family = case.family_name if whole else masking.masked(case, "family_name")
        rows += [
            SummaryRow(_("Family"), family or _("not known yet")),
            SummaryRow(_("District"), case.district.name if case.district else "—"),
            SummaryRow(_("Channel"), str(intake.get_channel_display())),
        ]
    if whole or not (ours or case.restricted):
        rows.append(SummaryRow(_("Reason"), found.reason))
    if whole:
        rows.append(SummaryRow(_("Proposed by"), found.proposed_by.user.short_name))
    if found.decided_at:
        rows.append(SummaryRow(_("Decided"), moment(found.decided_at)))
    if found.answer and (whole or not ours):
        rows.append(SummaryRow(_("Answer"), found.answer))
    return rows


def _moment(intake: Intake) -> str:
    return moment(intake.registered_at) or "—"


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_POST
@allowed(Role.DIRECTOR)
def transfer_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the intake over."""
    done = actions.accept_transfer(
        transfer=_seen(request, pk), version=_version(request), by=request.actor, now=clock.now()
    )
    messages.success(
        request,
        _("The intake is yours now. Assign a responsible worker: its terms count from the old registration."),
    )
    return redirect("intake", pk=done.new_intake_id) if done.new_intake_id else redirect("transfer", pk=pk)


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def transfer_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, with the reason."""
    found = _seen(request, pk)
    if not answers_transfer(request.actor, found):
        raise Missing
    form = DeclineTransferForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.decline_transfer,
            transfer=found,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("The transfer was declined."))
            return redirect("transfer", pk=pk)
    context = {
        "form": form,
        "heading": _("Decline the transfer"),
        "subtitle": found.from_center.name,
        "button": _("Decline"),
        "danger": True,
        "crumbs": [
            Crumb(_("Intakes"), reverse("intake-list")),
            Crumb(_("Transfer to another Center"), reverse("transfer", args=(pk,))),
            Crumb(_("Decline the transfer")),
        ],
        "consequences": [_("The intake stays with the sending Center, which is told at once.")],
        "cancel_url": reverse("transfer", args=(pk,)),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_POST
@allowed(*WORKERS, Role.DIRECTOR)
def transfer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep it after all."""
    found = _seen(request, pk)
    if found.from_center_id != request.actor.center_id:
        raise Missing
    actions.withdraw_transfer(transfer=found, version=_version(request), by=request.actor, now=clock.now())
    messages.success(request, _("The transfer was withdrawn; the intake stays with you."))
    return redirect("transfer", pk=pk)
