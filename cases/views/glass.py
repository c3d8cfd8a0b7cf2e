"""Emergency access to a restricted case: the form, the list of one's own, the early end."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions.glass import break_into, end_emergency
from cases.forms.glass import EmergencyForm
from family_support.access.decorators import allowed
from family_support.access.models import CaseOpening
from family_support.accounts import demo, fresh_factor
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base import clock
from family_support.base.errors import Invalid
from family_support.base.rows import one
from family_support.oversight.actions import FRESH_FOR
from family_support.oversight.permissions import check_can_break_glass
from family_support.oversight.watch import note_miss
from family_support.ui.actions import add_errors, respond, run

SHOWN = 20


@require_http_methods(["GET", "POST"])
@allowed(*WORKERS, *UNIT_HEADS)
def emergency_access(request: HttpRequest) -> HttpResponse:
    """Open one restricted case for 60 minutes: ground, what happened, a fresh second factor."""
    actor, now = request.actor, clock.now()
    check_can_break_glass(actor)
    takes_code = fresh_factor.takes_code(request)
    if not takes_code and not _fresh(fresh_factor.proved_at(request), now):
        back = urlencode({"next": reverse("emergency-access")})
        return redirect(f"{reverse('mfa_reauthenticate_webauthn')}?{back}")
    form = EmergencyForm(request.POST or None, takes_code=takes_code)
    if request.method == "POST" and form.is_valid():
        opening = _broken(request, form, now)
        if opening is not None:
            return redirect("case", pk=opening.case_id)
    mine = CaseOpening.objects.exclude(code="").filter(membership_id=actor.membership_id)
    context = {
        "form": form,
        "mine": list(mine.select_related("review").order_by("-opened_at")[:SHOWN]),
        "demo_code": demo.code_of(request.user.email) if settings.DEMO_MODE else "",  # type: ignore[union-attr]
        "now": now,
    }
    return respond(request, "cases/emergency.html", context, form)


def _fresh(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now - moment <= FRESH_FOR


def _broken(request: HttpRequest, form: EmergencyForm, now: datetime) -> CaseOpening | None:
    """The opening, or None with the messages on the form. Nothing is looked up before the second factor is proved."""
    data = form.cleaned_data
    try:
        if "second_factor" in form.fields:
            proved = fresh_factor.prove_by_code(request, data["second_factor"].strip(), now)
        else:
            proved = fresh_factor.proved_at(request) or now - 2 * FRESH_FOR
    except Invalid as error:
        add_errors(form, error)
        return None
    told = {name: data[name] for name in ("find", "code", "reason")}
    done = run(form, break_into, proved_at=proved, by=request.actor, now=now, **told)
    if not done and form.has_error("find") and request.actor.membership_id is not None:
        # Who tries one number after another is noticed.
        note_miss(request.actor.membership_id, now)
    return done.value if done else None


@require_POST
@allowed(*WORKERS, *UNIT_HEADS, Role.DIRECTOR)
def emergency_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an emergency access now: one's own, or as the case's lead or director. `pk` is the opening."""
    opening = one(CaseOpening.objects, pk=pk)
    end_emergency(opening=opening, by=request.actor, now=clock.now())
    messages.success(request, _("The emergency access has ended."))
    if opening.membership_id == request.actor.membership_id:
        return redirect("emergency-access")
    return redirect("case-readings", pk=opening.case_id)
