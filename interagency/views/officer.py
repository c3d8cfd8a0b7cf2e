"""The officer's inbox and the task: only what the sector needs (R192 7(3), 11)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, Tab, Tile, Tone
from interagency import actions, queries
from interagency.badges import task_badge
from interagency.chasers import sent_chasers
from interagency.forms import DeclineForm, ReportForm
from interagency.models import Handoff, Task
from interagency.permissions import EXECUTORS, can_work_on_task
from ipr.told import changes_of, rows_of

GROUPS: dict[str, tuple[Promise, str, Tone]] = {
    "overdue": (gettext_lazy("Overdue"), "alarm", "red"),
    "returned": (gettext_lazy("Returned for rework"), "arrow-back-up", "orange"),
    "new": (gettext_lazy("New"), "inbox", "blue"),
    "work": (gettext_lazy("In progress"), "progress", "blue"),
    "waiting": (gettext_lazy("With the Center"), "clock", "grey"),
}


def _task(request: HttpRequest, pk: int) -> Task:
    rows = Task.objects.visible_to(request.actor).select_related(
        "agency", "case__center", "measure__sector", "measure__version", "handoff", "assigned_to__user"
    )
    task = one(rows, pk=pk)
    if not can_work_on_task(request.actor, task):
        raise Missing()
    return task


@allowed(Role.AGENCY_OFFICER)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Tasks of the body by due date."""
    now = clock.now()
    lines, tabs = _whose(request, queries.inbox(request.actor))
    groups = queries.grouped(lines, now)
    counts = {code: len(lines) for code, lines in groups}
    tiles = [
        Tile(counts.get(code, 0), label, icon, tone, f"#{code}" if counts.get(code) else "")
        for code, (label, icon, tone) in GROUPS.items()
    ]
    shown = [(code, *GROUPS[code][::2], lines) for code, lines in groups]
    context = {"groups": shown, "tiles": tiles, "tabs": tabs, "now": now}
    context |= {"me": request.actor.membership_id, "absent": request.actor.standing_for}
    return render(request, "interagency/inbox.html", context)


def _whose(request: HttpRequest, lines: list[queries.Line]) -> tuple[list[queries.Line], list[Tab]]:
    """All of the body, one's own, or given to nobody: the choice stands in the address."""
    # Whoever stands in for an absent colleague has the tasks of that one among the own.
    mine = {request.actor.membership_id, *request.actor.standing_for}
    chosen = {
        "all": (_("All of my body"), lines),
        "mine": (_("Mine"), [line for line in lines if line.task.assigned_to_id in mine]),
        "free": (_("Given to nobody"), [line for line in lines if line.task.assigned_to_id is None]),
    }
    whose = request.GET.get("whose", "")
    whose = whose if whose in chosen else "all"
    address = reverse("task-inbox")
    tabs = [
        Tab(label, address if code == "all" else f"{address}?whose={code}", code == whose, len(found))
        for code, (label, found) in chosen.items()
    ]
    return chosen[whose][1], tabs


@allowed(Role.AGENCY_OFFICER)
@require_GET
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The body's part: the measure, the one person concerned, and what the sector may see."""
    task, now = _task(request, pk), clock.now()
    log_read(request.actor, task.case_id, f"task {task.pk}")
    if task.handoff is not None and task.handoff.state == Handoff.State.SENT:
        actions.acknowledge(handoff=task.handoff, by=request.actor, now=now)
    context = {
        "task": task,
        "badge": task_badge(task),
        "rows": rows_of(task.snapshot),
        "reports": queries.reports_of(task),
        "changes": changes_of(task.changes),
        "chasers": sent_chasers([task.measure_id]).get(task.measure_id, []),
        "line": queries.with_terms([task])[0],
        "waiting": task.state in (Task.State.REPORTED, Task.State.DECLINED),
        "now": now,
        "crumbs": [
            Crumb(_("Tasks"), reverse("task-inbox")),
            Crumb(_("Task {number}").format(number=task.pk)),
        ],
    }
    return render(request, "interagency/task.html", context)


@allowed(Role.AGENCY_OFFICER)
@require_POST
def task_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the task on."""
    actions.accept_task(
        task=_task(request, pk),
        expected_version=request.POST.get("version"),
        by=request.actor,
        now=clock.now(),
    )
    messages.success(request, _("The task is accepted."))
    return redirect("task", pk)


@allowed(Role.AGENCY_OFFICER)
@require_http_methods(["GET", "POST"])
def task_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the Center, with a reason."""
    task = _task(request, pk)
    form = DeclineForm(request.POST or None, initial={"version": task.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.decline_task,
            task=task,
            reason=data["reason"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The task goes back to the Center."))
            return redirect("task-inbox")
    context = {
        "form": form,
        "heading": _("Decline the task"),
        "button": _("Decline"),
        "danger": True,
        "consequences": [_("The Center is told at once and decides who carries the measure out.")],
        "cancel_url": reverse("task", args=[pk]),
        "crumbs": _crumbs(request, task, _("Decline the task")),
    }
    return respond(request, "ui/form_page.html", context)


def _crumbs(request: HttpRequest, task: Task, here: str) -> list[Crumb]:
    """The way back from a form of a task: an officer to the inbox, a worker to the tab of the case."""
    if request.actor.agency_id:
        name = _("Task {number}").format(number=task.pk)
        above = [
            Crumb(_("Tasks"), reverse("task-inbox")),
            Crumb(name, reverse("task", args=[task.pk])),
        ]
    else:
        above = [Crumb(task.case.number, reverse("case-agencies", args=[task.case_id]))]
    return [*above, Crumb(here)]


@allowed(*sorted(EXECUTORS))
@require_http_methods(["GET", "POST"])
def task_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report on the task: an officer on the body's, a worker on the Center's own."""
    task = _task(request, pk)
    form = ReportForm(request.POST or None, request.FILES or None, initial={"version": task.version})
    back = (
        reverse("task", args=[pk])
        if request.actor.agency_id
        else reverse("case-agencies", args=[task.case_id])
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        upload, version = data.pop("file"), data.pop("version")
        if run(
            form,
            actions.report_task,
            task=task,
            files=[upload] if upload else [],
            expected_version=version,
            by=request.actor,
            now=clock.now(),
            **data,
        ):
            messages.success(
                request, _("The report is received; the Center checks it within two working days.")
            )
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Report on execution"),
        "subtitle": task.measure.sector.name,
        "button": _("Send the report"),
        "multipart": True,
        "cancel_url": back,
        "crumbs": _crumbs(request, task, _("Report on execution")),
    }
    return respond(request, "ui/form_page.html", context)
