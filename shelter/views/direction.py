"""What only the director does: houses and places, the reasons of a new episode and of a longer stay."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import run
from family_support.ui.components import Crumb
from family_support.ui.masking import initials
from shelter import actions
from shelter.forms import PlaceForm, ReasonOfForm, ShelterForm
from shelter.models import Place, Shelter, Stay
from shelter.views.loading import form_page


@require_safe
@allowed(Role.DIRECTOR)
def places(request: HttpRequest) -> HttpResponse:
    """Houses and places of the Center; no address in the list."""
    center = center_of(request)
    # A family whose case keeps the director out by name leaves the place as the director keeps it: free.
    told = Stay.objects.told_to(request.actor).filter(place=OuterRef("pk"))
    rows = Place.objects.of_center(center.pk).annotate(
        used=Exists(told.filter(state=Stay.State.RESIDENT)),
        reserved=Exists(told.filter(state=Stay.State.RESERVED)),
    )
    by_house: dict[int, list[Place]] = {}
    for place in rows.select_related("shelter"):
        by_house.setdefault(place.shelter_id, []).append(place)
    houses = [
        (house, by_house.get(house.pk, []))
        for house in Shelter.objects.filter(center=center).defer("address")
    ]
    context = {"houses": houses, "crumbs": _crumbs(), "center": center}
    return render(request, "shelter/places.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def shelter_new(request: HttpRequest) -> HttpResponse:
    """Add a house."""
    return _house(request, None)


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def shelter_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a house: its address is shown here, to the director who keeps it."""
    found = one(Shelter.objects, pk=pk, center=center_of(request))
    return _house(request, found)


def _house(request: HttpRequest, found: Shelter | None) -> HttpResponse:
    initial: dict[str, Any] = {"version": 0, "is_active": True}
    if found is not None:
        initial = {
            name: getattr(found, name) for name in ("name", "address", "phone", "is_active", "version")
        }
    form = ShelterForm(request.POST or None, initial=initial)
    heading = _("House") if found else _("New house")
    if request.method == "POST" and form.is_valid():
        center_id = center_of(request).pk
        done = run(
            form,
            actions.put_shelter,
            shelter=found,
            center_id=center_id,
            by=request.actor,
            **form.cleaned_data,
        )
        if done:
            messages.success(request, _("Saved."))
            return redirect("shelter-places")
    back = reverse("shelter-places")
    return form_page(request, form, heading, _("Save"), back=back, crumbs=_crumbs(Crumb(heading)))


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def place_new(request: HttpRequest) -> HttpResponse:
    """Add a room or bed."""
    return _place(request, None)


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def place_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a room or bed."""
    found = one(Place.objects.managed_by(request.actor), pk=pk)
    return _place(request, found)


def _place(request: HttpRequest, found: Place | None) -> HttpResponse:
    initial: dict[str, Any] = {"version": 0, "is_active": True, "beds": 2}
    if found is not None:
        names = ("name", "beds", "note", "is_active", "version")
        initial = {name: getattr(found, name) for name in names} | {"shelter": found.shelter_id}
    elif request.GET.get("house", "").isdecimal():
        initial["shelter"] = request.GET["house"]
    form = PlaceForm(request.POST or None, center_id=center_of(request).pk, initial=initial)
    heading = pgettext("stay", "Place") if found else _("New place")
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.put_place, place=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, _("Saved."))
            return redirect("shelter-places")
    back = reverse("shelter-places")
    return form_page(request, form, heading, _("Save"), back=back, crumbs=_crumbs(Crumb(heading)))


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def stay_allow(request: HttpRequest, pk: int) -> HttpResponse:
    """Allow a new stay of the same person, with the reason (rules.md 6.9)."""
    found = _supervised(request, pk)
    text = _("The person has stayed here before in this case. What happened anew: {note}").format(
        note=found.episode_note or "—"
    )
    return _decision(request, found, actions.allow_new_stay, _("Allow the new stay"), _("Allow"), intro=text)


@require_http_methods(["GET", "POST"])
@allowed(Role.DIRECTOR)
def stay_overstay(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why the person stays longer than a month."""
    found = _supervised(request, pk)
    text = _(
        "The law gives one month and no extension: the longer stay is recorded as such, with your reason."
    )
    return _decision(
        request, found, actions.explain_overstay, _("Reason of the longer stay"), _("Record"), intro=text
    )


def _supervised(request: HttpRequest, pk: int) -> Stay:
    rows = Stay.objects.supervised_by(request.actor).select_related("case", "person", "place__shelter")
    return one(rows, pk=pk)


def _decision(
    request: HttpRequest, found: Stay, action: Any, heading: str, button: str, *, intro: str
) -> HttpResponse:
    log_read(request.actor, found.case_id, f"stay {found.pk} decision")
    form = ReasonOfForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        done = run(form, action, stay=found, by=request.actor, now=clock.now(), **form.cleaned_data)
        if done:
            messages.success(request, _("Recorded."))
            return redirect("stay-list")
    who = initials(found.person.full_name)
    return form_page(
        request,
        form,
        heading,
        button,
        back=reverse("stay-list"),
        subtitle=f"{found.case.number} · {who} · {found.place}",
        crumbs=[Crumb(_("Stays"), reverse("stay-list")), Crumb(heading)],
        intro=intro,
    )


def _crumbs(*more: Crumb) -> list[Crumb]:
    board = Crumb(_("Shelter"), reverse("shelter-board"))
    here = Crumb(_("Houses and places"), reverse("shelter-places") if more else "")
    return [board, here, *more]
