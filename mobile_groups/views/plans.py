"""The response plan, and the board of its measures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.papers import chosen_language, file_answer
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tile, Tone
from family_support.ui.forms import ConfirmForm
from mobile_groups import actions, permissions, queries
from mobile_groups.badges import mark_badge, plan_badge
from mobile_groups.forms import MarkForm, MeasureChangeForm, NewMeasureForm, PlanForm, ReasonVersionForm
from mobile_groups.loading import with_case_access
from mobile_groups.models import ResponseMeasure, ResponsePlan
from mobile_groups.papers import response_plan_pdf
from mobile_groups.permissions import COMMANDING, DRAFTING, FULL_ROLES, MEASURE_ROLES
from mobile_groups.views.loading import LANGUAGES, alarm_of, alarm_title, crumbs_of, plan_of

State = ResponsePlan.State
GROUPS: dict[str, tuple[Promise, str, Tone]] = {
    "overdue": (gettext_lazy("Overdue"), "alarm", "red"),
    "soon": (gettext_lazy("Due within 2 days"), "calendar-event", "orange"),
    "later": (gettext_lazy("Later"), "clock", "blue"),
    "marked": (gettext_lazy("Marked"), "circle-check", "green"),
}


@require_safe
@allowed(*MEASURE_ROLES)
def response_board(request: HttpRequest) -> HttpResponse:
    """Measures of plans in force: all of the district or Center, or those of the own body."""
    actor, now = request.actor, clock.now()
    found = queries.measures_board(actor, now)
    for case_id in sorted({row.plan.case_id for rows in found.values() for row in rows}):
        log_read(actor, case_id, "response measures")
    tiles = [
        Tile(len(found[code]), label, icon, tone, f"#{code}" if found[code] else "")
        for code, (label, icon, tone) in GROUPS.items()
    ]
    shown = [
        (code, label, tone, [_line(row, actor) for row in found[code]])
        for code, (label, _icon, tone) in GROUPS.items()
        if found[code]
    ]
    context = {
        "groups": shown,
        "tiles": tiles,
        "own": actor.role in (Role.AGENCY_OFFICER, Role.GROUP_MEMBER),
        "links": actor.role != Role.AGENCY_OFFICER,
        "now": now,
    }
    return render(request, "mobile_groups/board.html", context)


def _line(measure: ResponseMeasure, actor: Any) -> dict[str, Any]:
    return {
        "measure": measure,
        "badge": mark_badge(measure),
        "may_mark": permissions.can_mark(actor, measure) and measure.plan.state == State.IN_FORCE,
    }


@require_http_methods(["GET", "POST"])
@allowed(*DRAFTING)
def plan_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a response plan."""
    alarm, now = alarm_of(request, pk), clock.now()
    permissions.check_can_draft(request.actor, alarm)
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        goal, key = form.cleaned_data["goal"], form.cleaned_data["key"]

        def start() -> ResponsePlan:
            return actions.start_plan(alarm=alarm, goal=goal, by=request.actor, now=now)

        done = run(
            form,
            run_once,
            key=key,
            by=request.actor,
            action="response-plan",
            body={"alarm": alarm.pk, "goal": goal},
            run=start,
        )
        if done and done.value is not None:
            return redirect("response-plan", done.value.pk)
    context = {
        "form": form,
        "heading": _("Response plan"),
        "subtitle": alarm_title(alarm),
        "intro": _(
            "Measures of comprehensive support, and for each the local executive or territorial body or "
            "organization that answers for it (R256 22)."
        ),
        "button": _("Begin the plan"),
        "cancel_url": reverse("alarm", args=(alarm.pk,)),
        "crumbs": crumbs_of(alarm, Crumb(_("Response plan"))),
    }
    return respond(request, "ui/form_page.html", context, form)


@require_safe
@allowed(*FULL_ROLES)
def response_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan with its measures and what may be done with it."""
    actor = request.actor
    plan = plan_of(request, pk)
    if not permissions.can_visit(actor, plan.alarm):
        raise Missing
    measures = list(plan.measures.select_related("agency", "marked_by__user", "plan__alarm__case"))
    commands = permissions.commands(actor, plan.alarm)
    drafts = plan.state == State.DRAFT and permissions.can_draft(actor, plan.alarm)
    context = {
        "plan": plan,
        "alarm": plan.alarm,
        "badge": plan_badge(plan),
        "lines": [_line(row, actor) for row in measures],
        "drafts": drafts,
        "may_add": drafts or (commands and plan.state == State.IN_FORCE),
        "may_put_in_force": commands and plan.state == State.DRAFT and bool(measures),
        "may_complete": commands and plan.state == State.IN_FORCE and all(row.mark for row in measures),
        "may_cancel": commands and plan.is_open,
        "languages": LANGUAGES,
        "today": clock.today(),
        "crumbs": crumbs_of(plan.alarm, Crumb(_("Response plan"))),
    }
    return render(request, "mobile_groups/response_plan.html", context)


@require_safe
@allowed(*FULL_ROLES)
def response_plan_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as PDF in the language asked for."""
    plan = plan_of(request, pk)
    if not permissions.can_visit(request.actor, plan.alarm):
        raise Missing
    content = response_plan_pdf(plan, chosen_language(request.GET.get("language", "")))
    return file_answer(content, f"response-plan-{plan.pk}.pdf")


@require_http_methods(["GET", "POST"])
@allowed(*DRAFTING)
def measure_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more measure."""
    plan, now = plan_of(request, pk), clock.now()
    permissions.check_can_draft(request.actor, plan.alarm)
    region_id = plan.alarm.district.region_id
    form = NewMeasureForm(request.POST or None, region_id=region_id)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def add() -> ResponseMeasure:
            return actions.put_measure(plan=plan, by=request.actor, now=now, **data)

        if run(form, run_once, key=key, by=request.actor, action="response-measure", body=data, run=add):
            messages.success(request, _("The measure is added."))
            return redirect("response-plan", plan.pk)
    return _form(request, plan, form, pgettext("response", "Add a measure"), _("Add"))


def _measure(request: HttpRequest, pk: int) -> ResponseMeasure:
    found = one(
        ResponseMeasure.objects.visible_to(request.actor).select_related(
            "plan__alarm__case__center", "plan__alarm__district", "agency"
        ),
        pk=pk,
    )
    log_read(request.actor, found.plan.case_id, f"response measure {found.pk}")
    with_case_access(found.plan.alarm, request.actor)
    return found


@require_http_methods(["GET", "POST"])
@allowed(*DRAFTING)
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a measure of a draft."""
    measure = _measure(request, pk)
    plan = measure.plan
    permissions.check_can_draft(request.actor, plan.alarm)
    initial = {name: getattr(measure, name) for name in ("text", "due_on", "version")}
    form = MeasureChangeForm(
        request.POST or None,
        region_id=plan.alarm.district.region_id,
        initial={**initial, "agency": measure.agency_id},
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        if run(
            form,
            actions.put_measure,
            plan=plan,
            measure=measure,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
            **data,
        ):
            messages.success(request, _("Saved."))
            return redirect("response-plan", plan.pk)
    return _form(request, plan, form, _("Change the measure"), _("Save"))


@require_POST
@allowed(*DRAFTING)
def measure_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure out of a draft."""
    measure = _measure(request, pk)
    actions.remove_measure(measure=measure, by=request.actor, now=clock.now())
    messages.success(request, _("The measure is taken out."))
    return redirect("response-plan", measure.plan_id)


@require_http_methods(["GET", "POST"])
@allowed(*MEASURE_ROLES)
def measure_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark how far a measure was carried out: the responsible body, or who leads the response."""
    measure = _measure(request, pk)
    if not permissions.can_mark(request.actor, measure):
        raise Missing
    initial = {"version": measure.version, "mark": measure.mark, "note": measure.mark_note}
    form = MarkForm(request.POST or None, initial=initial)
    back = reverse("response-board")
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        if run(
            form,
            actions.mark_measure,
            measure=measure,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
            **data,
        ):
            messages.success(request, _("The mark is recorded."))
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Mark the measure"),
        "subtitle": measure.agency.name,
        "intro": measure.text,
        "button": _("Save"),
        "cancel_url": back,
        "crumbs": [Crumb(_("Response measures"), back), Crumb(_("Mark the measure"))],
    }
    return respond(request, "ui/form_page.html", context, form)


@require_http_methods(["GET", "POST"])
@allowed(*COMMANDING)
def response_plan_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the plan in force."""
    plan = plan_of(request, pk)
    form = ConfirmForm(request.POST or None, initial={"version": plan.version})
    follows = [
        _("Every responsible body is told at once, with its own measures only."),
        _("With the group engaged the term of the response plan is met (R256 22)."),
        _("Measures can be added afterwards, but not changed any more."),
    ]
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        if run(
            form,
            actions.put_plan_in_force,
            plan=plan,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The response plan is in force."))
            return redirect("response-plan", plan.pk)
    return _form(
        request, plan, form, _("Put the response plan in force"), _("Put in force"), consequences=follows
    )


@require_http_methods(["GET", "POST"])
@allowed(*COMMANDING)
def response_plan_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan was carried out."""
    plan = plan_of(request, pk)
    form = ConfirmForm(request.POST or None, initial={"version": plan.version})
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        if run(
            form,
            actions.complete_plan,
            plan=plan,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The response plan is completed."))
            return redirect("alarm", plan.alarm_id)
    follows = [_("The bodies no longer see their measures."), _("The alarm can be closed then.")]
    return _form(request, plan, form, _("Complete the response plan"), _("Complete"), consequences=follows)


@require_http_methods(["GET", "POST"])
@allowed(*COMMANDING)
def response_plan_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan falls away."""
    plan = plan_of(request, pk)
    form = ReasonVersionForm(request.POST or None, initial={"version": plan.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.cancel_plan,
            plan=plan,
            reason=data["reason"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The response plan is cancelled."))
            return redirect("alarm", plan.alarm_id)
    follows = [_("The bodies no longer see their measures.")]
    return _form(
        request,
        plan,
        form,
        _("Cancel the response plan"),
        _("Cancel the plan"),
        consequences=follows,
        danger=True,
    )


def _form(
    request: HttpRequest, plan: ResponsePlan, form: Any, heading: str, button: str, **context: Any
) -> HttpResponse:
    address = reverse("response-plan", args=(plan.pk,))
    return respond(
        request,
        "ui/form_page.html",
        {
            "form": form,
            "heading": heading,
            "subtitle": alarm_title(plan.alarm),
            "button": button,
            "cancel_url": address,
            "crumbs": crumbs_of(plan.alarm, Crumb(_("Response plan"), address), Crumb(heading)),
            **context,
        },
        form,
    )
