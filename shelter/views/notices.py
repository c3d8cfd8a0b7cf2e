"""The notices about minors: the 24 hours, the paper, sent with proof, received, registered (R256 26)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.frame import listed_case
from cases.models import Case
from cases.papers import file_answer
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import run
from family_support.ui.components import Crumb
from shelter import actions, queries
from shelter.forms import ReceiptForm, RegistrationForm, SendForm
from shelter.models import MinorNotice, Stay
from shelter.papers import LANGUAGES, notice_pdf
from shelter.permissions import PLACING, SEEING_BOARD, can_place
from shelter.views.loading import form_page, notice_badge, placed_notice, stay_crumbs

State = MinorNotice.State


def _notice(request: HttpRequest, pk: int) -> MinorNotice:
    rows = MinorNotice.objects.visible_to(request.actor)
    return one(rows.select_related("stay__case", "stay__place", "agency", "sent_by__user"), pk=pk)


@require_safe
@allowed(*SEEING_BOARD)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: the clock, the paper in two languages, and what is to be done next."""
    found = _notice(request, pk)
    case = listed_case(request, found.stay.case_id)
    log_read(request.actor, case.pk, f"notice {found.pk}")
    card = queries.cards(Stay.objects.filter(pk=found.stay_id))[0]
    line = next(each for each in card.notices if each.notice.pk == found.pk)
    context = {
        "notice": found,
        "line": line,
        "badge": notice_badge(found),
        "case": case,
        "stay": found.stay,
        "minors": [row for row in card.residents if row.is_minor and row.arrival == found.arrival],
        "languages": LANGUAGES,
        "may_act": can_place(request.actor, case),
        "crumbs": stay_crumbs(found.stay, case, Crumb(_("The notice"))),
        "now": clock.now(),
    }
    return render(request, "shelter/notice.html", context)


@require_safe
@allowed(*SEEING_BOARD)
def notice_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as PDF in the language asked for; the address of the house is not in it."""
    found = _notice(request, pk)
    log_read(request.actor, found.stay.case_id, f"notice {found.pk} pdf")
    return file_answer(notice_pdf(found, request.GET.get("language", "")), f"notice-{found.pk}.pdf")


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def notice_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the notice sent, with its proof."""
    case, found = placed_notice(request, pk)
    now = clock.now()
    form = SendForm(
        request.POST or None,
        request.FILES or None,
        kind=found.kind,
        region_id=center_of(request).district.region_id,
        initial={"agency": found.agency_id, "sent_at": now, "version": found.version},
    )
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.send_notice, notice=found, by=request.actor, now=now, **form.cleaned_data)
        if done:
            messages.success(request, _("The notice is marked sent."))
            return redirect("stay", pk=found.stay_id)
    return _page(request, case, found, form, _("Mark the notice sent"), _("Mark sent"))


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def notice_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the body answered: received, and its registration number."""
    case, found = placed_notice(request, pk)
    now = clock.now()
    registering = found.state == State.RECEIVED
    initial = {"version": found.version, "received_on": clock.today(), "registered_on": clock.today()}
    form: Any = (RegistrationForm if registering else ReceiptForm)(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        act: Any = actions.register_notice if registering else actions.receive_notice
        done = run(form, act, notice=found, by=request.actor, now=now, **form.cleaned_data)
        if done:
            messages.success(request, _("The answer of the body is recorded."))
            return redirect("stay", pk=found.stay_id)
    return _page(request, case, found, form, _("Answer of the body"), _("Record"))


def _page(
    request: HttpRequest, case: Case, found: MinorNotice, form: Any, heading: str, button: str
) -> HttpResponse:
    return form_page(
        request,
        form,
        heading,
        button,
        back=reverse("stay", args=(found.stay_id,)),
        subtitle=f"{case.number} · {found.get_kind_display()}",
        crumbs=stay_crumbs(found.stay, case, Crumb(heading)),
    )
