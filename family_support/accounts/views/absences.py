"""Absences: the director and heads of unit of a Center, the administrator of a body, and who stands in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.accounts import absence_actions, absence_queries
from family_support.accounts.decorators import allowed
from family_support.accounts.forms import AbsenceForm
from family_support.accounts.models import Absence
from family_support.accounts.permissions import can_record_absence
from family_support.accounts.roles import UNIT_HEADS, Role
from family_support.base import clock
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Badge, Crumb
from family_support.ui.forms import EmptyForm

KEEPERS = UNIT_HEADS | {Role.DIRECTOR, Role.BODY_ADMIN}
SHOWN_OVER = 50
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Absences"), reverse("absence-list")), *more]


@require_safe
@allowed(*sorted(KEEPERS))
def absence_list(request: Any) -> HttpResponse:
    """Who is away or will be, who stands in, and what has still to be handed over by hand; then those that are over."""
    actor, today = request.actor, clock.today()
    running = list(absence_queries.absences_for_list(actor, over=False, on=today))
    over = list(absence_queries.absences_for_list(actor, over=True, on=today)[:SHOWN_OVER])
    left = absence_queries.left_behind(running, actor)
    context = {
        "running": [
            {
                "absence": row,
                "badge": _badge(row, today),
                "left": left.get(row.pk, ()),
                "may_end": can_record_absence(actor, row.membership),
            }
            for row in running
        ],
        "over": over,
        "of_center": actor.center_id is not None,
    }
    return render(request, "accounts/absence_list.html", context)


def _badge(absence: Absence, today: Any) -> Badge:
    if absence.is_in_force(today):
        return Badge(_("away now"), "orange", pill=True)
    return Badge(_("to come"), "blue", pill=True)


@read_or_post
@allowed(*sorted(KEEPERS))
def absence_new(request: Any) -> HttpResponse:
    """Record an absence with its substitute."""
    now = clock.now()
    form = AbsenceForm(request.POST or None, actor=request.actor, today=clock.local_date(now))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")
        body = {**data, "membership": data["membership"].pk, "substitute": data["substitute"].pk}
        done = run(
            form,
            run_once,
            key=key,
            by=request.actor,
            action="absence-new",
            body=body,
            run=lambda: absence_actions.record_absence(**data, by=request.actor, now=now),
        )
        if done:
            messages.success(request, _("The absence is recorded: the substitute has been told."))
            return redirect("absence-list")
    of_center = request.actor.center_id is not None
    context = {
        "form": form,
        "heading": _("Record an absence"),
        "button": _("Record"),
        "crumbs": _crumbs(Crumb(_("Record an absence"))),
        "cancel_url": reverse("absence-list"),
        "consequences": _consequences() if of_center else _consequences_at_body(),
    }
    return respond(request, "ui/form_page.html", context)


def _consequences() -> list[str]:
    return [
        _("From the first to the last day the substitute works on the ordinary cases of the absent."),
        _(
            "Restricted cases are not handed over: grant access to each by name on its page of team and access."
        ),
        _("The substitute is told what the absent is told, and finds the absent's terms on My day."),
        _("A case that keeps the substitute out by name stays closed."),
    ]


def _consequences_at_body() -> list[str]:
    return [
        _("From the first to the last day the substitute finds the tasks of the absent among the own ones."),
        _("The substitute is told what the absent is told."),
    ]


@read_or_post
@allowed(*sorted(KEEPERS))
def absence_end(request: Any, pk: int) -> HttpResponse:
    """End an absence now."""
    row = one(Absence.objects.visible_to(request.actor).with_names(), pk=pk)
    form = EmptyForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(form, absence_actions.end_absence, absence=row, by=request.actor, now=clock.now())
    ):
        messages.success(request, _("The absence has ended: nobody stands in by it any more."))
        return redirect("absence-list")
    context = {
        "form": form,
        "heading": _("End the absence"),
        "subtitle": row.membership.user.full_name,
        "button": _("End the absence"),
        "danger": True,
        "consequences": [
            _("%(name)s loses the access that came with it at once.")
            % {"name": row.substitute.user.short_name},
            _("The terms of %(name)s are told to nobody else from now on.")
            % {"name": row.membership.user.short_name},
        ],
        "crumbs": _crumbs(Crumb(_("End the absence"))),
        "cancel_url": reverse("absence-list"),
    }
    return respond(request, "ui/confirm.html", context)
