"""A stay longer than a month is recorded as such, with the director's reason; never silently allowed (rules.md 6.9)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict
from family_support.outbox.events import emit
from shelter.actions.locking import SUBJECT, locked_stay, required_text
from shelter.models import Stay
from shelter.permissions import check_can_decide


def mark_overstay(*, stay: Stay | int, now: datetime) -> Stay:
    """Mark by itself that the last day has passed and the person still lives there; a second time changes nothing."""
    with acting(SYSTEM):
        case, found = locked_stay(stay, SYSTEM)
        if found.is_overdue(now) and found.overstay_at is None:
            found.overstay_at = found.claim_to
            found.bump()
            found.save()
            record(case, "stay.overstay", by=SYSTEM, now=now, subject=(SUBJECT, found.pk))
            emit("stay.overstay", case_id=case.pk, stay=found.pk)
    return found


def explain_overstay(
    *, stay: Stay, reason: str, by: Actor, now: datetime, version: int | None = None
) -> Stay:
    """The director says why the person stays longer than the law allows.

    Errors: Forbidden for others than the director, Missing out of scope, Conflict when stale, not an overstay or
    explained already, Invalid without a reason.
    """
    reason = required_text(reason, "reason", _("State the reason."))
    with acting(by, reason=reason):
        case, stay = locked_stay(stay, by, version)
        check_can_decide(by, case)
        if stay.overstay_at is None and stay.is_overdue(now):
            stay.overstay_at = stay.claim_to
        if stay.overstay_at is None:
            raise Conflict("no_overstay", _("This stay is not longer than a month."))
        if stay.overstay_reason:
            raise Conflict("overstay_explained", _("The director's reason is recorded already."))
        stay.overstay_reason, stay.overstay_reason_at = reason, now
        stay.overstay_reason_by_id = by.membership_id
        stay.bump()
        stay.save()
        record(case, "stay.overstay_explained", by=by, now=now, subject=(SUBJECT, stay.pk))
    return stay
