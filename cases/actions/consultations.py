"""Consultation, redirection, or the recorded decision that neither is needed (R256 13(1), 14(1))."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case
from cases.actions.violence import redirect_record
from cases.models import Case, Consultation, Intake
from cases.permissions import check_can_work
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Invalid, Missing, Text, invalid_field
from family_support.base.idempotency import run_once
from family_support.deadlines.actions import meet
from family_support.directory.models import Agency

Kind = Consultation.Kind


def record_consultation(
    *,
    case: Case,
    kind: str,
    held_at: datetime,
    by: Actor,
    now: datetime,
    intake: Intake | None = None,
    topic: str = "",
    summary: str = "",
    agency: Agency | None = None,
    reason: str = "",
    special_services: bool = False,
    key: UUID | str | None = None,
) -> Consultation:
    """Record what was done at once for the family; the first of either kind meets the intake's term and answers it.

    `special_services` marks the redirection of a person with signs of domestic violence for identification (R256 24).
    Errors: Missing outside the team, Conflict in a closed case, Invalid for missing parts and for a moment
    in the future or on a day before the intake came in.
    """
    _check(kind, held_at, topic, summary, agency, reason, now)

    def write() -> Consultation:
        locked = locked_case(case, by)
        check_can_work(by, locked)
        answered = _intake_of(locked, intake)
        if local_date(held_at) < local_date(answered.received_at):
            raise Invalid("held_too_early", fields={"held_at": _("The intake came in after this day.")})
        entry = Consultation.objects.create(
            case=locked,
            intake=answered,
            kind=kind,
            topic=topic if kind == Kind.CONSULTATION else "",
            summary=summary.strip() if kind == Kind.CONSULTATION else "",
            agency=agency if kind == Kind.REDIRECTION else None,
            reason=reason.strip() if kind != Kind.CONSULTATION else "",
            held_at=held_at,
            by_id=by.membership_id,
            recorded_at=now,
        )
        meet(terms="consultation", subject=("cases.intake", answered.pk), by=by, now=now)
        if answered.state == Intake.State.REGISTERED:
            answered.answer()
            answered.bump()
            answered.save()
        if special_services and kind == Kind.REDIRECTION:
            redirect_record(locked, entry, by=by, now=now)
        record(locked, f"consultation.{kind}", by=by, now=now, subject=("cases.consultation", entry.pk))
        return entry

    with acting(by):
        if key is None:
            return write()
        body = {
            "case": case.pk,
            "intake": intake.pk if intake else None,
            "kind": kind,
            "held_at": held_at,
            "text": [topic, summary, reason],
            "agency": agency.pk if agency else None,
            "special_services": special_services,
        }
        return run_once(key, by, "cases.record_consultation", body, write)


def _intake_of(case: Case, intake: Intake | None) -> Intake:
    """The intake answered: the one named, else the oldest that waits for an answer, else the latest of the case."""
    rows = Intake.objects.select_for_update(of=("self",)).filter(case=case)
    if intake is None:
        waiting = rows.filter(state=Intake.State.REGISTERED).order_by("registered_at", "pk").first()
        found = waiting or rows.order_by("-registered_at", "-pk").first()
    else:
        found = rows.filter(pk=intake.pk).first()
    if found is None:
        raise Missing
    return found


def _check(
    kind: str, held_at: datetime, topic: str, summary: str, agency: Agency | None, reason: str, now: datetime
) -> None:
    errors: dict[str, Text] = {}
    if kind not in Kind.values:
        errors["kind"] = _("Choose what was done.")
    if held_at > now:
        errors["held_at"] = _("The moment is in the future.")
    if kind == Kind.CONSULTATION:
        if topic not in Consultation.Topic.values:
            errors["topic"] = _("Choose the topic.")
        if not summary.strip():
            errors["summary"] = _("Write what was advised.")
    if kind == Kind.REDIRECTION and agency is None:
        errors["agency"] = _("Choose the body or organization.")
    if kind in (Kind.REDIRECTION, Kind.NOT_NEEDED) and not reason.strip():
        errors["reason"] = _("State the reason.")
    if errors:
        raise Invalid("consultation_invalid", fields=errors)
    for field, text in (("summary", summary), ("reason", reason)):
        with invalid_field(field):
            validators.check_text(text)
