"""Loading alarms and what hangs on them in the actor's scope, with what permissions read."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Q

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.rows import one
from mobile_groups.models import Alarm, Visit
from mobile_groups.models.alarm import AlarmQuerySet
from mobile_groups.models.visit import VisitQuerySet

Row = TypeVar("Row", Alarm, Visit)


def alarms_at_hand(actor: Actor) -> AlarmQuerySet:
    """Alarms the actor sees, with what an act needs of them."""
    return Alarm.objects.visible_to(actor).select_related(
        "threat", "case__center__district", "district", "group"
    )


def loaded_alarms(actor: Actor) -> AlarmQuerySet:
    """Alarms the actor sees, with what a page and a permission need of them."""
    return alarms_at_hand(actor).select_related(
        "case__district",
        "acknowledged_by__user",
        "engaged_by__user",
        "closed_by__user",
    )


def loaded_visits(actor: Actor) -> VisitQuerySet:
    """Visits the actor sees, with what a page and a permission need of one without an alarm."""
    return Visit.objects.visible_to(actor).select_related(
        "case__center__district", "case__district", "group__district"
    )


def with_case_access(row: Row, actor: Actor) -> Row:
    """The row with its case annotated for the actor: on the team, granted, opened. Bodies have no part in a case."""
    if actor.center_id is not None:
        found = Case.objects.with_access(actor).only("pk").get(pk=row.case_id)
        for name in ("on_team", "granted", "opened"):
            setattr(row.case, name, getattr(found, name))
    return row


def visitable_case(pk: int, actor: Actor, *, lock: bool = False) -> Case:
    """A case whose family the actor may send the group to: the team's own, the director's, and for coordinator and
    group one that they have met through an alarm or a visit: cases are not theirs to look up. Errors: Missing."""
    rows = Case.objects.with_access(actor).select_related("center__district", "district")
    if actor.role in (Role.GROUP_MEMBER, Role.COORDINATOR):
        met = (manager.visible_to(actor).values("case_id") for manager in (Alarm.objects, Visit.objects))
        alarms, visits = met
        rows = rows.filter(Q(pk__in=alarms) | Q(pk__in=visits))
    elif actor.is_director:
        rows = rows.filter(pk__in=Case.objects.listed_to(actor).values("pk"))
    else:
        rows = rows.filter(pk__in=Case.objects.writable_by(actor).values("pk"))
    return one((rows.select_for_update(of=("self",)) if lock else rows), pk=pk)
