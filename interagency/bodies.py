"""What a body's administrator sees of its tasks: masked, with who works on each (security.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.ui.masking import initials
from interagency.chasers import AWAITED
from interagency.models import Task
from interagency.queries import Line, with_terms

NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Masked:
    """One task for the administrator: initials instead of the name, the kind of support instead of the measure."""

    line: Line
    person: str
    officer: Membership | None
    gone: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What one officer has in hand."""

    officer: Membership
    open: int
    overdue: int


def officers_in_force(actor: Actor, on: date) -> list[Membership]:
    """The body's officers on a day, by name: one query."""
    rows = Membership.objects.active(on).filter(role=Role.AGENCY_OFFICER, agency_id=actor.agency_id or 0)
    return list(rows.select_related("user").order_by("user__last_name", "user__first_name", "pk"))


def tasks_of_body(actor: Actor) -> list[Task]:
    """The body's open tasks, the earliest due first."""
    rows = Task.objects.assignable_by(actor).select_related(
        "agency", "case__center", "measure__sector", "assigned_to__user"
    )
    return list(rows.order_by("due_on", "pk"))


def masked(tasks: Sequence[Task], officers: Sequence[Membership]) -> list[Masked]:
    """Tasks as the administrator may see them; a task of somebody who no longer works there says so."""
    here = {officer.pk for officer in officers}
    return [
        Masked(
            line,
            initials(line.task.snapshot["person"]["name"]),
            line.task.assigned_to,
            line.task.assigned_to_id is not None and line.task.assigned_to_id not in here,
        )
        for line in with_terms(list(tasks))
    ]


def loads(tasks: Sequence[Task], officers: Sequence[Membership], now: datetime) -> list[Load]:
    """Open and late tasks of each officer, over tasks that are loaded."""
    today = local_date(now)
    found = []
    for officer in officers:
        own = [task for task in tasks if task.assigned_to_id == officer.pk]
        found.append(Load(officer, len(own), sum(is_late(task, today) for task in own)))
    return found


def is_late(task: Task, today: date) -> bool:
    return task.state in AWAITED and task.due_on < today
