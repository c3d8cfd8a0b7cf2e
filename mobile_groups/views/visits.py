"""Visits of the group: planned, left, back with a protocol, signed. Made for a phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.papers import chosen_language, file_answer
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.idempotency import run_once
from family_support.documents.models import Attachment
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from mobile_groups import actions, permissions, queries
from mobile_groups.actions.visits import workers_of
from mobile_groups.badges import visit_badge
from mobile_groups.forms import DepartForm, PaperForm, ProtocolForm, ReasonVersionForm, VisitForm
from mobile_groups.loading import visitable_case
from mobile_groups.models import MobileGroup, Visit
from mobile_groups.papers import visit_pdf, visit_summary
from mobile_groups.permissions import FULL_ROLES
from mobile_groups.views.loading import (
    LANGUAGES,
    alarm_of,
    alarm_title,
    crumbs_of,
    crumbs_of_visit,
    visit_of,
    visit_title,
)

State = Visit.State


def _visit(request: HttpRequest, pk: int) -> Visit:
    """A visit whose response the actor takes part in. Errors: Missing."""
    visit = visit_of(request, pk)
    if not permissions.can_visit(request.actor, visit.call):
        raise Missing
    return visit


@require_http_methods(["GET", "POST"])
@allowed(*FULL_ROLES)
def visit_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a visit."""
    alarm, now = alarm_of(request, pk), clock.now()
    permissions.check_can_visit(request.actor, alarm)
    form = VisitForm(request.POST or None, initial={"planned_for": now})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def plan() -> Visit:
            return actions.plan_visit(alarm=alarm, by=request.actor, now=now, **data)

        body = {"alarm": alarm.pk, **data}
        done = run(form, run_once, key=key, by=request.actor, action="visit", body=body, run=plan)
        if done and done.value is not None:
            messages.success(request, _("The visit is planned."))
            return redirect("visit", done.value.pk)
    context = {
        "form": form,
        "heading": _("Plan a visit"),
        "subtitle": alarm_title(alarm),
        "instruction": alarm.case.instruction,
        "button": _("Plan the visit"),
        "cancel_url": reverse("alarm", args=(alarm.pk,)),
        "crumbs": crumbs_of(alarm, Crumb(_("Plan a visit"))),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*FULL_ROLES)
def case_visit_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a visit for early detection or support, without a threat (R256 20)."""
    case, now = visitable_case(pk, request.actor), clock.now()
    log_read(request.actor, case.pk, "visit for early detection")
    form = VisitForm(request.POST or None, initial={"planned_for": now})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def plan() -> Visit:
            return actions.plan_early_visit(case=case, by=request.actor, now=now, **data)

        body = {"case": case.pk, **data}
        done = run(form, run_once, key=key, by=request.actor, action="early-visit", body=body, run=plan)
        if done and done.value is not None:
            messages.success(request, _("The visit is planned: the mobile group is told."))
            return redirect("visit", done.value.pk)
    of_center = request.actor.center_id is not None
    back = reverse("case-alarms", args=(pk,)) if of_center else reverse("alarm-list")
    above = [Crumb(_("Alarms"), back)]
    if of_center:
        above = [
            Crumb(_("Cases"), reverse("case-list")),
            Crumb(case.number, reverse("case", args=(pk,))),
            *above,
        ]
    context = {
        "form": form,
        "heading": _("Plan a visit without an alarm"),
        "subtitle": case.number if of_center else _("Early detection and support"),
        "intro": _(
            "For early detection and support (R256 20). Where life or health is threatened, raise the alarm."
        ),
        "instruction": case.instruction,
        "consequences": [_("The mobile group in force and its coordinator are told.")],
        "button": _("Plan the visit"),
        "cancel_url": back,
        "crumbs": [*above, Crumb(_("Plan a visit without an alarm"))],
    }
    return respond(request, "ui/form_page.html", context, form)


@require_safe
@allowed(*FULL_ROLES)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit sheet; after the return its protocol and signatures."""
    actor = request.actor
    found = _visit(request, pk)
    present = list(found.present.select_related("member__agency", "worker"))
    unsigned = [row for row in present if row.signed_at is None]
    scans = Attachment.objects.visible_to(actor).of_subject("mobile_groups.visit", found.pk)
    context = {
        "visit": found,
        "subtitle": visit_title(found),
        "badge": visit_badge(found),
        "shows_place": bool(found.place) and permissions.shows_place(found),
        "mandate_over": found.is_open and found.group.state != MobileGroup.State.IN_FORCE,
        "may_again": found.alarm is None and not found.is_open and not found.case.is_closed,
        "rows": visit_summary(found, actor) if found.state in (State.PLANNED, State.DEPARTED) else [],
        "members": queries.members_of(found.group_id),
        "present": present,
        "may_sign": found.state == State.BACK
        and any(row.signs_as == actor.membership_id for row in unsigned),
        "may_paper": found.state == State.BACK and bool(unsigned),
        "scans": scans.order_by("pk"),
        "languages": LANGUAGES,
        "crumbs": crumbs_of_visit(found, Crumb(_("Visit"))),
    }
    return render(request, "mobile_groups/visit.html", context)


@require_safe
@allowed(*FULL_ROLES)
def visit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet to take along, or the protocol, as PDF."""
    found = _visit(request, pk)
    content = visit_pdf(found, request.actor, chosen_language(request.GET.get("language", "")))
    return file_answer(content, f"visit-{found.pk}.pdf")


@require_http_methods(["GET", "POST"])
@allowed(*FULL_ROLES)
def visit_depart(request: HttpRequest, pk: int) -> HttpResponse:
    """The group leaves."""
    found, now = _visit(request, pk), clock.now()
    form = DepartForm(request.POST or None, initial={"version": found.version, "departed_at": now})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.depart,
            visit=found,
            departed_at=data["departed_at"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("Recorded. Take care."))
            return redirect("visit", pk)
    return _form(
        request, found, form, _("The group leaves"), _("We have left"), instruction=found.case.instruction
    )


@require_http_methods(["GET", "POST"])
@allowed(*FULL_ROLES)
def visit_protocol(request: HttpRequest, pk: int) -> HttpResponse:
    """Both times, who was there, what was found and done."""
    found, now = _visit(request, pk), clock.now()
    mine = [
        row.pk
        for row in queries.members_of(found.group_id)
        if row.membership_id == request.actor.membership_id
    ]
    form = ProtocolForm(
        request.POST or None,
        group_id=found.group_id,
        workers=workers_of(found.case, now),
        initial={"version": found.version, "members": mine, "returned_at": now},
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        members, workers = list(data.pop("members")), list(data.pop("workers", ()))
        if run(
            form,
            actions.record_protocol,
            visit=found,
            members=members,
            workers=workers,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
            **data,
        ):
            messages.success(request, _("The protocol is written: everybody who was there signs it."))
            return redirect("visit", pk)
    return _form(request, found, form, _("Protocol of the visit"), _("Save the protocol"))


@require_POST
@allowed(*FULL_ROLES)
def visit_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign as somebody who was there."""
    actions.sign_protocol(visit=_visit(request, pk), by=request.actor, now=clock.now())
    messages.success(request, _("You have signed the protocol."))
    return redirect("visit", pk)


@require_http_methods(["GET", "POST"])
@allowed(*FULL_ROLES)
def visit_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The others signed on paper: the scan stands for them."""
    found = _visit(request, pk)
    form = PaperForm(request.POST or None, request.FILES or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.sign_on_paper,
            visit=found,
            upload=form.cleaned_data["scan"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The signatures on paper are recorded."))
        return redirect("visit", pk)
    return _form(
        request,
        found,
        form,
        _("Signatures on paper"),
        _("Save"),
        intro=_("Everybody who has not signed here has signed the printed protocol."),
        multipart=True,
    )


@require_http_methods(["GET", "POST"])
@allowed(*FULL_ROLES)
def visit_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A planned visit does not take place."""
    found = _visit(request, pk)
    form = ReasonVersionForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.cancel_visit,
            visit=found,
            reason=data["reason"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The visit is cancelled."))
            return redirect("alarm", found.alarm_id) if found.alarm_id else redirect("visit", pk)
    return _form(request, found, form, _("Cancel the visit"), _("Cancel the visit"), danger=True)


def _form(
    request: HttpRequest, found: Visit, form: Any, heading: str, button: str, **context: Any
) -> HttpResponse:
    address = reverse("visit", args=(found.pk,))
    return respond(
        request,
        "ui/form_page.html",
        {
            "form": form,
            "heading": heading,
            "subtitle": visit_title(found),
            "button": button,
            "cancel_url": address,
            "crumbs": crumbs_of_visit(found, Crumb(_("Visit"), address), Crumb(heading)),
            **context,
        },
        form,
    )
