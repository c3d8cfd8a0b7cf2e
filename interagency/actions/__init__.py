"""Use cases of hand-off, tasks, reports and reviews."""

from interagency.actions.amending import withdraw_tasks
from interagency.actions.assigning import assign_tasks, hand_over_tasks
from interagency.actions.handoffs import (
    create_handoffs,
    hold_handoff,
    mark_undelivered,
    send_handoff,
    stop_sharing,
)
from interagency.actions.opening import acknowledge
from interagency.actions.reports import report_task, review_report
from interagency.actions.tasks import accept_task, decline_task, resend_task, withdraw_task

__all__ = [
    "accept_task",
    "acknowledge",
    "assign_tasks",
    "create_handoffs",
    "decline_task",
    "hand_over_tasks",
    "hold_handoff",
    "mark_undelivered",
    "report_task",
    "resend_task",
    "review_report",
    "send_handoff",
    "stop_sharing",
    "withdraw_task",
    "withdraw_tasks",
]
