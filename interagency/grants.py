"""Guardian rows of tasks, derived from whom the body gave the task to, by one idempotent function (security.md)."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Permission

from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from interagency.models import Task, TaskUserObjectPermission

WORK_ON_TASK = "work_on_task"


def entitled_users(task: Task, now: datetime) -> set[int]:
    """The user whom the body gave its task to, while it is open and the membership lasts. Colleagues of the body see
    it by `Task.visible_to`."""
    if not task.is_open or task.agency_id is None or task.assigned_to_id is None:
        return set()
    officers = Membership.objects.active(local_date(now)).filter(
        pk=task.assigned_to_id, agency=task.agency_id
    )
    return set(officers.values_list("user_id", flat=True))


def sync_task_grants(task: Task, *, now: datetime) -> None:
    """Make the task's guardian rows equal to what the task says; call it after its state or executor has changed."""
    rows = TaskUserObjectPermission.objects.filter(content_object=task, permission__codename=WORK_ON_TASK)
    wanted, held = entitled_users(task, now), set(rows.values_list("user_id", flat=True))
    if held - wanted:
        rows.filter(user_id__in=held - wanted).delete()
    if wanted - held:
        permission = Permission.objects.get(codename=WORK_ON_TASK, content_type__app_label="interagency")
        TaskUserObjectPermission.objects.bulk_create(
            [
                TaskUserObjectPermission(user_id=user, permission=permission, content_object=task)
                for user in sorted(wanted - held)
            ],
            ignore_conflicts=True,
        )


def tidy_task_grants(*, now: datetime, user_id: int | None = None) -> int:
    """Make the rows of every task right whose officer's membership is over, of one user or of all; how many tasks."""
    lasting = Membership.objects.active(local_date(now)).values("pk")
    rows = TaskUserObjectPermission.objects.filter(permission__codename=WORK_ON_TASK)
    if user_id is not None:
        rows = rows.filter(user=user_id)
    left_over = rows.exclude(content_object__assigned_to__in=lasting)
    tasks = Task.objects.filter(pk__in=left_over.values("content_object"))
    with acting(SYSTEM, reason="grants derived anew"):
        found = list(tasks.select_for_update(of=("self",)).order_by("pk"))
        for task in found:
            sync_task_grants(task, now=now)
    return len(found)
