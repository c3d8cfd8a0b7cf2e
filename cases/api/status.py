"""What a sender may know of what it sent: five states and their moments, the same for new and known families."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.models import Case, Intake, Submission
from family_support.base.crypto import blind_index

State = Intake.State
# Within so many minutes after a case has ended each of its submissions hears of it.
SPREAD = 7 * 24 * 60


def status_of(submission: Submission, now: datetime) -> dict[str, Any]:
    """The status of a submission had through `Submission.objects.with_status()`.

    It follows the intake, not the case: a repeat about a family long in support begins as any other, and ends at a
    moment of its own.
    """
    intake = submission.intake
    finished = _told_at(submission, _finished_at(intake) or getattr(submission, "ended_elsewhere_at", None))
    if finished is not None and finished > now:
        finished = None
    in_work: datetime | None = getattr(submission, "in_work_at", None)
    if intake.state == State.REFUSED:
        state = "refused"
    elif intake.state == State.RECEIVED:
        state = "received"
    elif finished:
        state = "finished"
    elif intake.state == State.REGISTERED and in_work is None:
        state = "registered"
    else:
        state = "in_work"
    return {
        "id": str(submission.public_id),
        "state": state,
        "received_at": _text(intake.received_at),
        "registered_at": _text(intake.registered_at),
        "in_work_at": _text(in_work),
        "finished_at": _text(finished),
    }


def _finished_at(intake: Intake) -> datetime | None:
    """When the case ended; one that another Center took over goes on there."""
    case = intake.case
    if case is None or case.stage != Case.Stage.CLOSED or case.closing == Case.Closing.TRANSFERRED:
        return None
    return case.closed_at


def _told_at(submission: Submission, ended_at: datetime | None) -> datetime | None:
    """When the sender hears of the end: up to a week later, by a keyed number of the submission alone.

    Were it the end of the case, two submissions about one family would end in the same second, and whoever sent both
    would know that the family is known (states.md: the sender learns nothing of it).
    """
    if ended_at is None:
        return None
    mark = int(blind_index(str(submission.public_id), "told_at")[:8], 16)
    return ended_at + timedelta(minutes=1 + mark % SPREAD)


def _text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%SZ")
