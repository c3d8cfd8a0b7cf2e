"""Who is told of alarms, groups and response plans: urgent ones at once, in the product and by a neutral mail."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import directors, of_role
from family_support.notifications.registry import register_kind, register_recipients
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, ResponsePlan, Visit

register_kind("alarm.called", _("ALARM: life or health is threatened"), "alarm", urgent=True, tone="red")
register_kind(
    "alarm.nobody",
    _("ALARM, and no mobile group is in force in the district: act yourself"),
    "alarm",
    urgent=True,
    tone="red",
)
register_kind(
    "alarm.reminded", _("An alarm still waits for its acknowledgement"), "alarm", urgent=True, tone="red"
)
register_kind("alarm.acknowledged", _("An alarm was acknowledged"), "check", tone="orange")
register_kind("alarm.engaged", _("Your mobile group was engaged"), "users-group", urgent=True, tone="orange")
register_kind("alarm.closed", _("An alarm was closed"), "shield-check", tone="green")
register_kind("response_plan.in_force", _("A response plan is in force"), "list-check", tone="orange")
register_kind(
    "response_measure.assigned",
    _("A response plan names your body: see its measures"),
    "list-check",
    urgent=True,
    tone="red",
)
register_kind(
    "response_plan.all_marked",
    _("Every measure of a response plan has its mark: complete it"),
    "checks",
    tone="green",
)
register_kind(
    "visit.planned",
    _("A visit for early detection is planned: the mobile group goes"),
    "calendar",
    tone="blue",
)
register_kind("group.in_force", _("You are in a mobile group: its order is in force"), "users-group")
register_kind(
    "group.expired",
    _("The mandate of the mobile group has ended: enter the akim's order for the new year"),
    "users-group",
    urgent=True,
    tone="red",
)


def coordinators(district_id: int) -> list[int]:
    """Coordinators of a district's social protection today."""
    today = clock.local_date(clock.now())
    rows = Membership.objects.active(today).filter(role=Role.COORDINATOR, agency__district_id=district_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def members_of(group_id: int | None) -> list[int]:
    """Accounts of the group in the order of calling; who has none is phoned by the coordinator."""
    rows = Membership.objects.filter(group_places__group_id=group_id).order_by("group_places__order")
    return list(rows.values_list("pk", flat=True)) if group_id else []


def _directors(alarm: Alarm) -> list[int]:
    return list(directors(alarm.case.center_id, clock.local_date(clock.now())))


def _alarm(event: Event) -> Alarm:
    return Alarm.objects.select_related("case").get(pk=event["alarm"])


def _tell(event: Event, kind: str, recipients: Iterable[int], subject: tuple[str, int]) -> None:
    others = {key for key in recipients if key and key != event.payload.get("by")}
    with acting(SYSTEM):
        notify(others, kind, subject=subject, case_id=event.case_id, event_id=event.pk, now=clock.now())


def _tell_of_alarm(event: Event, alarm: Alarm, recipients: Iterable[int]) -> None:
    _tell(event, event.type, recipients, ("mobile_groups.alarm", alarm.pk))


@handles("alarm.called")
def tell_called(event: Event) -> None:
    """The group's members and the coordinator, at once; the director hears of the threat itself."""
    alarm = _alarm(event)
    _tell_of_alarm(event, alarm, [*members_of(alarm.group_id), *coordinators(alarm.district_id)])


@handles("alarm.nobody")
def tell_nobody(event: Event) -> None:
    """Coordinator and director at once, and aloud."""
    alarm = _alarm(event)
    _tell_of_alarm(event, alarm, [*coordinators(alarm.district_id), *_directors(alarm)])


@handles("alarm.reminded")
def tell_waiting(event: Event) -> None:
    """Group, coordinator and director, as long as nobody has acknowledged."""
    alarm = _alarm(event)
    if alarm.state == Alarm.State.RAISED:
        called = [*members_of(alarm.group_id), *coordinators(alarm.district_id), *_directors(alarm)]
        _tell_of_alarm(event, alarm, called)


@handles("alarm.acknowledged", "alarm.closed")
def tell_of_step(event: Event) -> None:
    """The lead of the case, the coordinator and the director."""
    alarm = _alarm(event)
    lead = [alarm.case.lead_id] if alarm.case.lead_id else []
    _tell_of_alarm(event, alarm, [*lead, *coordinators(alarm.district_id), *_directors(alarm)])


@handles("alarm.engaged")
def tell_engaged(event: Event) -> None:
    """The group."""
    alarm = _alarm(event)
    _tell_of_alarm(event, alarm, members_of(alarm.group_id))


@handles("visit.planned")
def tell_of_visit(event: Event) -> None:
    """The group that is to go, and the coordinator; the lead of the case, who may know why nobody should."""
    visit = Visit.objects.select_related("group", "case").get(pk=event["visit"])
    lead = [visit.case.lead_id] if visit.case.lead_id else []
    called = [*members_of(visit.group_id), *coordinators(visit.group.district_id), *lead]
    _tell(event, event.type, called, ("mobile_groups.visit", visit.pk))


@handles("response_plan.in_force")
def tell_bodies(event: Event) -> None:
    """The group of the plan; officers of each body that answers for a measure, once."""
    plan = ResponsePlan.objects.select_related("alarm").get(pk=event["plan"])
    subject = ("mobile_groups.responseplan", plan.pk)
    _tell(event, "response_plan.in_force", members_of(plan.alarm.group_id), subject)
    measures = {row.agency_id: row.pk for row in ResponseMeasure.objects.filter(plan=plan).order_by("-pk")}
    for agency_id, measure_id in measures.items():
        _tell_body(event, agency_id, measure_id)


@handles("response_measure.added")
def tell_body(event: Event) -> None:
    """Officers of the body that a plan in force has got a measure for; the others know theirs already."""
    measure = ResponseMeasure.objects.get(pk=event["measure"])
    _tell_body(event, measure.agency_id, measure.pk)


def _tell_body(event: Event, agency_id: int, measure_id: int) -> None:
    officers = of_role(Role.AGENCY_OFFICER, on=clock.local_date(clock.now()), agency_id=agency_id)
    _tell(event, "response_measure.assigned", officers, ("mobile_groups.responsemeasure", measure_id))


@handles("response_plan.all_marked")
def tell_all_marked(event: Event) -> None:
    """Who completes the plan."""
    plan = ResponsePlan.objects.select_related("alarm__case").get(pk=event["plan"])
    recipients = [*coordinators(plan.alarm.district_id), *_directors(plan.alarm)]
    _tell(event, event.type, recipients, ("mobile_groups.responseplan", plan.pk))


@handles("group.in_force")
def tell_members(event: Event) -> None:
    """Each member with an account."""
    _tell(event, event.type, members_of(event["group"]), ("mobile_groups.mobilegroup", event["group"]))


@handles("group.expired")
def tell_expired(event: Event) -> None:
    """The coordinator of the district: the next order is due."""
    group = MobileGroup.objects.get(pk=event["group"])
    _tell(event, event.type, coordinators(group.district_id), ("mobile_groups.mobilegroup", group.pk))


def coordinators_of_mandate(event: Event) -> list[int]:
    """Who is told of the levels of a mandate's term."""
    if event["term"] != "group_mandate":
        return []
    district_id = MobileGroup.objects.values_list("district_id", flat=True).get(pk=event["subject_id"])
    return coordinators(district_id)


register_recipients("deadline.level_reached", coordinators_of_mandate)
