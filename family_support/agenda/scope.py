"""Whose due dates somebody looks after: the own ones, or all that the role oversees."""

from __future__ import annotations

from django.db.models import Q

from family_support.access.scopes import worked_cases
from family_support.accounts.roles import CENTER_ROLES, METHODOLOGY, UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.deadlines.models import Deadline, DeadlineQuerySet

READERS = CENTER_ROLES | {Role.AGENCY_OFFICER, Role.BODY_ADMIN, Role.COORDINATOR}
# What a role has to meet itself, beside the terms of the cases it works on.
DIRECTORS_TERMS = frozenset({"plan_approval", "termination_decision", "transfer_acceptance"})
CLERKS_TERMS = frozenset({"consultation", "intake_registration"})
UNITS_TERMS = frozenset({"quarterly_conclusion"})


def oversees(actor: Actor) -> bool:
    """Who sees the due dates of the whole Center: its director and the heads of its units."""
    return actor.is_director or (actor.center_id is not None and actor.role in UNIT_HEADS)


def deadlines_of(actor: Actor, *, whole: bool = False) -> DeadlineQuerySet:
    """Running deadlines with a date: the actor's own, those of absent colleagues among them, or, for who oversees, all
    of the Center; of a body always all."""
    rows = Deadline.objects.open().filter(due_at__isnull=False).visible_to(actor)
    if actor.center_id is None or (whole and oversees(actor)):
        return rows
    own = Q()
    if actor.role in WORKERS:
        own |= Q(case_id__in=worked_cases(actor))
    if actor.is_director:
        own |= Q(code__in=DIRECTORS_TERMS)
    if actor.role in METHODOLOGY:
        own |= Q(code__in=UNITS_TERMS, case_id__isnull=True)
    if actor.role == Role.INTAKE_CLERK:
        own |= Q(code__in=CLERKS_TERMS)
    return rows.filter(own) if own else rows.none()
