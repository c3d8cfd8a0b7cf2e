"""The life of a stay: the case's tab, its page, reservation, check-in, exit plan, check-out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.frame import case_frame, crumbs_of, listed_case, worked_case
from cases.models import Case, Person
from cases.permissions import reads
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.ui.actions import run
from family_support.ui.components import Crumb
from shelter import actions, queries
from shelter.forms import CheckInForm, CheckOutForm, ExitPlanForm, MinorForm, ReasonOfForm, ReserveForm
from shelter.models import Stay
from shelter.permissions import PLACING, SEEING_BOARD, can_place
from shelter.rules import day_of_stay
from shelter.views.loading import (
    family_of,
    form_page,
    notice_badge,
    placed_stay,
    stay_badge,
    stay_crumbs,
    taken_until,
)


@require_safe
@allowed(*SEEING_BOARD)
def case_stay(request: HttpRequest, pk: int) -> HttpResponse:
    """The case's stays, the newest first."""
    frame = case_frame(request, pk, tab="stay")
    now = clock.now()
    cards = queries.stays_of_case(frame.case, request.actor)
    for card in cards:
        _dress(card, request)
    context = {
        "cards": cards,
        "may_reserve": can_place(request.actor, frame.case),
        "now": now,
    }
    return render(request, "shelter/case_stay.html", {**frame.context, **context})


def _dress(card: queries.StayCard, request: HttpRequest) -> None:
    """Marks and the day of the stay, for the templates."""
    now = clock.now()
    card.badge = stay_badge(card.stay, now)
    card.overdue = card.stay.is_overdue(now)
    for line in card.notices:
        line.badge = notice_badge(line.notice)
    if card.stay.state == Stay.State.RESIDENT and card.stay.admitted_at:
        admitted_on = local_date(card.stay.admitted_at)
        card.day = day_of_stay(admitted_on, local_date(now))


@require_safe
@allowed(*SEEING_BOARD)
def stay(request: HttpRequest, pk: int) -> HttpResponse:
    """A stay with its people, notices and terms; the director is asked for a reason first."""
    actor = request.actor
    found = Stay.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        masked = one(Stay.objects.supervised_by(actor), pk=pk)
        return redirect("case-open", pk=masked.case_id)
    case = listed_case(request, found.case_id)
    if not reads(case, actor):
        raise Missing
    log_read(actor, case.pk, f"stay {found.pk}")
    card = queries.cards(Stay.objects.filter(pk=pk))[0]
    _dress(card, request)
    context = {
        "case": case,
        "card": card,
        "stay": card.stay,
        "may_act": can_place(actor, case),
        # Nobody is offered a form without a child to choose.
        "may_bring": bool(_children_elsewhere(case, card.stay)),
        "may_decide": actor.is_director,
        "crumbs": crumbs_of(
            case, Crumb(_("Stay"), reverse("case-stay", args=(case.pk,))), Crumb(card.stay.place.name)
        ),
        "now": clock.now(),
    }
    return render(request, "shelter/stay.html", context)


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def stay_reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a place for an adult of the family."""
    case, now = worked_case(request, pk), clock.now()
    family = family_of(case)
    adults = [person for person in family if not person.is_minor(local_date(now))]
    earlier = Stay.objects.filter(case=case).exclude(state=Stay.State.CANCELLED).exists()
    form = ReserveForm(
        request.POST or None,
        adults=adults,
        center_id=case.center_id,
        taken=taken_until(request.actor, now),
        again=earlier,
        initial={"arrives_at": now},
    )
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.reserve_place, case=case, by=request.actor, now=now, **form.cleaned_data)
        if done and done.value is not None:
            messages.success(request, _("The place is reserved."))
            if not Case.objects.visible_to(request.actor).filter(pk=case.pk).exists():
                messages.info(
                    request, _("The case is restricted now: its lead decides who of the team reads it.")
                )
                return redirect("my-day")
            return redirect("stay", pk=done.value.pk)
    log_read(request.actor, case.pk, "stay")
    back = reverse("case-stay", args=(case.pk,))
    return form_page(
        request,
        form,
        _("Reserve a place"),
        _("Reserve"),
        back=back,
        subtitle=case.number,
        crumbs=crumbs_of(case, Crumb(_("Stay"), back), Crumb(_("Reserve a place"))),
        consequences=[
            _("The place is kept for a month from the expected arrival."),
            _("The case is restricted: only its lead and those named read it."),
        ],
    )


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def stay_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Admit the person: moment, basis, who came along."""
    case, found = placed_stay(request, pk)
    now = clock.now()
    form = CheckInForm(
        request.POST or None,
        request.FILES or None,
        family=family_of(case, besides=found.person),
        today=local_date(now),
        center_id=case.center_id,
        region_id=center_of(request).district.region_id,
        taken=_taken_by_others(request.actor, found, now),
        initial={"admitted_at": now, "place": found.place_id, "version": found.version},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = run(
            form,
            actions.check_in,
            stay=found,
            admitted_at=data["admitted_at"],
            basis=form.given_basis,
            scan=data["scan"],
            minors=list(data["minors"]),
            adults=list(data["adults"]),
            place=data["place"],
            version=data["version"],
            by=request.actor,
            now=now,
        )
        if done:
            messages.success(request, _("The person is admitted: the month begins."))
            if data["minors"]:
                messages.warning(request, _("Both notices about the minors are due within 24 hours."))
            return redirect("stay", pk=found.pk)
    return _page(
        request,
        case,
        found,
        form,
        _("Check-in"),
        _("Admit"),
        consequences=[
            _("The stay lasts one month; its last day does not move to a working day (R256 23(5))."),
            _("The exit plan is due by day 20."),
            _(
                "With a child, law enforcement and guardianship are notified in writing within 24 hours (R256 26)."
            ),
        ],
    )


def _taken_by_others(actor: Actor, found: Stay, now: datetime) -> dict[int, date]:
    taken = taken_until(actor, now)
    if not Stay.objects.filter(place=found.place_id, state=Stay.State.RESIDENT).exists():
        taken.pop(found.place_id, None)
    return taken


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def stay_minor(request: HttpRequest, pk: int) -> HttpResponse:
    """A child comes to the stay later."""
    case, found = placed_stay(request, pk)
    now = clock.now()
    family = _children_elsewhere(case, found)
    form = MinorForm(request.POST or None, family=family, initial={"came_at": now})
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.admit_minor, stay=found, by=request.actor, now=now, **form.cleaned_data)
        if done:
            messages.warning(request, _("Both notices about the minors are due within 24 hours."))
            return redirect("stay", pk=found.pk)
    intro = "" if family else _("No other child of the family is known: add the child to the people first.")
    return _page(request, case, found, form, _("A child came"), _("Record"), intro=intro)


def _children_elsewhere(case: Case, found: Stay) -> list[Person]:
    """Children of the family, or those of an unknown age, who are not among the residents."""
    there = set(found.residents.values_list("person_id", flat=True))
    today = clock.today()
    return [
        person
        for person in family_of(case)
        if person.pk not in there and (person.birth_date is None or person.is_minor(today))
    ]


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def stay_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a reserved place up."""
    case, found = placed_stay(request, pk)
    form = ReasonOfForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.cancel_reservation,
            stay=found,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("The reservation is cancelled: the place is free."))
            return redirect("case-stay", pk=case.pk)
    return _page(
        request, case, found, form, _("Cancel the reservation"), _("Cancel the reservation"), danger=True
    )


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def stay_exit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the person goes after the stay."""
    case, found = placed_stay(request, pk)
    initial = {"version": found.version, "exit_going": found.exit_going, "exit_plan": found.exit_plan}
    form = ExitPlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = run(
            form, actions.write_exit_plan, stay=found, by=request.actor, now=clock.now(), **form.cleaned_data
        )
        if done:
            messages.success(request, _("The exit plan is written."))
            return redirect("stay", pk=found.pk)
    return _page(request, case, found, form, _("Exit plan"), _("Save"))


@require_http_methods(["GET", "POST"])
@allowed(*PLACING)
def stay_check_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The person has left."""
    case, found = placed_stay(request, pk)
    now = clock.now()
    initial = {"version": found.version, "checked_out_at": now, "going": found.exit_going}
    form = CheckOutForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.check_out, stay=found, by=request.actor, now=now, **form.cleaned_data)
        if done:
            messages.success(request, _("The person is checked out: the place is free."))
            return redirect("stay", pk=found.pk)
    more = [_("The place is free from this moment.")]
    if found.is_overdue(now):
        more.append(
            _("The stay was longer than a month: the director's reason is needed before the case closes.")
        )
    return _page(request, case, found, form, _("Check-out"), _("Check out"), consequences=more)


def _page(
    request: HttpRequest, case: Case, found: Stay, form: Any, heading: str, button: str, **more: Any
) -> HttpResponse:
    log_read(request.actor, case.pk, f"stay {found.pk}")
    return form_page(
        request,
        form,
        heading,
        button,
        back=reverse("stay", args=(found.pk,)),
        subtitle=f"{case.number} · {found.person.full_name}",
        crumbs=stay_crumbs(found, case, Crumb(heading)),
        **more,
    )
