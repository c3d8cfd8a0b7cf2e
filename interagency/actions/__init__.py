"""Use cases of hand-off, tasks, reports and reviews."""

from interagency.actions.amending import withdraw_tasks
from interagency.actions.handoffs import create_handoffs, hold_handoff, send_handoff
from interagency.actions.opening import acknowledge
from interagency.actions.reports import report_task, review_report
from interagency.actions.tasks import accept_task, decline_task, withdraw_task

__all__ = [
    "accept_task",
    "acknowledge",
    "create_handoffs",
    "decline_task",
    "hold_handoff",
    "report_task",
    "review_report",
    "send_handoff",
    "withdraw_task",
    "withdraw_tasks",
]
