"""The staffing of the own Center: band, gap, tables with their orders, papers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.models import Membership
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tile
from staffing import actions, queries
from staffing.forms import PeopleForm, TableForm
from staffing.history import changes_of
from staffing.models import StaffingNorm, StaffingTable, StaffPosition
from staffing.papers import center_pdf
from staffing.permissions import can_keep
from staffing.presenting import band_lines, tiles_of
from staffing.sheets import center_sheet
from staffing.templatetags.staffing import units_text
from staffing.views.common import (
    CENTER_KEEPERS,
    CENTER_READERS,
    SHEET,
    crumbs,
    file_answer,
    own_center,
    tabs,
    wanted_language,
)


@allowed(*CENTER_READERS)
@require_safe
def staffing(request: HttpRequest) -> HttpResponse:
    """Norm, established, occupied and shortfall of each position; the band with its computation."""
    actor = request.actor
    center = own_center(actor)
    found = queries.staffing_of(center, clock.today())
    tiles: list[Tile] = tiles_of(found.totals, found.computation.band) if found.table else []
    if found.table:
        people = queries.holders_of(found.table, actor, found.on)
        for line in found.lines:
            line.people = people.get(line.position.pk, ()) if line.position else ()
    context = {
        "found": found,
        "tiles": tiles,
        "band_lines": band_lines(found.computation),
        "tables": list(queries.tables(actor)),
        "funds": list(queries.funds(actor)),
        "may_keep": can_keep(actor, center.pk),
        "tabs": tabs(actor, "staffing"),
    }
    return render(request, "staffing/center.html", context)


@allowed(*CENTER_READERS)
@require_safe
def staffing_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a paper."""
    center, today = own_center(request.actor), clock.today()
    found = queries.staffing_of(center, today)
    content = center_pdf(found, wanted_language(request))
    return file_answer(content, _name(found, "pdf"), "application/pdf", download=False)


@allowed(*CENTER_READERS)
@require_safe
def staffing_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a sheet."""
    center, today = own_center(request.actor), clock.today()
    found = queries.staffing_of(center, today)
    content = center_sheet(found, wanted_language(request))
    return file_answer(content, _name(found, "xlsx"), SHEET, download=True)


def _name(found: queries.Staffing, ending: str) -> str:
    return f"staffing-{found.center.code}-{found.on.isoformat()}.{ending}"


def _table(request: HttpRequest, pk: int) -> StaffingTable:
    return one(queries.tables(request.actor), pk=pk)


@allowed(*CENTER_READERS)
@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """One table as it was established: units and vacancies, without a norm to compare it with."""
    found = _table(request, pk)
    context = {
        "table": found,
        "lines": queries.lines_as_recorded(found),
        "changes": changes_of(found),
        "may_keep": can_keep(request.actor, found.center_id),
        "crumbs": crumbs(Crumb(_("Staffing table"))),
    }
    return render(request, "staffing/table.html", context)


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def table_new(request: HttpRequest) -> HttpResponse:
    """Record a table that the executive body established; it begins as the one in force."""
    center = own_center(request.actor)
    found = queries.staffing_of(center, clock.today())
    form = TableForm(request.POST or None, norms=_norms(found, found.table), table=found.table, copied=True)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.record_table,
            center=center,
            positions=form.positions,
            by=request.actor,
            now=clock.now(),
            **form.order,
        )
        if done:
            messages.success(request, _("The staffing table is recorded."))
            return redirect("staffing")
    return _form_page(request, form, found, heading=_("New staffing table"))


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def table_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a table, or its occupied units."""
    changed = queries.table_to_change(request.actor, pk, clock.today())
    if changed is None:
        raise Missing()
    found = queries.staffing_of(own_center(request.actor), clock.today())
    form = TableForm(request.POST or None, norms=_norms(found, changed), table=changed)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.change_table,
            table=changed,
            positions=form.positions,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
            **form.order,
        )
        if done:
            messages.success(request, _("The staffing table is changed."))
            return redirect("staffing")
    return _form_page(request, form, found, heading=_("Change the staffing table"))


@allowed(*CENTER_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def position_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who of the Center's people fills a position."""
    today = clock.today()
    tables = StaffingTable.objects.visible_to(request.actor)
    found = one(StaffPosition.objects.as_of(today).select_related("table"), table__in=tables, pk=pk)
    here = Membership.objects.active(today).of_center(found.table.center_id).with_names()
    form = PeopleForm(
        request.POST or None,
        people=here.order_by("user__last_name", "pk"),
        holders=list(found.holders.working(today)),
        initial={"version": found.table.version},
    )
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.name_people,
            position=found,
            holders=form.holders,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            messages.success(request, _("Who fills the position is recorded."))
            return redirect("staffing")
    name = queries.name_of(found)
    context = {
        "form": form,
        "heading": _("Who fills the position"),
        "subtitle": name,
        "intro": _(
            "Occupied by the table: {units}. The end of a person's membership frees the units."
        ).format(units=units_text(found.working)),
        "button": _("Save"),
        "crumbs": crumbs(Crumb(_("Who fills the position"))),
        "cancel_url": reverse("staffing"),
    }
    return respond(request, "ui/form_page.html", context, form)


def _norms(found: queries.Staffing, held: StaffingTable | None) -> list[StaffingNorm]:
    """Rows of the annex in force, and those of positions the table has though the annex no longer does."""
    codes = {row.code for row in held.positions.all() if row.units} if held else set()
    former = [norm for code, norm in found.annex.former.items() if code in codes]
    return [*found.annex.norms, *former]


def _form_page(
    request: HttpRequest, form: TableForm, found: queries.Staffing, *, heading: str
) -> HttpResponse:
    minimums = {line.norm.code: line.minimum for line in found.lines if line.norm}
    context = {
        "form": form,
        "rows": [(row, minimums.get(row.norm.code) if row.norm else None) for row in form.rows],
        "found": found,
        "heading": heading,
        "crumbs": crumbs(Crumb(heading)),
        "cancel_url": reverse("staffing"),
    }
    return respond(request, "staffing/table_form.html", context, form)
