"""Calling a group: which one answers for an alarm, now and after a mandate has ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.timeline import record
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.deadlines.models import Term
from family_support.outbox.events import emit
from mobile_groups.models import Alarm, MobileGroup

# Where the term's row does not say otherwise (states.md, defaults).
EVERY_HOURS = 4


def group_in_force(district_id: int, now: datetime) -> MobileGroup | None:
    return MobileGroup.objects.in_force(local_date(now)).filter(district_id=district_id).first()


def reminder_after(now: datetime) -> datetime:
    """When everybody is reminded next: as often as the row of the term says."""
    row = Term.objects.in_force("response_plan", local_date(now))
    return now + timedelta(hours=int(row.escalation.get("every_hours", EVERY_HOURS)))


def tell_called(alarm: Alarm, group: MobileGroup | None, *, by: Actor, now: datetime) -> None:
    """Say whom the alarm calls: the group, or aloud that there is none."""
    kind = "alarm.called" if group else "alarm.nobody"
    record(alarm.case, kind, by=by, now=now, subject=("mobile_groups.alarm", alarm.pk))
    emit(kind, case_id=alarm.case_id, alarm=alarm.pk, by=by.membership_id)


def call_for_open_alarms(district_id: int, *, by: Actor, now: datetime) -> None:
    """Open alarms of the district whose group is not in force any more, or that had none, call the one that is."""
    group = group_in_force(district_id, now)
    rows = (
        Alarm.objects.open()
        .filter(district_id=district_id)
        .exclude(group__state=MobileGroup.State.IN_FORCE)
        .select_for_update(of=("self",))
        .select_related("case", "threat")
    )
    for alarm in rows:
        if group is None and alarm.group_id is None:
            continue
        if group is not None or alarm.engaged_at is None:
            # A group that was engaged stays named where no other has come.
            alarm.group = group
        alarm.bump()
        alarm.save(update_fields=("group", "version"))
        tell_called(alarm, group, by=by, now=now)
