"""A case is restricted by itself where somebody of the family works at the Center (security.md)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from cases.actions.steps import put_restriction
from cases.models import Case
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.clock import local_date


def is_staff(known_by: Collection[str], center_id: int, now: datetime) -> bool:
    """Whether one of the people (by the blind index of the IIN) works at the Center now."""
    indexes = [index for index in known_by if index]
    if not indexes:
        return False
    staff = Membership.objects.active(local_date(now)).of_center(center_id)
    return staff.filter(user__iin_index__in=indexes).exists()


def protect_from_colleagues(case: Case, known_by: Collection[str], *, by: Actor, now: datetime) -> None:
    """Restrict an ordinary case at once when one of its people works at the Center; inside an action that has locked
    it. Who is of the team without a named grant is out of it then, like in any restricted case."""
    if not case.restricted and is_staff(known_by, case.center_id, now):
        put_restriction(case, Case.Restriction.STAFF, by=by, now=now)
