"""A director sets when the own Center opens and closes from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from family_support.accounts.decorators import allowed
from family_support.accounts.permissions import check_can_set_hours
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.deadlines import calendar_actions as actions
from family_support.deadlines.calendar_forms import HoursForm, TakeBackForm
from family_support.deadlines.calendar_page import order_text
from family_support.deadlines.calendar_views import previewed
from family_support.directory.models import Center
from family_support.ui.actions import respond, run
from family_support.ui.components import Badge, Crumb
from family_support.workdays.models import CenterHours
from family_support.workdays.queries import calendar_of, current_version, load_edition


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Role.DIRECTOR)
def hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Hours with their orders, a change from a day on with its preview, and taking back one that waits."""
    center = one(Center.objects.with_place(), pk=pk)
    check_can_set_hours(request.actor, center.pk)
    now, today = clock.now(), clock.today()
    opens, closes = calendar_of(load_edition(), center).hours_of(today)
    seen = {"seen": current_version()}
    step = request.POST.get("step", "")
    back = TakeBackForm(request.POST if step == "back" else None, initial=seen, prefix="back")
    initial = {**seen, "opens": opens, "closes": closes}
    form = HoursForm(request.POST if request.method == "POST" and step != "back" else None, initial=initial)
    found = done = None
    given = {"center": center, "by": request.actor, "now": now}
    if form.is_bound and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("opens", "closes", "valid_from")}
        if step == "publish" and form.cleaned_data["previewed"] == form.mark():
            more = {**wanted, **form.order, "seen": form.cleaned_data["seen"]}
            done = run(form, actions.publish_hours, **given, **more).value
        else:
            found = run(form, actions.preview_hours, **given, **wanted, **form.order).value
    elif back.is_bound and back.is_valid():
        more = {**back.order, "seen": back.cleaned_data["seen"]}
        done = run(back, actions.take_back_hours, **given, **more).value
    if done:
        messages.success(request, _("The hours are changed; open deadlines are being counted again."))
        return redirect("calendar-recount", done.pk)
    rows = _rows(center, today)
    context = {
        "form": previewed(form, found),
        "back": back,
        "preview": found,
        "center": center,
        "opens": opens,
        "closes": closes,
        "rows": rows,
        "waits": any(row["waits"] for row in rows),
        "crumbs": [
            Crumb(_("Directory"), reverse("directory")),
            Crumb(center.name, reverse("center-page", args=[center.pk])),
            Crumb(_("Hours")),
        ],
    }
    return respond(request, "deadlines/hours.html", context, form, back)


def _rows(center: Center, today: date) -> list[dict[str, Any]]:
    """The changes of the hours, the latest first; before them those that the Center was founded with."""
    rows = list(CenterHours.objects.current().filter(center=center).order_by("-valid_from"))
    current = next((row.pk for row in rows if row.valid_from <= today), None)
    found = []
    for row in rows:
        waits = row.valid_from > today
        if waits:
            mark = Badge(_("to come"), "blue", "clock")
        elif row.pk == current:
            mark = Badge(_("in force"), "green", "check")
        else:
            mark = Badge(_("ended"))
        found.append(
            {
                "since": row.valid_from,
                "hours": f"{row.opens:%H:%M}–{row.closes:%H:%M}",
                "order": order_text(row.order_number, row.order_date),
                "mark": mark,
                "waits": waits,
            }
        )
    mark = Badge(_("ended")) if current else Badge(_("in force"), "green", "check")
    first = {"since": None, "hours": f"{center.opens:%H:%M}–{center.closes:%H:%M}", "order": "—"}
    return [*found, {**first, "mark": mark, "waits": False}]
