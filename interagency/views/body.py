"""The body's administrator: its tasks masked, who works on each, and giving them out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.ui.actions import respond, run
from family_support.ui.components import Tab, Tile
from interagency import actions, bodies
from interagency.badges import task_badge
from interagency.forms import AssignForm, HandOverForm
from interagency.models import Task


@allowed(Role.BODY_ADMIN)
@require_http_methods(["GET", "POST"])
def body_tasks(request: HttpRequest) -> HttpResponse:
    """The body's open tasks, and two forms: give the chosen ones, or all of one officer, to another."""
    actor, now = request.actor, clock.now()
    officers = bodies.officers_in_force(actor, clock.local_date(now))
    tasks = bodies.tasks_of_body(actor)
    sent = request.POST.get("what", "") if request.method == "POST" else ""
    data: Any = request.POST
    former = _holders(tasks)
    assign = AssignForm(data if sent == "assign" else None, officers=officers, tasks=tasks)
    hand_over = HandOverForm(data if sent == "hand-over" else None, holders=former, officers=officers)
    if sent == "assign" and assign.is_valid():
        chosen = assign.cleaned_data
        done = run(
            assign,
            actions.assign_tasks,
            tasks=[int(key) for key in chosen["tasks"]],
            officer=chosen["officer"],
            by=actor,
            now=now,
        )
        if done:
            return _told(request, len(done.value or ()))
    if sent == "hand-over" and hand_over.is_valid():
        chosen = hand_over.cleaned_data
        done = run(
            hand_over,
            actions.hand_over_tasks,
            officer=chosen["holder"],
            to=chosen["to"],
            by=actor,
            now=now,
        )
        if done:
            return _told(request, len(done.value or ()))
    shown, tabs = _chosen(request, tasks)
    rows = bodies.masked(shown, officers)
    for row in rows:
        row.line.badge = task_badge(row.line.task)  # type: ignore[attr-defined]
    context = {
        "rows": rows,
        "loads": bodies.loads(tasks, officers, now),
        "tiles": _tiles(tasks, now),
        "tabs": tabs,
        "assign": assign,
        "hand_over": hand_over if former else None,
        "picked": request.POST.getlist("tasks") if sent == "assign" else [],
        "now": now,
    }
    return respond(request, "interagency/body.html", context, assign, hand_over)


def _told(request: HttpRequest, number: int) -> HttpResponse:
    text = ngettext("%(number)d task is given out.", "%(number)d tasks are given out.", number)
    messages.success(request, text % {"number": number})
    return redirect("body-tasks")


def _holders(tasks: list[Task]) -> list[Any]:
    """Who holds tasks now, those who no longer work there too."""
    found = {task.assigned_to_id: task.assigned_to for task in tasks if task.assigned_to is not None}
    return sorted(found.values(), key=lambda row: row.user.full_name)


def _tiles(tasks: list[Task], now: Any) -> list[Tile]:
    today = clock.local_date(now)
    late = sum(bodies.is_late(task, today) for task in tasks)
    free = sum(task.assigned_to_id is None for task in tasks)
    returned = sum(task.state == Task.State.RETURNED for task in tasks)
    return [
        Tile(len(tasks), _("Open tasks"), "inbox", "blue"),
        Tile(late, _("Overdue"), "alarm", "red"),
        Tile(returned, _("Returned for rework"), "arrow-back-up", "orange"),
        Tile(free, _("Given to nobody"), "user-search", "orange", "?whose=free" if free else ""),
    ]


def _chosen(request: HttpRequest, tasks: list[Task]) -> tuple[list[Task], list[Tab]]:
    whose = "free" if request.GET.get("whose") == "free" else "all"
    free = [task for task in tasks if task.assigned_to_id is None]
    address = reverse("body-tasks")
    tabs = [
        Tab(_("All of the body"), address, whose == "all", len(tasks)),
        Tab(_("Given to nobody"), f"{address}?whose=free", whose == "free", len(free)),
    ]
    return (free if whose == "free" else tasks), tabs
