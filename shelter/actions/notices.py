"""The two notices about a minor: sent with proof, received, registered (R256 26)."""

from __future__ import annotations

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Text, invalid_field
from family_support.deadlines.actions import meet
from family_support.directory.models import Agency
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from shelter.actions.admitting import NOTICE, notice_term, reminded_every
from shelter.actions.locking import locked_notice, required_text
from shelter.models import MinorNotice
from shelter.permissions import check_can_place
from shelter.rules import ADDRESSEES

State = MinorNotice.State
NUMBER = _("Enter the registration number.")


def send_notice(
    *,
    notice: MinorNotice,
    agency: Agency | None,
    way: str,
    sent_at: datetime,
    proof: UploadedFile | None,
    number: str = "",
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> MinorNotice:
    """Mark a notice sent, with its proof: the 24 hours are kept by when it was sent.

    Errors: Forbidden, Missing, Conflict when stale or sent already, Invalid for a missing addressee, way or proof, an
    addressee of another kind, or a moment in the future or before the admission.
    """
    number = " ".join(number.split())
    with invalid_field("number"):
        validators.check_text(number)
    with acting(by):
        case, _stay, notice = locked_notice(notice, by, version)
        check_can_place(by, case)
        if notice.state != State.DUE:
            raise Conflict("notice_sent", _("This notice is marked sent already."))
        _check_sending(notice, agency, way, sent_at, proof, now)
        notice.send()
        notice.agency, notice.way, notice.number = agency, way, number
        notice.sent_at, notice.sent_by_id = sent_at, by.membership_id
        notice.next_reminder_at = None
        notice.bump()
        notice.save()
        if proof is not None:
            _keep(case.pk, notice, proof, "proof", by, now)
        meet(terms=notice.term, subject=(NOTICE, notice.pk), by=by, now=sent_at)
        record(case, "notice.sent", by=by, now=now, subject=(NOTICE, notice.pk), addressee=str(notice.kind))
    return notice


def _check_sending(
    notice: MinorNotice,
    agency: Agency | None,
    way: str,
    sent_at: datetime,
    proof: UploadedFile | None,
    now: datetime,
) -> None:
    errors: dict[str, Text] = {}
    if agency is None:
        errors["agency"] = _("Choose the addressee.")
    elif not agency.sectors.filter(code__in=ADDRESSEES[notice.kind]).exists():
        errors["agency"] = _("This notice goes to a body of another kind.")
    if way not in MinorNotice.Way.values:
        errors["way"] = _("Choose how it was sent.")
    if sent_at > now:
        errors["sent_at"] = _("The moment is in the future.")
    elif sent_at < notice.counted_from:
        errors["sent_at"] = _("A notice cannot be sent before the admission.")
    if proof is None:
        errors["proof"] = _("Attach the proof: the receipt, the postal slip or the mark of delivery.")
    if errors:
        raise Invalid("notice_invalid", fields=errors)


def remind_notices(*, now: datetime) -> int:
    """The director hears again of notices whose 24 hours have passed and that nobody has sent; how many.

    Safe beside another worker: a row that one has taken the other leaves, and each reminder sets when the next is
    due. An outage is caught up with one reminder, not with all that were missed.
    """
    with acting(SYSTEM):
        waiting = MinorNotice.objects.missing().filter(next_reminder_at__lte=now)
        rows = waiting.select_for_update(of=("self",), skip_locked=True).select_related("stay__case")
        found = list(rows.order_by("pk"))
        for notice in found:
            notice.reminders += 1
            notice.next_reminder_at = now + reminded_every(notice_term(notice.kind, now))
            notice.save(update_fields=("reminders", "next_reminder_at"))
            case = notice.stay.case
            record(
                case, "notice.missing", by=SYSTEM, now=now, subject=(NOTICE, notice.pk), addressee=notice.kind
            )
            emit("notice.missing", case_id=case.pk, notice=notice.pk)
    return len(found)


def receive_notice(
    *,
    notice: MinorNotice,
    received_on: date,
    registration_number: str = "",
    registered_on: date | None = None,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> MinorNotice:
    """The body has it; with its registration number, where it told it, the notice is registered in the same step.

    Errors: Forbidden, Missing, Conflict when stale or not just sent, Invalid for a day in the future or before sending.
    """
    _check_day(notice, "received_on", received_on, now)
    with acting(by):
        case, _stay, notice = locked_notice(notice, by, version)
        check_can_place(by, case)
        if notice.state != State.SENT:
            raise Conflict("notice_not_sent", _("Only a notice that was just sent can be received."))
        notice.receive()
        notice.received_on = received_on
        notice.bump()
        notice.save()
        record(
            case, "notice.received", by=by, now=now, subject=(NOTICE, notice.pk), addressee=str(notice.kind)
        )
        if registration_number.strip():
            day = registered_on or received_on
            notice = register_notice(
                notice=notice, registration_number=registration_number, registered_on=day, by=by, now=now
            )
    return notice


def register_notice(
    *,
    notice: MinorNotice,
    registration_number: str,
    registered_on: date,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> MinorNotice:
    """Keep the registration number that the body gave the notice.

    Errors: Forbidden, Missing, Conflict when stale or not received, Invalid without the number or for a day ahead.
    """
    registration_number = required_text(registration_number, "registration_number", NUMBER)
    _check_day(notice, "registered_on", registered_on, now)
    with acting(by):
        case, _stay, notice = locked_notice(notice, by, version)
        check_can_place(by, case)
        if notice.state != State.RECEIVED:
            raise Conflict("notice_not_received", _("Record first that the body has received the notice."))
        notice.register()
        notice.registration_number, notice.registered_on = registration_number, registered_on
        notice.bump()
        notice.save()
        record(
            case, "notice.registered", by=by, now=now, subject=(NOTICE, notice.pk), addressee=str(notice.kind)
        )
    return notice


def _check_day(notice: MinorNotice, field: str, day: date, now: datetime) -> None:
    if day > local_date(now):
        raise Invalid("future", fields={field: _("The date is in the future.")})
    if notice.sent_at is not None and day < local_date(notice.sent_at):
        raise Invalid("too_early", fields={field: _("The notice was sent later than this day.")})


def _keep(
    case_id: int, notice: MinorNotice, upload: UploadedFile, field: str, by: Actor, now: datetime
) -> None:
    attach(
        case_id=case_id,
        subject=(NOTICE, notice.pk),
        kind=Attachment.Kind.EVIDENCE,
        upload=upload,
        by=by,
        now=now,
        field=field,
    )
