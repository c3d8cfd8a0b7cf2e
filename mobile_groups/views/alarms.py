"""The alarms: the inbox of who answers them, and the page of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.frame import case_frame
from cases.permissions import CASE_ROLES
from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, NextAction, Step, Tile, Tone
from family_support.ui.templatetags.ui import moment
from mobile_groups import actions, permissions, queries
from mobile_groups.actions.calling import group_in_force
from mobile_groups.badges import alarm_badge, plan_badge, visit_badge
from mobile_groups.forms import BriefForm, CloseForm, EngageForm
from mobile_groups.loading import loaded_alarms
from mobile_groups.models import Alarm
from mobile_groups.permissions import ALARM_ROLES, ANSWERING, COMMANDING, DRAFTING, FULL_ROLES
from mobile_groups.views.loading import alarm_of, alarm_title, crumbs_of

State = Alarm.State
GROUPS: dict[str, tuple[Promise, str, Tone]] = {
    State.RAISED: (gettext_lazy("Not acknowledged"), "alarm", "red"),
    State.ACKNOWLEDGED: (pgettext_lazy("alarm", "Acknowledged"), "check", "orange"),
    State.ENGAGED: (gettext_lazy("Group engaged"), "users-group", "blue"),
    State.CLOSED: (gettext_lazy("Closed in the last 30 days"), "shield-check", "grey"),
}


@require_safe
@allowed(*ALARM_ROLES)
def alarm_list(request: HttpRequest) -> HttpResponse:
    """Alarms by state, the oldest first: what nobody has acknowledged stands on top."""
    actor, now = request.actor, clock.now()
    found = queries.board(actor, now)
    tiles = [
        Tile(len(found[state]), label, icon, tone, f"#{state}" if found[state] else "")
        for state, (label, icon, tone) in GROUPS.items()
    ]
    shown = [
        (state, label, tone, [_line(alarm) for alarm in found[state]])
        for state, (label, _icon, tone) in GROUPS.items()
        if found[state]
    ]
    context = {
        "groups": shown,
        "tiles": tiles,
        "now": now,
        "without_group": _without_group(actor, now),
        "early": [(row, visit_badge(row)) for row in queries.early_board(actor, now)]
        if actor.role in FULL_ROLES or actor.is_director
        else [],
    }
    return render(request, "mobile_groups/alarm_list.html", context)


def _line(alarm: Alarm) -> dict[str, Any]:
    return {"alarm": alarm, "signs": queries.what_threatens(alarm)[1:], "badge": alarm_badge(alarm)}


def _without_group(actor: Actor, now: datetime) -> bool:
    """Whether the district of who leads the response has no group in force today: it is said aloud."""
    in_command = actor.role == Role.COORDINATOR or actor.is_director
    return in_command and actor.district_id is not None and group_in_force(actor.district_id, now) is None


@require_safe
@allowed(*ALARM_ROLES)
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One alarm: what threatens, who was called, the response plan, the visits; never narrative or shelter address."""
    actor, now = request.actor, clock.now()
    found = alarm_of(request, pk)
    full = permissions.can_visit(actor, found)
    plans = queries.plans_of(found)
    context = {
        "alarm": found,
        "title": alarm_title(found),
        "badge": alarm_badge(found),
        "steps": _steps(found),
        "next": _next(found, actor),
        "rows": queries.summary_of(found, actor),
        "full": full,
        "calls": queries.call_list(found) if full else [],
        "plans": [(plan, plan_badge(plan)) for plan in plans],
        "visits": [(visit, visit_badge(visit)) for visit in queries.visits_of(found)],
        "may_brief": found.is_open and permissions.can_draft(actor, found),
        "may_plan": found.is_open
        and permissions.can_draft(actor, found)
        and not any(plan.is_open for plan in plans),
        "may_visit": full and found.is_open and found.group_id is not None,
        "may_again": full and not found.is_open and not found.case.is_closed,
        "may_close": found.state == State.ENGAGED and permissions.can_close(actor, found),
        "case_url": reverse("case", args=(found.case_id,)) if actor.center_id else "",
        "may_call": permissions.commands(actor, found) or actor.role == Role.GROUP_MEMBER,
        "now": now,
        "crumbs": [Crumb(_("Alarms"), reverse("alarm-list")), Crumb(alarm_title(found))],
    }
    return render(request, "mobile_groups/alarm.html", context)


def _steps(found: Alarm) -> list[Step]:
    """The states with the moment each was reached."""
    order = list(State)
    at = order.index(State(found.state))
    moments = (found.raised_at, found.acknowledged_at, found.engaged_at, found.closed_at)
    steps = []
    for number, (state, reached) in enumerate(zip(order, moments, strict=True)):
        label = f"{state.label}, {moment(reached)}" if reached else str(state.label)
        last = number == at and state != State.CLOSED
        steps.append(Step(label, "current" if last else "done" if number <= at else "todo"))
    return steps


def _next(found: Alarm, actor: Actor) -> NextAction | None:
    """What is to be done now, with its button for who may."""
    if found.state == State.RAISED:
        may = permissions.can_answer(actor, found)
        return NextAction(
            title=_("Acknowledge the alarm"),
            clause=_("R256 22"),
            text=_("Everybody called is reminded every 4 hours until somebody acknowledges."),
            button=_("Acknowledge") if may else "",
            url=reverse("alarm-acknowledge", args=(found.pk,)) if may else "",
            post=True,
            level="late",
        )
    if found.state == State.ACKNOWLEDGED:
        may = permissions.commands(actor, found)
        return NextAction(
            title=_("Engage the mobile group"),
            clause=_("R256 22"),
            text=_("The coordinator or the director engages the group to work out the response."),
            button=_("Engage") if may else "",
            url=reverse("alarm-engage", args=(found.pk,)) if may else "",
            icon="users-group",
            level="soon",
        )
    return None


@require_POST
@allowed(*ANSWERING)
def alarm_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the alarm."""
    actions.acknowledge_alarm(alarm=alarm_of(request, pk), by=request.actor, now=clock.now())
    messages.success(request, _("The alarm is acknowledged: it is yours now."))
    return redirect("alarm", pk)


@require_http_methods(["GET", "POST"])
@allowed(*COMMANDING)
def alarm_engage(request: HttpRequest, pk: int) -> HttpResponse:
    """Engage the group in force; where there is none, write whom instead."""
    found, now = alarm_of(request, pk), clock.now()
    permissions.check_commands(request.actor, found)
    group = group_in_force(found.district_id, now)
    form = EngageForm(request.POST or None, has_group=group is not None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        if run(
            form,
            actions.engage_group,
            alarm=found,
            expected_version=version,
            by=request.actor,
            now=now,
            **data,
        ):
            messages.success(request, _("The response is engaged."))
            return redirect("alarm", pk)
    follows = [
        _("The group's members are told at once."),
        _("The term of the response plan is met as soon as a plan is in force, too (R256 22)."),
    ]
    if group is None:
        follows = [
            _("No mobile group is in force in this district. The term of the response plan stays open.")
        ]
    return _form(request, found, form, _("Engage the mobile group"), _("Engage"), consequences=follows)


@require_http_methods(["GET", "POST"])
@allowed(*DRAFTING)
def alarm_brief(request: HttpRequest, pk: int) -> HttpResponse:
    """What the group is told."""
    found = alarm_of(request, pk)
    permissions.check_can_draft(request.actor, found)
    form = BriefForm(request.POST or None, initial={"version": found.version, "brief": found.brief})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.brief_group,
            alarm=found,
            brief=data["brief"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("Saved: the group sees it at once."))
            return redirect("alarm", pk)
    return _form(request, found, form, _("What the group is told"), _("Save"))


@require_http_methods(["GET", "POST"])
@allowed(*COMMANDING)
def alarm_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End the response with its outcome."""
    found = alarm_of(request, pk)
    permissions.check_can_close(request.actor, found)
    form = CloseForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        if run(
            form,
            actions.close_alarm,
            alarm=found,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
            **data,
        ):
            messages.success(request, _("The alarm is closed."))
            return redirect("alarm", pk)
    follows = [
        _("The threat ends with it: the team may lower the risk again."),
        _("The group no longer sees how the person is reached."),
    ]
    return _form(request, found, form, _("Close the alarm"), _("Close the alarm"), consequences=follows)


def _form(
    request: HttpRequest, found: Alarm, form: Any, heading: str, button: str, **context: Any
) -> HttpResponse:
    return respond(
        request,
        "ui/form_page.html",
        {
            "form": form,
            "heading": heading,
            "subtitle": alarm_title(found),
            "button": button,
            "cancel_url": reverse("alarm", args=(found.pk,)),
            "crumbs": crumbs_of(found, Crumb(heading)),
            **context,
        },
        form,
    )


@require_safe
@allowed(*CASE_ROLES)
def case_alarms(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab of a case: its alarms, open and past."""
    frame = case_frame(request, pk, tab="alarms")
    rows = loaded_alarms(request.actor).filter(case=frame.case)
    context = {
        "alarms": [(row, alarm_badge(row)) for row in rows],
        "early": [(row, visit_badge(row)) for row in queries.early_visits_of(frame.case, request.actor)],
        "opens_visits": request.actor.role in FULL_ROLES or request.actor.is_director,
        "may_visit": permissions.can_plan_early(request.actor, frame.case),
    }
    return render(request, "mobile_groups/case_alarms.html", frame.context | context)
