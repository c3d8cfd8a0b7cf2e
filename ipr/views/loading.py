"""What the plan's views load: in scope, with the annotated case that permissions look at, and logged."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.frame import crumbs_of, listed_case, shown_case
from cases.models import Case
from cases.permissions import works
from family_support.access.reads import log_read
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.ui.components import Badge, Crumb, Tone
from ipr.models import Plan, PlanVersion
from ipr.queries import for_reading

TONES: dict[str, Tone] = {
    "draft": "grey",
    "signing": "blue",
    "submitted": "orange",
    "returned": "red",
    "approved": "green",
    "superseded": "grey",
    "ended": "grey",
    "discarded": "grey",
}


def read_version(request: HttpRequest, pk: int) -> PlanVersion:
    """A version the actor reads now, whole; a director's look at a submitted one is logged with that as its reason.

    Errors: Missing.
    """
    actor: Any = request.actor
    version = one(for_reading(PlanVersion.objects.visible_to(actor)), pk=pk)
    version.plan.case = shown_case(request, version.plan.case_id)
    pending = version.state == PlanVersion.State.SUBMITTED and not works(version.plan.case, actor)
    log_read(actor, version.plan.case_id, f"plan {version.pk}", "approval" if pending else "")
    return version


def work_version(request: HttpRequest, pk: int) -> PlanVersion:
    """A version of a case the actor works on. Errors: Missing."""
    version = read_version(request, pk)
    if not works(version.plan.case, request.actor):
        raise Missing()
    return version


def work_plan(request: HttpRequest, pk: int) -> Plan:
    """A plan of a case the actor works on. Errors: Missing."""
    plan = one(Plan.objects, pk=pk)
    plan.case = listed_case(request, plan.case_id)
    if not works(plan.case, request.actor):
        raise Missing()
    return plan


def in_force_beside(version: PlanVersion) -> PlanVersion | None:
    """The approved version that this one would replace: of the same plan, or of the plan before the year's turn."""
    plan = version.plan
    of_plan = plan.pk if plan.previous_id is None or plan.state != Plan.State.PREPARING else plan.previous_id
    rows = PlanVersion.objects.filter(plan=of_plan, state=PlanVersion.State.APPROVED).exclude(pk=version.pk)
    return for_reading(rows).first()


def state_badge(version: PlanVersion) -> Badge:
    return Badge(version.get_state_display(), TONES[version.state])


def crumbs(case: Case, *more: Crumb) -> list[Crumb]:
    """The way back from a page below the plan."""
    return crumbs_of(case, Crumb(_("Plan"), reverse("plan", args=(case.pk,))), *more)
