"""Explain this date: how a due date came about, for everybody who sees the deadline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.access.subjects import case_lines, subject_label, subject_url, told_of
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.deadlines.badges import view
from family_support.deadlines.explanation import explained
from family_support.deadlines.models import Deadline
from family_support.deadlines.queries import reads_behind
from family_support.workdays.queries import load_calendar

DEADLINE = "deadlines.deadline"
EXPLAINED_TO = (
    WORKERS
    | UNIT_HEADS
    | {
        Role.INTAKE_CLERK,
        Role.DIRECTOR,
        Role.SECURITY_OFFICER,
        Role.METHODOLOGIST,
        Role.CENTER_ANALYST,
        Role.AGENCY_OFFICER,
        Role.BODY_ADMIN,
        Role.COORDINATOR,
    }
)


def shown_deadline(request: HttpRequest, pk: int) -> Deadline:
    """The deadline for who may see it. Errors: Missing."""
    return one(Deadline.objects.visible_to(request.actor).for_display(), pk=pk)


@require_safe
@allowed(*EXPLAINED_TO)
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Clause, event and moment, every day counted or skipped with its reason, and who changed the date and why."""
    actor, now = request.actor, clock.now()
    deadline = shown_deadline(request, pk)
    calendar = load_calendar(center=deadline.center)
    reads = bool(reads_behind(actor, [deadline]))
    context = {
        "deadline": deadline,
        "due": view(deadline, now, calendar),
        "told": explained(deadline, now, calendar),
        "case": case_lines([deadline.case_id], actor).get(deadline.case_id) if deadline.case_id else None,
        "reason": deadline.reason_told if reads else "",
        "body": deadline.agency.name if reads and deadline.agency else "",
        "tellings": told_of((DEADLINE, deadline.pk), actor),
        "subject": subject_label(deadline.subject_type),
        "subject_url": subject_url(deadline.subject_type, deadline.subject_id),
        "now": now,
        "languages": (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")),
    }
    return render(request, "deadlines/explain.html", context)
