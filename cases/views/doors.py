"""A body's inbox towards the Center: what its officers sent, by state only, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import actions, slips
from cases.actions import Source
from cases.actions.doors import center_for
from cases.forms.intakes import SubmissionForm
from cases.models import Intake
from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb

PER_PAGE = 25


@require_safe
@allowed(Role.AGENCY_OFFICER)
def sent_list(request: HttpRequest) -> HttpResponse:
    """What the body has sent to the Center: number, day, who sent it, and the neutral state."""
    rows = Intake.objects.submitted_for(request.actor).select_related("submitted_by__user")
    page = Paginator(rows.order_by("-received_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, slips.grouped(row.reference), slips.told(row).badge) for row in page],
        "center": center_for(request.actor.district_id),
    }
    return render(request, "cases/sent_list.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Role.AGENCY_OFFICER)
def sent_new(request: HttpRequest) -> HttpResponse:
    """Send an intake to the Center of the body's district."""
    actor = request.actor
    center = center_for(actor.district_id)
    if center is None:
        messages.warning(request, _("There is no Center in your district yet. Call 111."))
        return redirect("sent-list")
    form = SubmissionForm(
        request.POST or None, request.FILES or None, initial={"district": actor.district_id}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        sent = run(
            form,
            actions.send_to_center,
            person=form.person_data(),
            said=data["said"],
            threat=data["threat"],
            violence=data["violence"],
            minor_at_risk=data["minor_at_risk"],
            source=Source(upload=data["upload"]),
            key=data["key"],
            by=actor,
            now=clock.now(),
        )
        if sent and sent.value is not None:
            return redirect("sent", pk=sent.value.pk)
    context = {
        "form": form,
        "heading": _("Send to the Center"),
        "subtitle": center.name,
        "intro": _(
            "In danger to life call 102 or 112 first: the Center is told at once, but not by the minute."
        ),
        "button": _("Send"),
        "cancel_url": reverse("sent-list"),
        "crumbs": [Crumb(_("To the Center"), reverse("sent-list")), Crumb(_("Send to the Center"))],
    }
    return respond(request, "ui/form_page.html", context, form)


@require_safe
@allowed(Role.AGENCY_OFFICER)
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip of what was sent: number, code, neutral state. What was said is the Center's from then on."""
    rows = Intake.objects.submitted_for(request.actor).select_related("center", "submitted_by__user")
    found = one(rows, pk=pk)
    context = {
        "intake": found,
        "number": slips.grouped(found.reference),
        "own": found.submitted_by_id == request.actor.membership_id,
        "told": slips.told(found).badge,
        "crumbs": [
            Crumb(_("To the Center"), reverse("sent-list")),
            Crumb(slips.grouped(found.reference)),
        ],
    }
    return render(request, "cases/sent.html", context)
