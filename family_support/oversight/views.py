"""The security officer's pages: emergency access to review, unusual looking to decide about. No case content."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.oversight import actions, queries
from family_support.oversight.forms import AlertForm, ReviewForm, UnsignedForm
from family_support.oversight.models import GlassReview, LookAlert, UnsignedChanges
from family_support.oversight.unsigned import decide_unsigned
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tab

REVIEWERS = (Role.SECURITY_OFFICER,)


def tabs(request: HttpRequest, current: str) -> list[Tab]:
    actor = request.actor
    return [
        Tab(
            _("Emergency access"),
            reverse("glass-reviews"),
            current == "reviews",
            count=GlassReview.objects.visible_to(actor).waiting().count(),
        ),
        Tab(
            _("Unusual looking"),
            reverse("look-alerts"),
            current == "alerts",
            count=LookAlert.objects.visible_to(actor).waiting().count(),
        ),
        Tab(
            _("Changes without an author"),
            reverse("unsigned-list"),
            current == "unsigned",
            count=UnsignedChanges.objects.visible_to(actor).waiting().count(),
        ),
        Tab(_("Record of changes"), reverse("audit-search"), current == "trail"),
    ]


@require_safe
@allowed(*REVIEWERS)
def glass_reviews(request: HttpRequest) -> HttpResponse:
    """Emergency accesses that wait for a review, and those reviewed."""
    now = clock.now()
    context = {
        "tabs": tabs(request, "reviews"),
        "waiting": queries.reviews(request.actor, now, waiting=True),
        "decided": queries.reviews(request.actor, now, waiting=False),
        "now": now,
    }
    return render(request, "oversight/reviews.html", context)


@require_http_methods(["GET", "POST"])
@allowed(*REVIEWERS)
def glass_review(request: HttpRequest, pk: int) -> HttpResponse:
    """One emergency access: who, when, why, which kinds of page were opened; and the decision, once."""
    rows = GlassReview.objects.visible_to(request.actor).select_related(
        "opening__membership__user", "center__district", "decided_by__user"
    )
    review, now = one(rows, pk=pk), clock.now()
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("decision", "note")}
        if run(form, actions.decide_review, review=review, by=request.actor, now=now, **data):
            messages.success(request, _("The decision is recorded."))
            return redirect("glass-reviews")
    context = {
        "line": queries.lines([review], now)[0],
        "review": review,
        "opening": review.opening,
        "looks": queries.looks_through(review.opening),
        "form": form,
        "now": now,
        "crumbs": [Crumb(_("Oversight"), reverse("glass-reviews")), Crumb(_("Emergency access"))],
    }
    return respond(request, "oversight/review.html", context, form)


@require_safe
@allowed(*REVIEWERS)
def look_alerts(request: HttpRequest) -> HttpResponse:
    """Unusual looking that waits for a decision, and what was decided."""
    context = {
        "tabs": tabs(request, "alerts"),
        "waiting": queries.alerts(request.actor, waiting=True),
        "decided": queries.alerts(request.actor, waiting=False),
    }
    return render(request, "oversight/alerts.html", context)


@require_http_methods(["GET", "POST"])
@allowed(*REVIEWERS)
def look_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: whose account, what was noticed and how often; and the decision, once."""
    rows = LookAlert.objects.visible_to(request.actor).select_related(
        "membership__user", "membership__center", "membership__agency", "decided_by__user"
    )
    alert = one(rows, pk=pk)
    form = AlertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("decision", "note")}
        if run(form, actions.decide_alert, alert=alert, by=request.actor, now=clock.now(), **data):
            messages.success(request, _("The decision is recorded."))
            return redirect("look-alerts")
    context = {
        "alert": alert,
        "form": form,
        "crumbs": [Crumb(_("Oversight"), reverse("look-alerts")), Crumb(_("Unusual looking"))],
    }
    return respond(request, "oversight/alert.html", context, form)


@require_safe
@allowed(*REVIEWERS)
def unsigned_list(request: HttpRequest) -> HttpResponse:
    """Changes that nobody signed and that wait for a decision, and what was decided."""
    rows = UnsignedChanges.objects.visible_to(request.actor).select_related("decided_by__user")
    context = {
        "tabs": tabs(request, "unsigned"),
        "waiting": rows.waiting().order_by("noticed_at", "pk"),
        "decided": rows.filter(decided_at__isnull=False).order_by("-decided_at")[: queries.LOOKS_SHOWN],
    }
    return render(request, "oversight/unsigned_list.html", context)


@require_http_methods(["GET", "POST"])
@allowed(*REVIEWERS)
def unsigned_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: when, which kinds of record and how many; and the decision, once."""
    rows = UnsignedChanges.objects.visible_to(request.actor).select_related("decided_by__user")
    batch = one(rows, pk=pk)
    form = UnsignedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("decision", "note")}
        if run(form, decide_unsigned, batch=batch, by=request.actor, now=clock.now(), **data):
            messages.success(request, _("The decision is recorded."))
            return redirect("unsigned-list")
    days = {"since": clock.local_date(batch.first_at), "until": clock.local_date(batch.last_at)}
    context = {
        "batch": batch,
        "form": form,
        "look": f"{reverse('audit-search')}?{urlencode({**days, 'unsigned': 1})}",
        "crumbs": [Crumb(_("Oversight"), reverse("unsigned-list")), Crumb(_("Changes without an author"))],
    }
    return respond(request, "oversight/unsigned_changes.html", context, form)
