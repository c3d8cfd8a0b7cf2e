"""Pages of the reference data: every list looks and is changed alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.accounts.decorators import allowed
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.reference import actions, queries
from family_support.reference.catalogs import Catalog, catalog, uses_of
from family_support.reference.forms import CancelForm, DayForm, EndForm
from family_support.reference.index import cards
from family_support.reference.permissions import EDITORS, READERS, can_edit
from family_support.reference.rules import ONE_DAY, earliest_start
from family_support.reference.sheets import sheet
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tab
from family_support.ui.tables import PER_PAGE

READ = tuple(sorted(READERS))
EDIT = tuple(sorted(EDITORS))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _list(slug: str) -> Catalog:
    found = catalog(slug)
    if found is None:
        raise Missing
    return found


def _row(slug: str, pk: int) -> tuple[Catalog, Any]:
    found = _list(slug)
    row = one(found.rows(), pk=pk)
    return found, row


def _crumbs(listed: Catalog | None = None, row: Any = None, last: str = "") -> list[Crumb]:
    crumbs = [Crumb(_("Reference data of the law"), reverse("reference"))]
    if listed is not None:
        crumbs.append(Crumb(listed.title, reverse("reference-list", args=[listed.slug])))
    if listed is not None and row is not None:
        crumbs.append(Crumb(listed.name(row), reverse("reference-row", args=[listed.slug, row.pk])))
    if last:
        crumbs.append(Crumb(last))
    return crumbs


@require_safe
@allowed(*READ)
def index(request: HttpRequest) -> HttpResponse:
    """All lists, with how many rows are in force and how many changes wait."""
    context = {"cards": cards(clock.today()), "may_edit": can_edit(request.actor)}
    return render(request, "reference/index.html", context)


@require_safe
@allowed(*READ)
def row_list(request: HttpRequest, slug: str) -> HttpResponse:
    """One list: in force today or on another day, to come, ended."""
    listed, today = _list(slug), clock.today()
    form = DayForm(request.GET or None)
    day = (form.cleaned_data["on"] if form.is_valid() else None) or today
    when = request.GET.get("when", queries.IN_FORCE)
    when = when if when in queries.WHEN else queries.IN_FORCE
    base = day if when == queries.IN_FORCE else today
    page = Paginator(queries.of_time(listed, when, base), PER_PAGE).get_page(request.GET.get("page"))
    address = reverse("reference-list", args=[slug])
    names = {
        queries.IN_FORCE: _("In force"),
        queries.COMING: _("To come"),
        queries.EARLIER: _("Ended"),
    }
    context = {
        "catalog": listed,
        "form": form,
        "when": when,
        "day": base,
        "today": today,
        "headings": [fact.label for fact in listed.facts if fact.listed],
        "page": page,
        "counted": bool(uses_of(slug)),
        "lines": queries.lines(listed, list(page.object_list), today),
        "tabs": [Tab(names[name], f"{address}?when={name}", when == name) for name in queries.WHEN],
        "may_edit": can_edit(request.actor),
        "crumbs": _crumbs(last=str(listed.title)),
    }
    return render(request, "reference/list.html", context)


@require_safe
@allowed(*READ)
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """All rows of a list, past and future ones too."""
    listed = _list(slug)
    response = HttpResponse(sheet(listed, list(listed.rows())), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{listed.slug}.xlsx"'
    return response


@require_safe
@allowed(*READ)
def row_page(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One row: what it says, its versions, where it is used, who changed it."""
    listed, row = _row(slug, pk)
    today = clock.today()
    chain = list(listed.chain(row).select_related(*listed.related))
    last = chain[-1]
    found = queries.versions(listed, chain, today)
    waits = last.valid_from > today
    ends = not waits and last.valid_to is not None and last.valid_to >= today
    context = {
        "catalog": listed,
        "row": row,
        "name": listed.name(row),
        "code": listed.code(row),
        "mark": next(version.mark for version in found if version.row.pk == row.pk),
        "facts": [(fact.label, fact.text(row)) for fact in listed.facts],
        "versions": found,
        "uses": next(version.uses for version in found if version.row.pk == row.pk),
        "history": queries.history(listed, chain),
        "last": last,
        "waits": waits,
        "ends": ends,
        "may_change": can_edit(request.actor) and not waits and not ends and listed.form is not None,
        "may_end": can_edit(request.actor) and not waits and last.valid_to is None and listed.may_end,
        "may_correct": can_edit(request.actor) and waits and listed.form is not None,
        "may_cancel": can_edit(request.actor) and (waits or ends),
        "crumbs": _crumbs(listed, last=listed.name(row)),
    }
    return render(request, "reference/row.html", context)


@read_or_post
@allowed(*EDIT)
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Something that was not in the list."""
    listed = _list(slug)
    if listed.new_form is None:
        raise Missing
    form = listed.new_form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.add_row,
            catalog=listed,
            key=form.key(),
            content=form.content(),
            valid_from=form.cleaned_data["valid_from"],
            act=form.act,
            by=request.actor,
            now=clock.now(),
        )
        if done:
            return _told(request, listed, done.value, _("The row is added."))
    rules = [_("A new row begins today at the earliest.")]
    return _form(request, form, listed, None, str(listed.new_title), rules)


@read_or_post
@allowed(*EDIT)
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A change from a day on, by an act."""
    listed, row = _row(slug, pk)
    chain = _chain(listed, row)
    form = _row_form(request, listed, chain, correcting=False)
    if request.method == "POST" and form.is_valid():
        done = _send(request, form, actions.change_row, listed, chain[-1])
        if done:
            return _told(request, listed, done.value, _("The change is entered."))
    first = _earliest(listed, chain)
    rules = [
        _("The present row ends the day before; what happened until then keeps counting by it."),
        _("The earliest day is %(day)s: what has happened was counted with the present row.")
        % {"day": f"{first:%d.%m.%Y}"},
    ]
    return _form(request, form, listed, row, _("Change from a day on"), rules)


@read_or_post
@allowed(*EDIT)
def correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another wording or day of a change that has not come yet."""
    listed, row = _row(slug, pk)
    chain = _chain(listed, row)
    form = _row_form(request, listed, chain, correcting=True)
    if request.method == "POST" and form.is_valid():
        done = _send(request, form, actions.correct_row, listed, row)
        if done:
            return _told(request, listed, done.value, _("The row is corrected."))
    rules = [_("Only a row that is not in force yet and has not been used can be corrected.")]
    return _form(request, form, listed, row, _("Correct the row to come"), rules)


@read_or_post
@allowed(*EDIT)
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The last day of a row."""
    listed, row = _row(slug, pk)
    chain = _chain(listed, row)
    form = EndForm(request.POST or None, initial={"seen": actions.seen_of(chain)})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.end_row,
            catalog=listed,
            row=row,
            last_day=form.cleaned_data["last_day"],
            act=form.act,
            seen=form.cleaned_data["seen"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            return _told(request, listed, done.value, _("The end is entered."))
    first = _earliest(listed, chain) - ONE_DAY
    rules = [
        _("After that day it can no longer be chosen; what was recorded with it stays."),
        _("The last day in force is %(day)s at the earliest.") % {"day": f"{first:%d.%m.%Y}"},
    ]
    return _form(request, form, listed, row, _("End from a day on"), rules, danger=True)


@read_or_post
@allowed(*EDIT)
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back what has not come."""
    listed, row = _row(slug, pk)
    form = CancelForm(request.POST or None, initial={"seen": actions.seen_of(_chain(listed, row))})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.cancel_row,
            catalog=listed,
            row=row,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=request.actor,
            now=clock.now(),
        )
        if done:
            return _told(request, listed, done.value, _("It is taken back."))
    rules = [_("The row before it stays in force without an end.")]
    return _form(request, form, listed, row, _("Take back what is to come"), rules, danger=True)


def _chain(listed: Catalog, row: Any) -> list[Any]:
    return list(listed.chain(row).select_related(*listed.related))


def _earliest(listed: Catalog, chain: list[Any]) -> Any:
    counted = listed.latest([row.pk for row in chain]) if listed.latest else None
    return earliest_start(clock.today(), counted)


def _row_form(request: HttpRequest, listed: Catalog, chain: list[Any], *, correcting: bool) -> Any:
    form_class = listed.form
    if form_class is None:
        raise Missing
    return form_class(
        request.POST or None,
        row=chain[-1],
        correcting=correcting,
        initial={"seen": actions.seen_of(chain)},
    )


def _send(request: HttpRequest, form: Any, action: Callable[..., Any], listed: Catalog, row: Any) -> Any:
    return run(
        form,
        action,
        catalog=listed,
        row=row,
        content=form.content(),
        valid_from=form.cleaned_data["valid_from"],
        act=form.act,
        seen=form.cleaned_data["seen"],
        by=request.actor,
        now=clock.now(),
    )


def _told(request: HttpRequest, listed: Catalog, row: Any, text: str) -> HttpResponse:
    messages.success(request, text)
    if row is None:
        return redirect("reference-list", listed.slug)
    return redirect("reference-row", listed.slug, row.pk)


def _form(
    request: HttpRequest,
    form: Any,
    listed: Catalog,
    row: Any,
    heading: str,
    rules: list[str],
    *,
    danger: bool = False,
) -> HttpResponse:
    back = (
        reverse("reference-row", args=[listed.slug, row.pk])
        if row is not None
        else reverse("reference-list", args=[listed.slug])
    )
    context = {
        "form": form,
        "heading": heading,
        "subtitle": listed.name(row) if row is not None else str(listed.title),
        "button": _("Enter"),
        "consequences": rules,
        "danger": danger,
        "cancel_url": back,
        "crumbs": _crumbs(listed, row, heading),
    }
    return respond(request, "ui/form_page.html", context)
