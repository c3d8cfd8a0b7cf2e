"""The plan editor: period and goal, measures, the family's measures, participants; every row a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case
from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS
from family_support.base.clock import local_date, now
from family_support.base.errors import Conflict, Invalid
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.ui.fields import DayField
from family_support.workdays.queries import load_calendar
from ipr import actions, forms
from ipr.days import day_note, note_days
from ipr.models import FamilyMeasure, Measure, Participant, PlanVersion
from ipr.permissions import can_edit, can_lead
from ipr.queries import by_sector, facts_of, period_months
from ipr.rules import version_gaps, version_warnings
from ipr.views.loading import crumbs, in_force_beside, state_badge, work_version

# Pages of the editor's rows.
ROW_PAGES = ("plan-measure-new", "plan-family-new", "plan-participant-new", "plan-measure", "plan-family")


def _draft(request: HttpRequest, pk: int) -> PlanVersion:
    """A version that may still be changed. Errors: Missing, Conflict."""
    version = work_version(request, pk)
    if version.state != PlanVersion.State.DRAFT:
        raise Conflict("plan_state", _("This version of the plan is no draft any more. Open it again."))
    return version


def _crumbs(version: PlanVersion, *more: Crumb) -> list[Crumb]:
    title = _("Version %(number)s") % {"number": version.number}
    return crumbs(version.plan.case, Crumb(title, reverse("plan-edit", args=(version.pk,))), *more)


def _row_wanted(request: HttpRequest) -> str:
    """The row's page that was asked for while the head was not saved yet; empty for any other address."""
    then = request.POST.get("then", "")
    try:
        return then if resolve(then).url_name in ROW_PAGES else ""
    except Resolver404:
        return ""


@allowed(*WORKERS)
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor's page: the head's form, the rows, what is missing, and the way on."""
    version = _draft(request, pk)
    case = version.plan.case
    initial = {name: getattr(version, name) for name in ("starts_on", "ends_on", "goal", "version")}
    # Ids of its own: the panel beside it holds a form with the same names.
    form = forms.HeadForm(request.POST or None, initial=initial, auto_id="head_%s")
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        expected = data.pop("version")
        saved = run(
            form,
            actions.change_version,
            version=version,
            expected_version=expected,
            by=request.actor,
            now=now(),
            **data,
        )
        if saved:
            messages.success(request, _("The draft is saved."))
            return redirect(_row_wanted(request) or reverse("plan-edit", args=(pk,)))
    today = local_date(now())
    facts = facts_of(version, today)
    note_days(load_calendar(center=case.center), [*version.measures.all(), *version.family_measures.all()])
    context = {
        "form": form,
        "case": case,
        "version": version,
        "mark": state_badge(version),
        "groups": by_sector(version),
        "gaps": version_gaps(facts, months=period_months(today)),
        "warnings": version_warnings(facts),
        "in_force": in_force_beside(version),
        "may_edit": can_edit(request.actor, version),
        "may_lead": can_lead(request.actor, case),
        "needs": case.needs.select_related("sector", "person"),
        "crumbs": crumbs(case, Crumb(_("Version %(number)s") % {"number": version.number})),
    }
    return respond(request, "ipr/edit.html", context, form)


def _row_page(
    request: HttpRequest,
    version: PlanVersion,
    form: Any,
    heading: str,
    save: Callable[[], Any],
    *,
    measure: bool = False,
) -> HttpResponse:
    """A page with the form of one row; ``save`` carries the action out once for the form's key."""
    if request.method == "POST" and form.is_valid() and run(form, save):
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('plan-edit', args=(version.pk,))}#measures")
    context = {
        "form": form,
        "case": version.plan.case,
        "version": version,
        "heading": heading,
        "measure": measure,
        "crumbs": _crumbs(version, Crumb(heading)),
    }
    return respond(request, "ipr/row.html", context, form)


def _measure_form(request: HttpRequest, version: PlanVersion, initial: dict[str, Any]) -> forms.MeasureForm:
    return forms.MeasureForm(
        request.POST or None,
        case=version.plan.case,
        today=local_date(now()),
        initial={"starts_on": version.starts_on, "version": version.version, **initial},
    )


def _save_measure(
    request: HttpRequest, version: PlanVersion, form: forms.MeasureForm, measure: Measure | None
) -> Any:
    data = form.data_for_action()

    def put() -> Measure:
        return actions.put_measure(
            version=version,
            data=data,
            measure=measure,
            expected_version=form.cleaned_data["version"] if measure else None,
            by=request.actor,
            now=now(),
        )

    try:
        if measure is not None:
            return put()
        body = {name: value for name, value in form.cleaned_data.items() if name not in ("key", "version")}
        return run_once(form.cleaned_data["key"], request.actor, f"plan-measure {version.pk}", body, put)
    except Invalid as error:
        for theirs, ours in form.error_fields.items():
            if theirs in error.fields:
                error.fields[ours] = error.fields.pop(theirs)
        raise


@allowed(*WORKERS)
def measure_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new measure of a body or of the Center itself."""
    version = _draft(request, pk)
    form = _measure_form(request, version, {})
    return _row_page(
        request,
        version,
        form,
        _("New measure"),
        lambda: _save_measure(request, version, form, None),
        measure=True,
    )


@allowed(*WORKERS)
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a measure of a draft."""
    measure = _row(request, Measure.objects.select_related("version"), pk)
    version = _draft(request, measure.version_id)
    form = _measure_form(request, version, forms.MeasureForm.initial_of(measure))
    return _row_page(
        request,
        version,
        form,
        _("Measure"),
        lambda: _save_measure(request, version, form, measure),
        measure=True,
    )


def _row(request: HttpRequest, rows: QuerySet[Any], pk: int, path: str = "version") -> Any:
    """A row of a version of a case the actor works on. Errors: Missing."""
    writable = Case.objects.writable_by(request.actor).values("pk")
    return one(rows, **{"pk": pk, f"{path}__plan__case__in": writable})


@require_POST
@allowed(*WORKERS)
def measure_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure out of a draft."""
    measure = _row(request, Measure.objects.select_related("version__plan"), pk)
    run(None, actions.remove_measure, measure=measure, by=request.actor, now=now())
    return redirect("plan-edit", measure.version_id)


@allowed(*WORKERS)
def family_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new measure of the family's own active participation."""
    version = _draft(request, pk)
    form = forms.FamilyMeasureForm(
        request.POST or None,
        case=version.plan.case,
        initial={"starts_on": version.starts_on, "version": version.version},
    )
    return _row_page(
        request,
        version,
        form,
        _("New measure of the family"),
        lambda: _save_family(request, version, form, None),
    )


@allowed(*WORKERS)
def family_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a measure of the family's in a draft."""
    measure = _row(request, FamilyMeasure.objects.select_related("plan_version"), pk, "plan_version")
    version = _draft(request, measure.plan_version_id)
    initial = {name: getattr(measure, name) for name in ("text", "starts_on", "due_on")}
    form = forms.FamilyMeasureForm(
        request.POST or None,
        case=version.plan.case,
        initial={**initial, "person": measure.person_id, "version": version.version},
    )
    return _row_page(
        request,
        version,
        form,
        _("Measure of the family"),
        lambda: _save_family(request, version, form, measure),
    )


def _save_family(
    request: HttpRequest, version: PlanVersion, form: forms.FamilyMeasureForm, measure: FamilyMeasure | None
) -> Any:
    data = dict(form.cleaned_data)
    key, expected = data.pop("key"), data.pop("version")

    def put() -> FamilyMeasure:
        return actions.put_family_measure(
            version=version,
            measure=measure,
            expected_version=expected if measure else None,
            by=request.actor,
            now=now(),
            **data,
        )

    if measure is not None:
        return put()
    return run_once(key, request.actor, f"plan-family {version.pk}", data, put)


@require_POST
@allowed(*WORKERS)
def family_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure of the family's out of a draft."""
    measure = _row(request, FamilyMeasure.objects.select_related("plan_version__plan"), pk, "plan_version")
    run(None, actions.remove_family_measure, measure=measure, by=request.actor, now=now())
    return redirect("plan-edit", measure.plan_version_id)


@allowed(*WORKERS)
def participant_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A specialist who takes part in drawing up the plan (R256 15)."""
    version = _draft(request, pk)
    form = forms.ParticipantForm(request.POST or None, initial={"took_part_on": local_date(now())})

    def save() -> Participant:
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def put() -> Participant:
            return actions.put_participant(version=version, by=request.actor, now=now(), **data)

        return run_once(key, request.actor, f"plan-participant {version.pk}", data, put)

    return _row_page(request, version, form, _("New participant"), save)


@require_POST
@allowed(*WORKERS)
def participant_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a participant entered by mistake out of a draft."""
    participant = _row(request, Participant.objects.select_related("version__plan"), pk)
    run(None, actions.remove_participant, participant=participant, by=request.actor, now=now())
    return redirect("plan-edit", participant.version_id)


@require_safe
@allowed(*WORKERS)
def plan_day(request: HttpRequest, pk: int) -> HttpResponse:
    """What the Center's calendar says of a day that is being typed: a line beside the field."""
    version = work_version(request, pk)
    try:
        day = DayField().clean(request.GET.get("due_on", ""))
    except ValidationError:
        day = None
    note = day_note(load_calendar(center=version.plan.case.center), day)
    return render(request, "ipr/day_note.html", {"note": note})
