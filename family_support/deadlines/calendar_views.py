"""The calendar's pages: a year for readers; an order with its preview, publishing and progress for the editor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.accounts.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.deadlines import calendar_actions as actions
from family_support.deadlines.calendar_forms import FIRST_LINES, MOST_LINES, CalendarFilter, CalendarForm
from family_support.deadlines.calendar_page import legend, order_text, weekdays, year_of
from family_support.deadlines.models import Recount
from family_support.directory.models import Center
from family_support.reference.permissions import EDITORS, READERS, can_edit
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tab
from family_support.workdays.edition import What
from family_support.workdays.models import CalendarDay, CalendarVersion
from family_support.workdays.queries import calendar_of, current_version, load_edition

READ = tuple(sorted(READERS))
EDIT = tuple(sorted(EDITORS))
VERSIONS = 10
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _crumbs(last: str = "") -> list[Crumb]:
    crumbs = [Crumb(_("Reference data of the law"), reverse("reference"))]
    if last:
        return [*crumbs, Crumb(_("Calendar"), reverse("calendar")), Crumb(last)]
    return [*crumbs, Crumb(_("Calendar"))]


@require_safe
@allowed(*READ)
def calendar(request: HttpRequest) -> HttpResponse:
    """A year as a Center, or the country, lives by it; closures of all places; the versions that came out."""
    today, edition = clock.today(), load_edition()
    years = range(edition.first.year, edition.last.year + 1)
    form = CalendarFilter(request.GET or None, years=years)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    year = chosen.get("year") or min(max(today.year, years[0]), years[-1])
    center = chosen.get("center")
    if center is None and not form.is_bound and request.actor.center_id:
        center = Center.objects.with_place().get(pk=request.actor.center_id)
    if not form.is_bound:
        form = CalendarFilter(years=years, initial={"year": year, "center": center})
    may_edit = can_edit(request.actor)
    query = f"&center={center.pk}" if center else ""
    context = {
        "form": form,
        "year": str(year),
        "center": center,
        "months": year_of(calendar_of(edition, center), year, today, editable=may_edit),
        "weekdays": weekdays(),
        "legend": legend(),
        "tabs": [
            Tab(str(each), f"{reverse('calendar')}?year={each}{query}", each == year)
            for each in years
            if abs(each - year) <= 1
        ],
        "closures": _closures(year),
        "versions": _versions(request),
        "version": edition.number,
        "may_edit": may_edit,
        "crumbs": _crumbs(),
    }
    return render(request, "deadlines/calendar.html", context)


def _closures(year: int) -> list[tuple[CalendarDay, str]]:
    rows = (
        CalendarDay.objects.current()
        .filter(date__year=year)
        .exclude(region__isnull=True, center__isnull=True)
        .select_related("region", "center")
    )
    return [(row, order_text(row.order_number, row.order_date)) for row in rows]


def _versions(request: HttpRequest) -> list[dict[str, Any]]:
    rows = list(CalendarVersion.objects.order_by("-number")[:VERSIONS])
    recounts = {
        row.version: row
        for row in Recount.objects.filter(version__in=[row.number for row in rows]).select_related(
            "region", "center"
        )
    }
    seen = set(Recount.objects.visible_to(request.actor).values_list("version", flat=True)[:100])
    found = []
    for row in rows:
        recount = recounts.get(row.number)
        place = (recount.center or recount.region) if recount else None
        found.append(
            {
                "row": row,
                "order": order_text(row.order_number, row.order_date) if row.order_number else "",
                "place": place.name if place else _("the country"),
                "recount": recount if recount and row.number in seen else None,
            }
        )
    return found


def _asked_lines(request: HttpRequest) -> int:
    given = request.POST.get("lines") or request.GET.get("lines", "")
    return min(int(given), MOST_LINES) if given.isdecimal() and len(given) < 3 else FIRST_LINES


@read_or_post
@allowed(*EDIT)
def change(request: HttpRequest) -> HttpResponse:
    """An order: its lines are checked, previewed as counts, and published as the next version."""
    lines = _asked_lines(request)
    initial = {"seen": current_version(), "day_1": request.GET.get("day", "")}
    if request.GET.get("what") in set(What):
        initial["what_1"] = request.GET["what"]
    form = CalendarForm(request.POST or None, lines=lines, initial=initial)
    found = None
    if request.method == "POST" and form.is_valid():
        given = {
            "lines": form.order_lines(),
            "region": form.cleaned_data["region"],
            "center": form.cleaned_data["center"],
            **form.order,
            "by": request.actor,
            "now": clock.now(),
        }
        if request.POST.get("step") == "publish" and form.cleaned_data["previewed"] == form.mark():
            done = run(form, actions.publish_calendar, seen=form.cleaned_data["seen"], **given)
            if done:
                messages.success(
                    request, _("The version is published; open deadlines are being counted again.")
                )
                return redirect("calendar-recount", done.value.pk)
        else:
            found = run(form, actions.preview_calendar, **given).value
    context = {
        "form": previewed(form, found),
        "preview": found,
        "lines": lines,
        "more": lines + 2 if lines + 2 <= MOST_LINES else 0,
        "crumbs": _crumbs(_("Change the calendar")),
    }
    return respond(request, "deadlines/calendar_change.html", context)


def previewed(form: Any, found: Any) -> Any:
    """The form with the mark of what the preview shows, so that exactly that can be published."""
    if found is not None:
        form.data = form.data.copy()
        form.data["previewed"] = form.mark()
    return form


@require_safe
@allowed(*EDIT, Role.DIRECTOR)
def recount(request: HttpRequest, pk: int) -> HttpResponse:
    """How far counting again has come, for the person who published."""
    found = one(Recount.objects.visible_to(request.actor).select_related("region", "center"), pk=pk)
    place = found.center or found.region
    context = {
        "recount": found,
        "place": place.name if place else _("the country"),
        "crumbs": _crumbs(_("Counting again")),
    }
    return render(request, "deadlines/recount.html", context)
