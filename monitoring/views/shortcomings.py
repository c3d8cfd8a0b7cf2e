"""Shortcomings of a draft: proposed by its figures, accepted or dismissed; named by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from family_support.access.decorators import allowed
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from monitoring import actions, queries
from monitoring.forms import DismissalForm, ShortcomingForm
from monitoring.models import ProposedShortcoming, Shortcoming
from monitoring.views.shared import WRITERS, crumbs_of, report_of


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def shortcoming_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a shortcoming with its proposal."""
    report = report_of(request, pk)
    form = ShortcomingForm(request.POST or None, district_id=report.center.district_id)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.add_shortcoming,
            report=report,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The shortcoming is added."))
        return redirect("quarter", pk)
    context = {
        "form": form,
        "heading": _("Shortcoming and proposal"),
        "button": _("Add"),
        "crumbs": crumbs_of(report),
        "cancel_url": reverse("quarter", args=[pk]),
    }
    return respond(request, "ui/form_page.html", context)


@allowed(*WRITERS)
@require_POST
def shortcoming_remove(request: HttpRequest, pk: int, shortcoming_pk: int) -> HttpResponse:
    """Take a shortcoming out of the draft."""
    rows = Shortcoming.objects.select_related("report")
    shortcoming = one(rows, pk=shortcoming_pk, report=report_of(request, pk))
    actions.remove_shortcoming(shortcoming=shortcoming, by=request.actor, now=clock.now())
    messages.success(request, _("The shortcoming is removed."))
    return redirect("quarter", pk)


def _proposed(request: HttpRequest, pk: int, proposal_pk: int) -> ProposedShortcoming:
    rows = ProposedShortcoming.objects.select_related("report__center__district", "agency")
    return one(rows, pk=proposal_pk, report=report_of(request, pk))


def _told_later(line: queries.ProposalLine) -> str:
    """Why the text shows a dot where the page shows a figure."""
    if not line.is_hidden:
        return ""
    return _("Small figures are left out of the text: the conclusion leaves the Center.")


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def proposal_accept(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """Take a proposed shortcoming into the conclusion, in words that can still be changed."""
    row = _proposed(request, pk, proposal_pk)
    line = queries.line_of(row)
    form = ShortcomingForm(
        request.POST or None,
        initial={"agency": row.agency_id, "text": line.text, "proposal": line.proposal},
        district_id=row.report.center.district_id,
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.accept_proposal,
            proposed=row,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The shortcoming stands in the conclusion."))
        return redirect("quarter", pk)
    context = {
        "form": form,
        "heading": _("Accept the proposed shortcoming"),
        "subtitle": line.title,
        "intro": f"{line.measured} {_told_later(line)}".strip(),
        "button": _("Accept"),
        "crumbs": crumbs_of(row.report),
        "cancel_url": reverse("quarter", args=[pk]),
    }
    return respond(request, "ui/form_page.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def proposal_dismiss(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """Set a proposed shortcoming aside, with the reason."""
    row = _proposed(request, pk, proposal_pk)
    line = queries.line_of(row)
    form = DismissalForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.dismiss_proposal,
            proposed=row,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The proposal is dismissed; the reason is kept."))
        return redirect("quarter", pk)
    context = {
        "form": form,
        "heading": _("Dismiss the proposed shortcoming"),
        "subtitle": line.title,
        "intro": f"{line.text} {line.measured}",
        "button": _("Dismiss"),
        "crumbs": crumbs_of(row.report),
        "cancel_url": reverse("quarter", args=[pk]),
    }
    return respond(request, "ui/form_page.html", context)
