"""Who may do what with groups, alarms, response plans and visits: pairs that raise or answer (security.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.consent import has_consent
from cases.models import Case
from cases.permissions import works
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden, Missing
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, Visit

# Whom an alarm is shown to in full; heads of unit see it masked.
FULL_ROLES = WORKERS | {Role.DIRECTOR, Role.COORDINATOR, Role.GROUP_MEMBER}
ALARM_ROLES = FULL_ROLES | UNIT_HEADS
COMMANDING = frozenset({Role.DIRECTOR, Role.COORDINATOR})
ANSWERING = COMMANDING | {Role.GROUP_MEMBER}
DRAFTING = COMMANDING | WORKERS
MEASURE_ROLES = ANSWERING | {Role.AGENCY_OFFICER}
GROUP_READERS = FULL_ROLES | UNIT_HEADS


def check_coordinates(actor: Actor) -> None:
    """The akim's order is entered by the coordinator. Errors: Forbidden for other roles."""
    if actor.role != Role.COORDINATOR:
        raise Forbidden


def can_edit_group(actor: Actor, group: MobileGroup) -> bool:
    return (
        actor.role == Role.COORDINATOR
        and actor.district_id == group.district_id
        and group.state == MobileGroup.State.DRAFT
    )


def commands(actor: Actor, alarm: Alarm | Visit) -> bool:
    """Whether the actor leads the response: the coordinator of the district, the director of the Center."""
    if actor.role == Role.COORDINATOR:
        return actor.district_id == alarm.district_id
    return actor.is_director and actor.center_id == alarm.case.center_id


def check_commands(actor: Actor, alarm: Alarm) -> None:
    """Errors: Forbidden for others than the coordinator and the director; that they see it the loading has seen to."""
    if not commands(actor, alarm):
        raise Forbidden("not_in_command", _("Only the coordinator or the director may do this."))


def can_close(actor: Actor, alarm: Alarm) -> bool:
    """In a case that a refusal has closed, the response ends by the director alone (rules.md 3.2)."""
    return commands(actor, alarm) and (actor.is_director or not alarm.case.is_closed)


def check_can_close(actor: Actor, alarm: Alarm) -> None:
    """Errors: Forbidden."""
    check_commands(actor, alarm)
    if not can_close(actor, alarm):
        raise Forbidden(
            "close_is_directors",
            _("The family refused support: the response to the threat is closed by the director."),
        )


def can_answer(actor: Actor, alarm: Alarm | Visit) -> bool:
    """Acknowledge: a member of the group called, else the coordinator, else the director."""
    return actor.role == Role.GROUP_MEMBER or commands(actor, alarm)


def check_can_answer(actor: Actor, alarm: Alarm) -> None:
    """Errors: Forbidden."""
    if not can_answer(actor, alarm):
        raise Forbidden("not_called", _("Only the group, the coordinator or the director may do this."))


def can_draft(actor: Actor, alarm: Alarm | Visit) -> bool:
    """Draw up the plan and tell the group: who leads the response, and the team of the case."""
    return commands(actor, alarm) or (actor.role in WORKERS and works(alarm.case, actor))


def check_can_draft(actor: Actor, alarm: Alarm) -> None:
    """Errors: Forbidden for a role without the function, Missing for who only reads the case."""
    if actor.role not in DRAFTING and not actor.is_director:
        raise Forbidden
    if not can_draft(actor, alarm):
        raise Missing


def can_visit(actor: Actor, alarm: Alarm | Visit) -> bool:
    """Plan visits and write their protocols: the group, who leads the response, the team of the case."""
    return can_answer(actor, alarm) or can_draft(actor, alarm)


def check_visits(actor: Actor) -> None:
    """Errors: Forbidden for a role that has no part in visits."""
    if actor.role not in FULL_ROLES and not actor.is_director:
        raise Forbidden


def check_can_visit(actor: Actor, alarm: Alarm | Visit) -> None:
    """Errors: Forbidden for a role without the function, Missing for who only reads the case."""
    check_visits(actor)
    if not can_visit(actor, alarm):
        raise Missing


def can_plan_early(actor: Actor, case: Case) -> bool:
    """Whether a case's page offers a visit without an alarm: its team and the director, while nothing threatens."""
    threatened = bool(getattr(case, "threat_open", False))
    return not (case.is_closed or threatened) and (works(case, actor) or actor.is_director)


def shows_place(visit: Visit) -> bool:
    """Where the group goes is read while the response or the visit goes on, not afterwards."""
    return visit.call.is_open and (visit.alarm is not None or not visit.case.is_closed)


def can_mark(actor: Actor, measure: ResponseMeasure) -> bool:
    """An officer or a group member of the responsible body, or who leads the response."""
    if actor.role in (Role.AGENCY_OFFICER, Role.GROUP_MEMBER):
        return actor.agency_id == measure.agency_id
    return commands(actor, measure.plan.alarm)


def check_can_mark(actor: Actor, measure: ResponseMeasure) -> None:
    """Errors: Forbidden for a role without the function, Missing for another body's measure."""
    if actor.role not in MEASURE_ROLES and not actor.is_director:
        raise Forbidden
    if not can_mark(actor, measure):
        raise Missing


def reads_narrative(actor: Actor, alarm: Alarm | Visit) -> bool:
    """What was written of the threat for the case stays with its team, and the director who opened the case with a
    reason (security.md, row "narrative")."""
    opened = actor.is_director and bool(getattr(alarm.case, "opened", False))
    return actor.center_id is not None and (works(alarm.case, actor) or opened)


def sees_contact(actor: Actor, alarm: Alarm | Visit) -> bool:
    """How to reach the person: while the alarm or visit is open, to those who answer it; afterwards to the Center's
    only. Without a threat outside bodies learn it only of a visit that the Center planned, while its case is open,
    where the family agreed that its data is passed on: nobody gets it back by planning a visit of their own."""
    if actor.role in UNIT_HEADS and not works(alarm.case, actor):
        return False
    if actor.center_id is None and isinstance(alarm, Visit):
        sent = alarm.planned_by.center_id is not None and not alarm.case.is_closed
        return sent and alarm.is_open and has_consent(alarm.case, third_parties=True, on=clock.today())
    return alarm.is_open or actor.center_id is not None
