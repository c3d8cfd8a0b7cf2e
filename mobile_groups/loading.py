"""Loading alarms and what hangs on them in the actor's scope, with what permissions read."""

from __future__ import annotations

from cases.models import Case
from family_support.base.actor import Actor
from mobile_groups.models import Alarm
from mobile_groups.models.alarm import AlarmQuerySet


def loaded_alarms(actor: Actor) -> AlarmQuerySet:
    """Alarms the actor sees, with what a page and a permission need of them."""
    return Alarm.objects.visible_to(actor).select_related(
        "threat",
        "case__center__district",
        "case__district",
        "district",
        "group",
        "acknowledged_by__user",
        "engaged_by__user",
        "closed_by__user",
    )


def with_case_access(alarm: Alarm, actor: Actor) -> Alarm:
    """The alarm with its case annotated for the actor: on the team, granted, opened. Bodies have no part in a case."""
    if actor.center_id is not None:
        found = Case.objects.with_access(actor).only("pk").get(pk=alarm.case_id)
        for name in ("on_team", "granted", "opened"):
            setattr(alarm.case, name, getattr(found, name))
    return alarm
