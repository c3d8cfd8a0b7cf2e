"""The tab of the plan, a version to read, the preview of the bodies' parts and the comparison."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.consent import has_consent
from cases.frame import case_frame, worked_case
from cases.permissions import CASE_ROLES
from family_support.access.decorators import allowed
from family_support.accounts.roles import WORKERS, Role
from family_support.base.clock import local_date, now
from family_support.base.errors import Missing
from family_support.ui.actions import run
from family_support.ui.components import Crumb
from family_support.workdays.queries import load_calendar
from ipr import actions
from ipr.days import note_days
from ipr.difference import difference
from ipr.models import EndProposal, Plan, PlanVersion
from ipr.parts import Source, part_for
from ipr.permissions import can_draw_up, can_lead, can_propose_end, can_terminate
from ipr.queries import by_sector, evidence_of, for_reading, latest_plan, next_plan_of
from ipr.rules import NEXT_PLAN_DAYS
from ipr.told import rows_of
from ipr.views.loading import crumbs, in_force_beside, read_version, state_badge, work_plan

State = PlanVersion.State
PAPERS = WORKERS | {Role.DIRECTOR}


@require_safe
@allowed(*CASE_ROLES)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab: the version in force, the one in work, earlier ones, and what comes next."""
    frame = case_frame(request, pk, tab="plan")
    actor: Any = request.actor
    found = latest_plan(frame.case.pk)
    versions = []
    if found is not None:
        found.case = frame.case
        versions = list(for_reading(PlanVersion.objects.visible_to(actor).filter(plan=found)))
    in_work = next((each for each in versions if each.state in actions.IN_WORK), None)
    shown = next((each for each in versions if each.state in (State.APPROVED, State.ENDED)), None) or in_work
    may_lead = can_lead(actor, frame.case)
    in_force = found is not None and found.state == Plan.State.IN_FORCE
    following = next_plan_of(found) if found is not None and in_force else None
    if following is not None:
        following.case = frame.case
        drafts = for_reading(PlanVersion.objects.visible_to(actor).filter(plan=following))
        in_work = next((each for each in drafts if each.state in actions.IN_WORK), None)
    proposals = (
        list(found.proposals.select_related("proposed_by__user", "answered_by__user")) if found else []
    )
    proposal = next((each for each in proposals if not each.answer), None)
    answered = next((each for each in proposals if each.answer == EndProposal.Answer.REFUSED), None)
    context = {
        "plan": found,
        "in_work": in_work,
        "shown": shown,
        "versions": [(each, state_badge(each)) for each in versions],
        "may_draw_up": can_draw_up(actor, frame.case),
        "may_lead": may_lead,
        "may_start": may_lead and _may_start(found, in_work, frame.case.stage),
        "consented": has_consent(frame.case, on=local_date(now())),
        "earlier": _earlier(frame.case.pk, found),
        "may_amend": may_lead and in_force and in_work is None and following is None,
        "may_complete": may_lead and in_force and following is None,
        "may_terminate": found is not None and can_terminate(actor, found),
        "may_propose": found is not None and can_propose_end(actor, found) and proposal is None,
        "may_begin_next": may_lead and in_force and following is None and _near_end(shown),
        "following": following,
        "proposal": proposal,
        "answered": answered,
        "decision": found.decision if found is not None and hasattr(found, "decision") else None,
        "previous": found.previous_id if found is not None else None,
        **(_shown(shown) if shown else {}),
    }
    return render(request, "ipr/plan.html", frame.context | context)


def _near_end(shown: PlanVersion | None) -> bool:
    """Whether the next plan may be begun: thirty days before the last day of this one, or after it."""
    if shown is None or shown.ends_on is None:
        return False
    return local_date(now()) >= shown.ends_on - timedelta(days=NEXT_PLAN_DAYS)


def _earlier(case_id: int, found: Plan | None) -> list[Plan]:
    """Plans of the family before this one."""
    rows = Plan.objects.filter(case=case_id, ended_on__isnull=False).exclude(pk=found.pk if found else None)
    return list(rows.prefetch_related("versions").order_by("-created_at", "-pk"))


def _may_start(found: Plan | None, in_work: PlanVersion | None, stage: str) -> bool:
    if stage == "planning":
        return in_work is None
    return stage == "support" and (
        found is None or found.state in (Plan.State.COMPLETED, Plan.State.TERMINATED)
    )


def _shown(version: PlanVersion) -> dict[str, Any]:
    """What the read-only body of a version needs."""
    calendar = load_calendar(center=version.plan.case.center)
    family = version.family_measures.all()
    note_days(calendar, [*version.measures.all(), *family])
    papers = evidence_of(family, version.plan_id)
    for measure in family:
        measure.papers = papers.get(measure.key, [])  # type: ignore[attr-defined]
    return {"version": version, "groups": by_sector(version), "mark": state_badge(version)}


@require_POST
@allowed(*WORKERS)
def plan_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to draw the plan up."""
    case = worked_case(request, pk)
    version = run(None, actions.start_plan, case=case, by=request.actor, now=now()).value
    return redirect("plan-edit", version.pk)


@require_POST
@allowed(*WORKERS)
def plan_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new version; the one in force stays so until that is approved (R256 17)."""
    found = work_plan(request, pk)
    version = run(None, actions.amend_plan, plan=found, by=request.actor, now=now()).value
    messages.success(request, _("The new version is a copy of the one in force: change it."))
    return redirect("plan-edit", version.pk)


@require_safe
@allowed(*CASE_ROLES)
def plan_version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, whole."""
    version = read_version(request, pk)
    case = version.plan.case
    context = {
        "case": case,
        "may_print": request.actor.role in PAPERS or request.actor.is_director,
        "crumbs": crumbs(case, Crumb(_("Version %(number)s") % {"number": version.number})),
        **_shown(version),
    }
    return render(request, "ipr/version.html", context)


@require_safe
@allowed(*PAPERS)
def plan_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What each body will see, and when: the very parts that the hand-off makes (R192 7(3), 9)."""
    version = read_version(request, pk)
    case = version.plan.case
    today = local_date(now())
    source = Source.of(case, today)
    parts: dict[int, dict[str, Any]] = {}
    measures = version.measures.select_related(
        "sector", "template", "person", "agency", "service"
    ).prefetch_related("agency__sectors")
    for measure in measures:
        if measure.agency is None:
            continue
        part = parts.setdefault(measure.agency_id, {"agency": measure.agency, "tasks": []})
        part["tasks"].append(
            {
                "measure": measure,
                "rows": rows_of(part_for(measure.agency, measure, case, on=today, source=source)),
            }
        )
    context = {
        "case": case,
        "version": version,
        "parts": list(parts.values()),
        "crumbs": crumbs(case, Crumb(_("What each body will see"))),
    }
    return render(request, "ipr/preview.html", context)


@require_safe
@allowed(*PAPERS)
def plan_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """The version beside the one in force."""
    version = read_version(request, pk)
    before = in_force_beside(version)
    if before is None:
        raise Missing()
    context = {
        "case": version.plan.case,
        "version": version,
        "before": before,
        "difference": difference(before, version),
        "crumbs": crumbs(version.plan.case, Crumb(_("Comparison"))),
    }
    return render(request, "ipr/compare.html", context)
