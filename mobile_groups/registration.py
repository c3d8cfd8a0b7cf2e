"""What this app tells the apps below it: the answer to threats, sentences, acts, blockers, tabs, navigation."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.closing import Blocker, register_blocker
from cases.models import Case
from cases.page import Act, Tab, register_act, register_day_tile, register_tab
from cases.permissions import works
from cases.threats import ThreatLine, register_line, register_reaction
from cases.timeline import register_kind
from family_support.access.scopes import register_attachment_rule
from family_support.access.subjects import register as register_subject
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.database_errors import register_constraint
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from family_support.ui.components import Tile
from family_support.ui.navigation import NavItem
from family_support.ui.navigation import register as register_link
from mobile_groups.actions.alarms import set_off
from mobile_groups.models import Alarm, MobileGroup, ResponsePlan, Visit

SECTIONS = ("alarm", "response-plan", "visit")
GROUP_SECTIONS = ("group",)


def register() -> None:
    """Called once, when the applications are ready."""
    register_reaction(set_off)
    register_line(threat_line)
    register_blocker(open_response)
    register_act("response_plan", to_alarm)
    register_tab(Tab("alarms", _("Alarms"), "case-alarms", 60))
    register_attachment_rule(files_of_own_visits)
    register_attachment_rule(orders_of_groups)
    register_day_tile(alarms_seen, open_alarms)
    _timeline()
    _subjects()
    _constraints()
    _navigation()


def threat_line(case: Case, actor: Actor) -> ThreatLine | None:
    """How the alarm of the open threat stands, for who may follow it."""
    alarm = Alarm.objects.open().visible_to(actor).filter(case=case).select_related("group").first()
    if alarm is None:
        return None
    state = alarm.get_state_display()
    if alarm.group_id is None:
        text = _("Alarm: {state}. No mobile group is in force in the district.")
    else:
        text = _("Alarm: {state}. To the response.")
    return ThreatLine(format_lazy(text, state=state), reverse("alarm", args=(alarm.pk,)))


def open_response(case: Case) -> list[Blocker]:
    """An open alarm or response plan keeps the case open; a refusal ends support all the same (rules.md 3.2)."""
    refusal = frozenset({str(Case.Closing.REFUSED)})
    found = [
        Blocker(_("an alarm is open"), reverse("alarm", args=(pk,)), refusal)
        for pk in Alarm.objects.open().filter(case=case).values_list("pk", flat=True)
    ]
    plans = ResponsePlan.objects.open().filter(case=case).values_list("pk", flat=True)
    return found + [
        Blocker(_("a response plan is open"), reverse("response-plan", args=(pk,)), refusal) for pk in plans
    ]


def to_alarm(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    """The alarm has the key of its threat, which is what the term runs on."""
    if not (works(case, actor) or actor.is_director):
        return None
    return Act(_("To the alarm"), reverse("alarm", args=(deadline.subject_id,)), "alarm")


def alarms_seen(actor: Actor) -> QuerySet:
    return Alarm.objects.open().visible_to(actor)


def open_alarms(count: int) -> Tile | None:
    """My day of the Center: open alarms of the actor's cases, if there are any."""
    return Tile(count, _("Open alarms"), "alarm", "red", reverse("alarm-list")) if count else None


def files_of_own_visits(actor: Actor) -> QuerySet:
    """The signed protocols of the visits that a member or the coordinator sees."""
    if actor.role not in (Role.GROUP_MEMBER, Role.COORDINATOR):
        return Attachment.objects.none().values("pk")
    visits = Visit.objects.visible_to(actor).values("pk")
    return Attachment.objects.filter(subject_type="mobile_groups.visit", subject_id__in=visits).values("pk")


def orders_of_groups(actor: Actor) -> QuerySet:
    """The scans of the orders of the groups that the actor sees."""
    groups = MobileGroup.objects.visible_to(actor).values("pk")
    return Attachment.objects.filter(subject_type="mobile_groups.mobilegroup", subject_id__in=groups).values(
        "pk"
    )


def _timeline() -> None:
    kinds = {
        "alarm.called": (_("The district's mobile group was called"), "alarm", "red"),
        "alarm.nobody": (
            _("No mobile group is in force: the coordinator and the director were told"),
            "alarm",
            "red",
        ),
        "alarm.reminded": (_("Nobody has acknowledged the alarm: all were reminded"), "bell", "orange"),
        "alarm.acknowledged": (_("Alarm acknowledged"), "check", "orange"),
        "alarm.engaged": (_("The response was engaged"), "users-group", "blue"),
        "response_plan.in_force": (_("Response plan in force"), "list-check", "green"),
        "response_measure.marked": (_("Measure of the response marked: {body}"), "circle-check", "blue"),
        "response_plan.completed": (_("Response plan carried out"), "checks", "green"),
        "response_plan.cancelled": (_("Response plan cancelled"), "x", "grey"),
        "visit.planned": (_("Visit planned"), "calendar", "blue"),
        "visit.departed": (_("The mobile group left for a visit"), "route", "blue"),
        "visit.signed": (_("Protocol of the visit signed"), "signature", "green"),
        "visit.cancelled": (_("Visit cancelled"), "x", "grey"),
    }
    for code, (text, icon, tone) in kinds.items():
        register_kind(code, text, icon=icon, tone=tone)
    register_kind(
        "visit.back",
        _("The mobile group is back: {result}"),
        icon="map-pin",
        tone="blue",
        names={"result": lambda code: Visit.Result(code).label},
    )


def _subjects() -> None:
    register_subject("mobile_groups.alarm", _("Alarm"), url_name="alarm")
    register_subject("mobile_groups.responseplan", _("Response plan"), url_name="response-plan")
    register_subject(
        "mobile_groups.responsemeasure",
        _("Measure of a response plan"),
        lambda key: reverse("response-board"),
    )
    register_subject("mobile_groups.visit", _("Visit"), url_name="visit")
    register_subject("mobile_groups.mobilegroup", _("Mobile group"), url_name="group")


def _constraints() -> None:
    register_constraint(
        "group_in_force_once",
        _("A group is in force in this district for that year already."),
        code="group_in_force",
    )
    register_constraint("group_draft_once", _("A draft for that year exists already: go on with it."))
    register_constraint("group_member_once", _("This person is in the group already."))
    register_constraint(
        "response_plan_open_once",
        _("This alarm has an open response plan already."),
        code="response_plan_open",
    )


def _navigation() -> None:
    answering = {Role.GROUP_MEMBER, Role.COORDINATOR}
    register_link(NavItem(_("Alarms"), "alarm-list", "alarm", answering | {Role.DIRECTOR}, 25, SECTIONS))
    register_link(
        NavItem(
            _("Response measures"),
            "response-board",
            "list-check",
            answering | {Role.AGENCY_OFFICER},
            26,
            ("response-measure",),
        )
    )
    register_link(NavItem(_("Mobile group"), "group-list", "users-group", answering, 27, GROUP_SECTIONS))
