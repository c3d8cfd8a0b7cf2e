"""Break-glass, its early end and its review; deciding about alerts (security.md, ADR 24)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from family_support.access.models import GLASS_REASON_LENGTH, OPEN_FOR, CaseOpening
from family_support.access.reads import log_read
from family_support.access.scopes import cases_behind_glass
from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing, Text
from family_support.base.rows import one
from family_support.deadlines.actions import meet, open_deadline
from family_support.directory.models import Center
from family_support.outbox.events import emit
from family_support.oversight.models import GlassReview, LookAlert, UnsignedChanges
from family_support.oversight.permissions import check_can_break_glass, check_can_review

TERM = "glass_review"
SUBJECT = "oversight.glassreview"
# How old the proof of the second factor may be.
FRESH_FOR = timedelta(minutes=5)
NOTE_LENGTH = 10
SHORTEST = timedelta(microseconds=1)


def break_glass(
    *,
    case_id: int,
    case_hint: str,
    code: str,
    reason: str,
    proved_at: datetime | None,
    by: Actor,
    now: datetime,
) -> CaseOpening:
    """Let the actor read one restricted case of the own Center for 60 minutes, and have it reviewed from outside.

    `proved_at` is when the second factor was given, not longer than 5 minutes ago; `case_hint` is how the case is
    called to the reviewer. Nothing but reading is opened, and nobody on the barred list comes in.

    Errors: Forbidden for roles that work with no families, Invalid for a missing ground, fewer than 30 characters or a
    stale second factor, Missing for a case that break-glass does not open to the actor.
    """
    check_can_break_glass(by)
    reason = " ".join(reason.split())
    _check_said(code, reason, proved_at, now)
    with acting(by, reason=reason):
        if not cases_behind_glass(by).filter(pk=case_id).exists():
            raise Missing
        opening = CaseOpening.objects.create(
            case_id=case_id,
            membership_id=by.membership_id,
            code=code,
            reason=reason,
            opened_at=now,
            ends_at=now + OPEN_FOR,
        )
        center = Center.objects.select_related("district").get(pk=by.center_id)
        review = GlassReview.objects.create(opening=opening, center=center, case_hint=case_hint)
        open_deadline(
            term=TERM,
            started_at=now,
            by=by,
            now=now,
            center=center,
            case_id=None,
            subject=(SUBJECT, review.pk),
        )
        log_read(by, case_id, "glass", reason)
        emit("glass.broken", case_id=case_id, review=review.pk, by=by.membership_id)
    return opening


def _check_said(code: str, reason: str, proved_at: datetime | None, now: datetime) -> None:
    errors: dict[str, Text] = {}
    if code not in CaseOpening.Glass.values:
        errors["code"] = _("Choose the ground.")
    if len(reason) < GLASS_REASON_LENGTH:
        errors["reason"] = (
            ngettext_lazy(
                "Say what happened: at least %d character.",
                "Say what happened: at least %d characters.",
                GLASS_REASON_LENGTH,
            )
            % GLASS_REASON_LENGTH
        )
    if proved_at is None or not timedelta(0) <= now - proved_at <= FRESH_FOR:
        errors["second_factor"] = _("Confirm with a fresh code of your second factor.")
    if errors:
        raise Invalid("glass_refused", fields=errors)


def end_opening(*, opening: CaseOpening, by: Actor, now: datetime) -> CaseOpening:
    """End an opening now, in a transaction of the caller who has checked the actor; one that is over stays as it is."""
    locked = CaseOpening.objects.select_for_update().get(pk=opening.pk)
    if locked.ends_at > now:
        locked.ends_at = max(now, locked.opened_at + SHORTEST)
        locked.save(update_fields=("ends_at",))
    return locked


def decide_review(*, review: GlassReview, decision: str, note: str, by: Actor, now: datetime) -> GlassReview:
    """Say, once, whether the glass was rightly broken; when not, an access that still runs ends at once.

    Errors: Forbidden for others than the security officer and for who works at that Center or broke the glass, Missing,
    Conflict when it is decided, Invalid without decision or note.
    """
    check_can_review(by)
    note = checked_note(decision, GlassReview.Decision.values, note)
    with acting(by, reason=note):
        found = GlassReview.objects.select_for_update(of=("self",)).select_related("opening__membership")
        review = one(found, pk=review.pk)
        _check_from_outside(review, by, now)
        check_waiting(review)
        review.decision, review.note = decision, note
        review.decided_by_id, review.decided_at = by.membership_id, now
        review.save(update_fields=("decision", "note", "decided_by", "decided_at"))
        meet(terms=TERM, subject=(SUBJECT, review.pk), by=by, now=now)
        if decision == GlassReview.Decision.UNJUSTIFIED:
            end_opening(opening=review.opening, by=by, now=now)
        emit("glass.reviewed", case_id=review.opening.case_id, review=review.pk, by=by.membership_id)
    return review


def _check_from_outside(review: GlassReview, by: Actor, now: datetime) -> None:
    at_center = Membership.objects.active(local_date(now)).filter(
        user_id=by.user_id, center_id=review.center_id
    )
    if review.opening.membership.user_id == by.user_id or at_center.exists():
        raise Forbidden("review_from_inside", _("Somebody outside this Center has to review it."))


def decide_alert(*, alert: LookAlert, decision: str, note: str, by: Actor, now: datetime) -> LookAlert:
    """Close an alert, once, with what was found.

    Errors: Forbidden for others than the security officer and for one's own looking, Missing, Conflict when it is
    decided, Invalid without decision or note.
    """
    check_can_review(by)
    note = checked_note(decision, LookAlert.Decision.values, note)
    with acting(by, reason=note):
        found = LookAlert.objects.select_for_update(of=("self",)).select_related("membership")
        alert = one(found, pk=alert.pk)
        if alert.membership.user_id == by.user_id:
            raise Forbidden("own_looking", _("Another security officer decides about your own account."))
        check_waiting(alert)
        alert.decision, alert.note = decision, note
        alert.decided_by_id, alert.decided_at = by.membership_id, now
        alert.save(update_fields=("decision", "note", "decided_by", "decided_at"))
    return alert


def checked_note(decision: str, decisions: list[str], note: str) -> str:
    note = " ".join(note.split())
    errors: dict[str, Text] = {}
    if decision not in decisions:
        errors["decision"] = _("Choose a decision.")
    if len(note) < NOTE_LENGTH:
        errors["note"] = _("State what you found.")
    if errors:
        raise Invalid("decision_incomplete", fields=errors)
    return note


def check_waiting(row: GlassReview | LookAlert | UnsignedChanges) -> None:
    if row.decided_at is not None:
        raise Conflict("decided_already", _("It has been decided already."))
