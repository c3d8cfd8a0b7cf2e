"""What the pages of stays share: loading in scope, people to choose from, crumbs, a page with one form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.frame import crumbs_of, worked_case
from cases.models import Case, Person
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.rows import one
from family_support.ui.actions import respond
from family_support.ui.components import Badge, Crumb, Tone
from shelter.models import MinorNotice, Stay

STAY_TONES: dict[str, Tone] = {
    "reserved": "yellow",
    "resident": "blue",
    "checked_out": "grey",
    "cancelled": "grey",
}
NOTICE_TONES: dict[str, Tone] = {"due": "red", "sent": "yellow", "received": "blue", "registered": "green"}


def stay_badge(stay: Stay, now: datetime) -> Badge:
    """The state of a stay; longer than a month goes before all else while the person is there."""
    if stay.is_overdue(now):
        return Badge(_("Longer than a month"), "red", "alert-triangle")
    if stay.state == Stay.State.RESERVED and stay.waits_for_head:
        return Badge(_("Waits for the head"), "orange")
    return Badge(stay.get_state_display(), STAY_TONES[stay.state])


def notice_badge(notice: MinorNotice) -> Badge:
    return Badge(notice.get_state_display(), NOTICE_TONES[notice.state])


def visible_stay(request: HttpRequest, pk: int) -> Stay:
    """A stay that the actor may read. Errors: Missing."""
    return one(Stay.objects.visible_to(request.actor), pk=pk)


def placed_stay(request: HttpRequest, pk: int) -> tuple[Case, Stay]:
    """A stay of a case the actor works on. Errors: Missing."""
    found = visible_stay(request, pk)
    return worked_case(request, found.case_id), found


def placed_notice(request: HttpRequest, pk: int) -> tuple[Case, MinorNotice]:
    """A notice of a case the actor works on. Errors: Missing."""
    notice = one(MinorNotice.objects.visible_to(request.actor).select_related("stay"), pk=pk)
    return worked_case(request, notice.stay.case_id), notice


def family_of(case: Case, besides: Person | None = None) -> list[Person]:
    """The family's members, the eldest first."""
    rows = Person.objects.filter(places__case=case)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return list(rows.order_by("birth_date", "pk").distinct())


def taken_until(actor: Actor, now: datetime) -> dict[int, date]:
    """Place -> the last day for which it is claimed now; places that are free now are left out."""
    rows = Stay.objects.told_to(actor).active().filter(claim_from__lte=now)
    return {
        place: max(local_date(claim_to), local_date(now))
        for place, claim_to in rows.order_by("claim_to").values_list("place_id", "claim_to")
    }


def stay_crumbs(stay: Stay, case: Case, *more: Crumb) -> list[Crumb]:
    return crumbs_of(
        case,
        Crumb(_("Stay"), reverse("case-stay", args=(case.pk,))),
        Crumb(str(stay.place.name), reverse("stay", args=(stay.pk,))),
        *more,
    )


def form_page(
    request: HttpRequest,
    form: Any,
    heading: str,
    button: str,
    *,
    back: str,
    crumbs: list[Crumb],
    subtitle: str = "",
    **more: Any,
) -> HttpResponse:
    """A page with one form, 400 when it was sent and refused."""
    context = {
        "form": form,
        "heading": heading,
        "subtitle": subtitle,
        "button": button,
        "cancel_url": back,
        "crumbs": crumbs,
        **more,
    }
    return respond(request, "ui/form_page.html", context, form)
