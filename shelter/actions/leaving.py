"""The exit plan by day 20, and the check-out (rules.md 6.9)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.errors import Invalid, Text, invalid_field
from family_support.deadlines import actions as deadlines
from family_support.outbox.events import emit
from shelter.actions.locking import SUBJECT, check_state, locked_stay, required_text
from shelter.models import Stay
from shelter.permissions import check_can_place
from shelter.rules import check_left_at


def write_exit_plan(
    *, stay: Stay, exit_going: str, exit_plan: str, by: Actor, now: datetime, version: int | None = None
) -> Stay:
    """Write where the person goes after the stay and what is to be done for it; a later text replaces it.

    Errors: Forbidden, Missing, Conflict when stale or nobody lives there, Invalid for missing parts.
    """
    if exit_going not in Stay.Going.values:
        raise Invalid("going_missing", fields={"exit_going": _("Choose where the person goes.")})
    exit_plan = required_text(exit_plan, "exit_plan", _("Write what is done until then, and by whom."))
    with acting(by):
        case, stay = locked_stay(stay, by, version)
        check_can_place(by, case)
        check_state(stay, Stay.State.RESIDENT)
        stay.exit_going, stay.exit_plan = exit_going, exit_plan
        stay.exit_plan_at, stay.exit_plan_by_id = now, by.membership_id
        stay.bump()
        stay.save()
        deadlines.meet(terms="exit_plan", subject=(SUBJECT, stay.pk), by=by, now=now)
        record(case, "stay.exit_plan", by=by, now=now, subject=(SUBJECT, stay.pk))
    return stay


def check_out(
    *,
    stay: Stay,
    checked_out_at: datetime,
    going: str,
    leaving: str,
    leaving_note: str = "",
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Stay:
    """The person has left: the place is free from that moment, the limit of the stay is met, in time or late.

    A check-out after the last day leaves the overstay mark, which asks for the director's reason. Errors: Forbidden,
    Missing, Conflict when stale or nobody lives there, Invalid for a moment in the future or before the admission, or
    for missing parts.
    """
    leaving_note = leaving_note.strip()
    with invalid_field("leaving_note"):
        validators.check_text(leaving_note)
    with acting(by):
        case, stay = locked_stay(stay, by, version)
        check_can_place(by, case)
        check_state(stay, Stay.State.RESIDENT)
        _check_parts(going, leaving)
        check_left_at(checked_out_at, max(stay.residents.values_list("came_at", flat=True)), now)
        stay.check_out()
        stay.checked_out_at, stay.checked_out_by_id = checked_out_at, by.membership_id
        stay.going, stay.leaving, stay.leaving_note = going, leaving, leaving_note
        if checked_out_at > stay.claim_to:
            stay.overstay_at = stay.overstay_at or stay.claim_to
        else:
            _unmark(stay)
            stay.claim_to = checked_out_at
        stay.bump()
        stay.save()
        stay.residents.filter(left_at__isnull=True).update(left_at=checked_out_at)
        # What counts is when the person left, not when that was written down.
        deadlines.meet(terms="stay_limit", subject=(SUBJECT, stay.pk), by=by, now=checked_out_at)
        reason = _("The person has left.")
        deadlines.cancel(terms="exit_plan", subject=(SUBJECT, stay.pk), reason=reason, by=by, now=now)
        record(case, "stay.checked_out", by=by, now=now, subject=(SUBJECT, stay.pk))
        emit("stay.checked_out", case_id=case.pk, stay=stay.pk, by=by.membership_id)
    return stay


def _check_parts(going: str, leaving: str) -> None:
    errors: dict[str, Text] = {}
    if going not in Stay.Going.values:
        errors["going"] = _("Choose where the person went.")
    if leaving not in Stay.Leaving.values:
        errors["leaving"] = _("Choose the reason.")
    if errors:
        raise Invalid("check_out_invalid", fields=errors)


def _unmark(stay: Stay) -> None:
    """Who left in time and was written down later did not overstay."""
    stay.overstay_at, stay.overstay_reason = None, ""
    stay.overstay_reason_at, stay.overstay_reason_by = None, None
