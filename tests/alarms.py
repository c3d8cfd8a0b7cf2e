"""The response to a threat led to its end, for tests of the apps below: no group is in force there."""

from __future__ import annotations

from datetime import datetime

from cases.models import Case
from family_support.accounts.roles import Role
from mobile_groups import actions
from mobile_groups.models import Alarm
from tests.factories import NOON, Place


def settle(case: Case, place: Place, *, now: datetime = NOON) -> Alarm:
    """Acknowledged, engaged and closed by the director: the threat was not confirmed."""
    by = place.by(Role.DIRECTOR, at=now)
    alarm = Alarm.objects.open().get(case=case)
    alarm = actions.acknowledge_alarm(alarm=alarm, by=by, now=now)
    alarm = actions.engage_group(
        alarm=alarm, instead="Полиция", expected_version=alarm.version, by=by, now=now
    )
    return actions.close_alarm(
        alarm=alarm,
        outcome=Alarm.Outcome.UNFOUNDED,
        note="Проверено, угрозы нет.",
        expected_version=alarm.version,
        by=by,
        now=now,
    )
