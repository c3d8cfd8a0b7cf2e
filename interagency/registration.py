"""What this app tells the apps below it: sentences, acts, blockers, tabs, who may open its files."""

from datetime import date

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.closing import Blocker, register_blocker
from cases.models import Case
from cases.page import Act, Tab, register_act, register_tab
from cases.permissions import works
from cases.timeline import register_kind
from family_support.access.scopes import register_attachment_rule
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from family_support.ui.navigation import NavItem
from family_support.ui.navigation import register as register_link
from interagency import subjects
from interagency.models import Review, Task, TaskReport
from ipr.completion import register_check, register_last_done, register_unfinished
from ipr.models import Measure, Plan


def register() -> None:
    """Called once, when the applications are ready."""
    _timeline()
    register_tab(Tab("agencies", _("Agencies"), "case-agencies", 50))
    for term in ("handoff", "task_report"):
        register_act(term, _to_agencies)
    register_act("report_review", _to_review)
    register_act("decline_settlement", _to_settle)
    register_unfinished(unfinished)
    register_blocker(open_tasks)
    register_check(undone)
    register_last_done(last_done)
    register_attachment_rule(files_of_own_tasks)
    subjects.register()
    register_link(NavItem(_("Tasks"), "task-inbox", "inbox", {Role.AGENCY_OFFICER}, 10, ("task",)))
    register_link(NavItem(_("Tasks of the body"), "body-tasks", "inbox", {Role.BODY_ADMIN}, 10))
    register_link(NavItem(_("District"), "district-figures", "map-pin", {Role.COORDINATOR}, 10))


def _timeline() -> None:
    kinds = {
        "handoff.sent": (_("The part of the plan was sent: {body}"), "send", "blue"),
        "handoff.failed": (_("A part of the plan was not delivered: {body}"), "alert-triangle", "red"),
        "task.resent": (_("Task sent again after a decline: {body}"), "send", "blue"),
        "task.chaser_1": (_("First chaser to a late body: {body}"), "alarm", "orange"),
        "task.chaser_2": (_("Second chaser to a late body: {body}"), "alarm", "orange"),
        "task.chaser_3": (_("Third chaser to a late body: {body}"), "alarm", "red"),
        "handoff.held": (_("A part of the plan is held back"), "player-pause", "orange"),
        "task.accepted": (_("Task accepted: {body}"), "check", "blue"),
        "task.declined": (_("Task declined: {body}"), "x", "red"),
        "task.withdrawn": (_("Task withdrawn: {body}"), "x", "grey"),
        "task.reported": (_("Execution report received: {body}"), "file-text", "blue"),
        "task.returned": (_("Report returned for rework: {body}"), "arrow-back-up", "orange"),
        "task.marked_done": (_("Marked done: {body}"), "circle-check", "green"),
        "task.marked_partly": (_("Marked partly done: {body}"), "progress", "yellow"),
        "task.marked_not_done": (_("Marked not done: {body}"), "x", "red"),
    }
    for code, (text, icon, tone) in kinds.items():
        register_kind(code, text, icon=icon, tone=tone)


def _to_agencies(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    return (
        Act(_("Agencies"), reverse("case-agencies", args=[case.pk]), "send") if works(case, actor) else None
    )


def _to_review(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not works(case, actor):
        return None
    return Act(_("Check the report"), reverse("report-review", args=[deadline.subject_id]))


def _to_settle(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not works(case, actor):
        return None
    return Act(_("Settle the decline"), reverse("task-settle", args=[deadline.subject_id]), "gavel")


def unfinished(plan: Plan) -> list[int]:
    """Measures of the version in force that are not done: the next plan may go on with them."""
    measures = Measure.objects.filter(version__plan=plan, version__state="approved")
    done = Task.objects.filter(state=Task.State.DONE).values("measure")
    return list(measures.exclude(pk__in=done).values_list("pk", flat=True))


def open_tasks(case: Case) -> list[Blocker]:
    """Tasks still at the bodies keep a case open."""
    count = Task.objects.filter(case=case).open().count()
    if not count:
        return []
    text = ngettext_lazy("%(count)d task is open", "%(count)d tasks are open", count) % {"count": count}
    return [Blocker(text, reverse("case-agencies", args=[case.pk]))]


def undone(plan: Plan) -> list[str]:
    """What is not done of the plan's version in force; an empty list lets it be completed (R192 12)."""
    tasks = Task.objects.filter(measure__version__plan=plan, measure__version__state="approved")
    left = tasks.exclude(state__in=(Task.State.DONE, Task.State.WITHDRAWN)).count()
    measures = plan.versions.filter(
        state="approved", measures__isnull=False, measures__tasks__isnull=True
    ).exists()
    reasons: list[str | Promise] = []
    if left:
        reasons.append(
            ngettext_lazy("%(count)d measure is not done", "%(count)d measures are not done", left)
            % {"count": left}
        )
    if measures:
        reasons.append(_("A measure has not been handed off"))
    return [str(reason) for reason in reasons]


def last_done(plan: Plan) -> date | None:
    """The day on which the last support was provided, as the reports of its done tasks say."""
    done = TaskReport.objects.filter(
        task__measure__version__plan=plan, task__state=Task.State.DONE, review__mark=Review.Mark.DONE
    )
    return done.aggregate(last=Max("provided_on"))["last"]


def files_of_own_tasks(actor: Actor) -> QuerySet:
    """An officer opens the files of the own body's reports on open tasks."""
    if actor.role != Role.AGENCY_OFFICER:
        return Attachment.objects.none().values("pk")
    reports = TaskReport.objects.filter(task__in=Task.objects.visible_to(actor)).values("pk")
    return Attachment.objects.filter(subject_type="interagency.taskreport", subject_id__in=reports).values(
        "pk"
    )
