"""The Center's side: who has which part, the review of reports, sending and withdrawing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.frame import case_frame
from cases.models import Case
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from interagency import actions, queries
from interagency.badges import handoff_badge, task_badge
from interagency.chasers import sent_chasers
from interagency.forms import ReasonOnlyForm, ReviewForm, SettleForm, WithdrawForm
from interagency.models import Handoff, Task
from interagency.permissions import can_review
from interagency.rules import check_state
from ipr.actions import amend_plan
from ipr.models import PlanVersion

READERS = sorted(WORKERS | UNIT_HEADS | {Role.DIRECTOR})


def _case_task(request: HttpRequest, pk: int) -> Task:
    rows = Task.objects.select_related(
        "agency",
        "case__center",
        "measure__sector",
        "measure__person",
        "measure__version__plan",
        "handoff",
    )
    return one(rows, pk=pk, case__in=Case.objects.writable_by(request.actor).values("pk"))


@allowed(*READERS)
@require_GET
def case_agencies(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan by body: sent, accepted, reported, marked."""
    frame = case_frame(request, pk, tab="agencies")
    version, parts = queries.parts_of_case(frame.case)
    chasers = sent_chasers([line.task.measure_id for part in parts for line in part.lines])
    for part in parts:
        part.badge = handoff_badge(part.handoff) if part.handoff else None  # type: ignore[attr-defined]
        for line in part.lines:
            line.badge = task_badge(line.task)  # type: ignore[attr-defined]
            line.chasers = chasers.get(line.task.measure_id, [])  # type: ignore[attr-defined]
    taken_back = queries.taken_back(frame.case, version)
    context = {
        **frame.context,
        "plan_version": version,
        "parts": parts,
        "taken_back": taken_back,
        "now": clock.now(),
    }
    return render(request, "interagency/case_agencies.html", context)


@allowed(*WORKERS)
@require_http_methods(["GET", "POST"])
def report_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Check a report and mark its status, or return it for rework."""
    task = _case_task(request, pk)
    form = ReviewForm(request.POST or None, initial={"version": task.version}, today=clock.today())
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        if run(
            form,
            actions.review_report,
            task=task,
            expected_version=version,
            by=request.actor,
            now=clock.now(),
            **data,
        ):
            messages.success(request, _("The status is marked."))
            return redirect("case-agencies", task.case_id)
    log_read(request.actor, task.case_id, f"task {task.pk}")
    context = {
        "form": form,
        "task": task,
        "badge": task_badge(task),
        "reports": queries.reports_of(task),
        "line": queries.with_terms([task])[0],
        "may_review": can_review(request.actor, task) and task.state == Task.State.REPORTED,
        "now": clock.now(),
        "crumbs": [
            Crumb(_("Cases"), reverse("case-list")),
            Crumb(task.case.number, reverse("case", args=[task.case_id])),
            Crumb(_("Agencies"), reverse("case-agencies", args=[task.case_id])),
            Crumb(_("Report")),
        ],
    }
    return respond(request, "interagency/review.html", context, form)


@allowed(*WORKERS)
@require_POST
def handoff_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a part that was held back."""
    handoff = _handoff(request, pk)
    actions.send_handoff(handoff=handoff, by=request.actor, now=clock.now())
    messages.success(request, _("The part is sent."))
    return redirect("case-agencies", handoff.case_id)


@allowed(*WORKERS)
@require_http_methods(["GET", "POST"])
def handoff_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a pending part back with a reason."""
    handoff = _handoff(request, pk)
    form = ReasonOnlyForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.hold_handoff,
            handoff=handoff,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The part is held back."))
        return redirect("case-agencies", handoff.case_id)
    context = {
        "form": form,
        "heading": _("Hold the part back"),
        "button": _("Hold back"),
        "consequences": [_("The term of the hand-off runs on.")],
        "cancel_url": reverse("case-agencies", args=[handoff.case_id]),
    }
    return respond(request, "ui/form_page.html", context)


@allowed(*WORKERS)
@require_http_methods(["GET", "POST"])
def task_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task back: the body's access ends."""
    task = _case_task(request, pk)
    form = WithdrawForm(request.POST or None, initial={"version": task.version})
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.withdraw_task,
            task=task,
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The task is withdrawn."))
        return redirect("case-agencies", task.case_id)
    context = {
        "form": form,
        "heading": _("Withdraw the task"),
        "button": _("Withdraw"),
        "danger": True,
        "consequences": [
            _("The body loses access to the task at once."),
            _("Its terms are cancelled with this reason."),
        ],
        "cancel_url": reverse("case-agencies", args=[task.case_id]),
    }
    return respond(request, "ui/form_page.html", context)


@allowed(*WORKERS)
@require_http_methods(["GET", "POST"])
def handoff_undelivered(request: HttpRequest, pk: int) -> HttpResponse:
    """The part did not arrive: with a reason, to be sent again."""
    handoff = _handoff(request, pk)
    form = ReasonOnlyForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.mark_undelivered,
            handoff=handoff,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The part is marked as not delivered: send it again."))
        return redirect("case-agencies", handoff.case_id)
    context = {
        "form": form,
        "heading": _("The part was not delivered"),
        "button": _("Mark as not delivered"),
        "consequences": [
            _("The term of the hand-off runs anew from now."),
            _("The part can be sent to the body again."),
        ],
        "cancel_url": reverse("case-agencies", args=[handoff.case_id]),
    }
    return respond(request, "ui/form_page.html", context)


@allowed(*WORKERS)
@require_http_methods(["GET", "POST"])
def task_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a decline: send it again, choose another executor by an amendment, or withdraw the task."""
    task = _case_task(request, pk)
    check_state(task, Task.State.DECLINED)
    form = SettleForm(request.POST or None, initial={"version": task.version, "due_on": task.due_on})
    if request.method == "POST" and form.is_valid():
        answer = _settle(request, task, form)
        if answer is not None:
            return answer
    log_read(request.actor, task.case_id, f"task {task.pk}")
    context = {
        "form": form,
        "task": task,
        "badge": task_badge(task),
        "line": queries.with_terms([task])[0],
        "now": clock.now(),
        "crumbs": [
            Crumb(_("Cases"), reverse("case-list")),
            Crumb(task.case.number, reverse("case", args=[task.case_id])),
            Crumb(_("Agencies"), reverse("case-agencies", args=[task.case_id])),
            Crumb(_("Declined task")),
        ],
    }
    return respond(request, "interagency/settle.html", context, form)


def _settle(request: HttpRequest, task: Task, form: SettleForm) -> HttpResponse | None:
    data = form.cleaned_data
    common = {"expected_version": data["version"], "by": request.actor, "now": clock.now()}
    if data["how"] == SettleForm.AMEND:
        return redirect("plan-edit", _amendment(request, task).pk)
    if data["how"] == SettleForm.RESEND:
        done = run(form, actions.resend_task, task=task, note=data["note"], due_on=data["due_on"], **common)
        told = _("The task is sent to the body again.")
    else:
        done = run(form, actions.withdraw_task, task=task, reason=data["note"], **common)
        told = _("The task is withdrawn.")
    if not done:
        return None
    messages.success(request, told)
    return redirect("case-agencies", task.case_id)


def _amendment(request: HttpRequest, task: Task) -> PlanVersion:
    """The draft in which another executor is chosen: the one in work, or a new version of the plan."""
    plan = task.measure.version.plan
    draft = plan.versions.filter(state=PlanVersion.State.DRAFT).first()
    if draft is None:
        draft = amend_plan(plan=plan, by=request.actor, now=clock.now())
    messages.success(
        request, _("Choose another executor of the measure; the decline is settled by the approval.")
    )
    return draft


def _handoff(request: HttpRequest, pk: int) -> Handoff:
    return one(Handoff.objects, pk=pk, case__in=Case.objects.writable_by(request.actor).values("pk"))
