"""Guardian rows of tasks, derived from whom the body gave the task to, by one idempotent function (security.md)."""

from __future__ import annotations

from django.contrib.auth.models import Permission

from family_support.accounts.models import Membership
from interagency.models import Task, TaskUserObjectPermission

WORK_ON_TASK = "work_on_task"


def entitled_users(task: Task) -> set[int]:
    """The user whom the body gave its task to, while it is open. Colleagues of the body see it by
    `Task.visible_to`."""
    if not task.is_open or task.agency_id is None or task.assigned_to_id is None:
        return set()
    return set(Membership.objects.filter(pk=task.assigned_to_id).values_list("user_id", flat=True))


def sync_task_grants(task: Task) -> None:
    """Make the task's guardian rows equal to what the task says; call it after its state or executor has changed."""
    rows = TaskUserObjectPermission.objects.filter(content_object=task, permission__codename=WORK_ON_TASK)
    wanted, held = entitled_users(task), set(rows.values_list("user_id", flat=True))
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
