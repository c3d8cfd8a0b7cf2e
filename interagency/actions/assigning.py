"""A body's administrator gives its tasks to its officers (security.md, row "assign, reassign")."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Invalid, Missing
from family_support.outbox.events import emit
from interagency.grants import sync_task_grants
from interagency.models import Task
from interagency.permissions import check_assigns


def assign_tasks(
    *, tasks: Collection[int], officer: Membership | None, by: Actor, now: datetime
) -> list[Task]:
    """Give open tasks of the own body (by key) to an officer of it, or to nobody in particular.

    All or none. Errors: Forbidden for other roles, Missing for a task of another body or a closed one, Invalid for
    no task, or for somebody who is not an officer of the body in force or whom a case keeps out.
    """
    with acting(by):
        check_assigns(by)
        if not tasks:
            raise Invalid("no_task", fields={"tasks": _("Choose at least one task.")})
        rows = Task.objects.select_for_update(of=("self",)).assignable_by(by)
        found = list(rows.filter(pk__in=set(tasks)).select_related("case").order_by("pk"))
        if len(found) != len(set(tasks)):
            raise Missing()
        check_may_work(found, officer, by, now)
        for task in found:
            _give(task, officer, now)
        if officer is not None:
            for task in found:
                emit("task.assigned", case_id=task.case_id, task_id=task.pk, membership=officer.pk)
    return found


def hand_over_tasks(*, officer: Membership, to: Membership | None, by: Actor, now: datetime) -> list[Task]:
    """Give every open task of one officer to another, or to nobody. Errors: as `assign_tasks`; none is no error."""
    with acting(by):
        check_assigns(by)
        held = Task.objects.assignable_by(by).filter(assigned_to=officer.pk).values_list("pk", flat=True)
        keys = list(held)
        if not keys:
            return []
        return assign_tasks(tasks=keys, officer=to, by=by, now=now)


def check_may_work(tasks: Collection[Task], officer: Membership | None, by: Actor, now: datetime) -> None:
    """Errors: Invalid for a membership of another body or role, not in force, or of a barred person."""
    if officer is None:
        return
    own = Membership.objects.active(local_date(now)).filter(
        pk=officer.pk, agency_id=by.agency_id, role=Role.AGENCY_OFFICER
    )
    index = officer.user.iin_index
    cases = {task.case_id for task in tasks}
    kept_out = bool(index) and Barred.objects.filter(case_id__in=cases, iin_index=index).exists()
    if kept_out or not own.exists():
        raise Invalid("cannot_work", fields={"officer": _("This person cannot work on these tasks.")})


def _give(task: Task, officer: Membership | None, now: datetime) -> None:
    task.assigned_to = officer
    task.assigned_at = now if officer is not None else None
    task.bump()
    task.save(update_fields=["assigned_to", "assigned_at", "version"])
    sync_task_grants(task, now=now)
