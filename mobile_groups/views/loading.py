"""What the views load in the actor's scope; each reading of a case is logged."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from family_support.access.reads import log_read
from family_support.base.rows import one
from family_support.ui.components import Crumb
from mobile_groups.loading import loaded_alarms, loaded_visits, with_case_access
from mobile_groups.models import Alarm, MobileGroup, ResponsePlan, Visit

LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"))


def alarm_of(request: HttpRequest, pk: int, what: str = "alarm") -> Alarm:
    """An alarm in scope; the reading is logged. Errors: Missing."""
    alarm = one(loaded_alarms(request.actor), pk=pk)
    log_read(request.actor, alarm.case_id, f"{what} {alarm.pk}")
    return with_case_access(alarm, request.actor)


def plan_of(request: HttpRequest, pk: int) -> ResponsePlan:
    """A response plan in scope, with its alarm. Errors: Missing."""
    plan = one(
        ResponsePlan.objects.visible_to(request.actor).select_related(
            "created_by__user", "in_force_by__user", "ended_by__user"
        ),
        pk=pk,
    )
    plan.alarm = alarm_of(request, plan.alarm_id, "response plan of alarm")
    return plan


def visit_of(request: HttpRequest, pk: int) -> Visit:
    """A visit in scope, with its alarm where there is one; the reading is logged. Errors: Missing."""
    rows = loaded_visits(request.actor).select_related("planned_by__user", "recorded_by__user")
    visit = one(rows, pk=pk)
    if visit.alarm_id is not None:
        visit.alarm = alarm_of(request, visit.alarm_id, "visit of alarm")
        return visit
    log_read(request.actor, visit.case_id, f"visit {visit.pk}")
    return with_case_access(visit, request.actor)


def group_of(request: HttpRequest, pk: int) -> MobileGroup:
    """A group in scope. Errors: Missing."""
    return one(
        MobileGroup.objects.visible_to(request.actor).select_related(
            "district", "coordinator__user", "coordinator__agency", "in_force_by__user", "replaces"
        ),
        pk=pk,
    )


def crumbs_of(alarm: Alarm, *more: Crumb) -> list[Crumb]:
    """The way back from a page below an alarm."""
    return [
        Crumb(_("Alarms"), reverse("alarm-list")),
        Crumb(alarm_title(alarm), reverse("alarm", args=(alarm.pk,))),
        *more,
    ]


def crumbs_of_visit(visit: Visit, *more: Crumb) -> list[Crumb]:
    """The way back from a page below a visit."""
    if visit.alarm is not None:
        return crumbs_of(visit.alarm, *more)
    return [Crumb(_("Alarms"), reverse("alarm-list")), *more]


def visit_title(visit: Visit) -> str:
    """What a visit belongs to."""
    return alarm_title(visit.alarm) if visit.alarm is not None else _("Early detection and support")


def alarm_title(alarm: Alarm) -> str:
    """An alarm is called by its number: the case's number stays in the Center."""
    return _("Alarm No. {number}").format(number=alarm.pk)
