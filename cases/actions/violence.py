"""Signs of domestic violence: noted, the support given, the redirection and what was identified (R256 23–24)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.actions.locking import checked, locked_case
from cases.actions.steps import put_restriction
from cases.models import Case, Consultation, Intake, ViolenceRecord, ViolenceSupport
from cases.permissions import check_can_work
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Text, invalid_field
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.deadlines import actions as deadlines
from family_support.directory.models import Agency
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit

REDIRECTION = "violence_redirection"
CALM = frozenset({Case.Risk.LOW, Case.Risk.MEDIUM})
Source = ViolenceRecord.Source


def note_violence(
    *,
    case: Case,
    signs: str,
    by: Actor,
    now: datetime,
    source: str = Source.CASE,
    key: UUID | str | None = None,
) -> ViolenceRecord:
    """Note signs of domestic violence: the case is restricted at once, the risk at least high, and the person is to
    be redirected for identification within 2 working days (R256 24).

    Errors: Missing outside the team, Conflict in a closed case or while a record is open, Invalid without the signs.
    """
    signs = signs.strip()
    if not signs:
        raise Invalid("signs_missing", fields={"signs": _("Write which signs there are.")})
    with invalid_field("signs"):
        validators.check_text(signs)

    def write() -> ViolenceRecord:
        locked = locked_case(case, by)
        check_can_work(by, locked)
        if ViolenceRecord.objects.open().filter(case=locked).exists():
            raise Conflict("violence_noted", _("Signs of violence are noted in this case already."))
        return open_record(locked, signs, Source(source), by=by, now=now)

    with acting(by):
        if key is None:
            return write()
        body = {"case": case.pk, "signs": signs, "source": str(source)}
        return run_once(key, by, "cases.note_violence", body, write)


def open_record(
    case: Case,
    signs: str,
    source: Source,
    *,
    by: Actor,
    now: datetime,
    intake: Intake | None = None,
    started_at: datetime | None = None,
) -> ViolenceRecord:
    """Write a record inside an action that has locked the case and found none open; `started_at` is when the term
    begins, by default now."""
    found = ViolenceRecord.objects.create(
        case=case, source=source, intake=intake, signs=signs, noted_at=now, noted_by_id=by.membership_id
    )
    if not case.restricted:
        put_restriction(case, Case.Restriction.VIOLENCE, by=by, now=now)
    if case.risk in CALM:
        case.risk = Case.Risk.HIGH
        case.bump()
        case.save(update_fields=("risk", "version"))
    deadlines.open_deadline(
        term=REDIRECTION,
        started_at=started_at or now,
        subject=("cases.violencerecord", found.pk),
        by=by,
        now=now,
        center=case.center,
        case_id=case.pk,
    )
    record(case, "violence.noted", by=by, now=now, subject=("cases.violencerecord", found.pk))
    emit("violence.noted", case_id=case.pk, record=found.pk, by=by.membership_id)
    return found


def redirect_record(case: Case, entry: Consultation, *, by: Actor, now: datetime) -> ViolenceRecord | None:
    """Carry the case's noted record to the redirection just written; meets the term. None without such a record."""
    rows = ViolenceRecord.objects.select_for_update().filter(case=case, state=ViolenceRecord.State.NOTED)
    found = rows.first()
    if found is not None:
        found.redirect()
        found.redirection, found.redirected_at = entry, entry.held_at
        found.bump()
        found.save()
    deadlines.meet(terms=REDIRECTION, case_id=case.pk, by=by, now=now)
    return found


def record_identification(
    *,
    violence: ViolenceRecord,
    identified: bool,
    result_on: date,
    note: str,
    by: Actor,
    now: datetime,
    upload: UploadedFile | None = None,
    version: int | None = None,
) -> ViolenceRecord:
    """Write what the special-social-services organization established, with its paper if there is one (R256 24).

    Errors: Missing outside the team, Conflict when stale, closed, not redirected yet or settled already, Invalid for a
    missing note or a date in the future or before the redirection.
    """
    note = note.strip()
    _check_result(violence, result_on, note, now)
    with acting(by):
        case = locked_case(violence.case_id, by)
        check_can_work(by, case)
        found = locked_record(violence, version)
        if found.state == ViolenceRecord.State.NOTED:
            raise Conflict("not_redirected", _("Redirect the person for identification first (R256 24)."))
        if not found.is_open:
            raise Conflict("violence_settled", _("The result of the identification is recorded already."))
        if identified:
            found.identify()
        else:
            found.not_identify()
        found.result_on, found.result_note, found.result_by_id = result_on, note, by.membership_id
        found.bump()
        found.save()
        if upload is not None:
            attach(
                case_id=case.pk,
                subject=("cases.violencerecord", found.pk),
                kind=Attachment.Kind.LETTER,
                upload=upload,
                by=by,
                now=now,
                field="upload",
            )
        kind = "violence.identified" if identified else "violence.not_identified"
        record(case, kind, by=by, now=now, subject=("cases.violencerecord", found.pk))
    return found


def _check_result(found: ViolenceRecord, result_on: date, note: str, now: datetime) -> None:
    errors: dict[str, Text] = {}
    if result_on > local_date(now):
        errors["result_on"] = _("The date is in the future.")
    elif found.redirected_at is not None and result_on < local_date(found.redirected_at):
        errors["result_on"] = _("The result cannot come before the redirection.")
    if not note:
        errors["note"] = _("Write what was established.")
    if errors:
        raise Invalid("result_invalid", fields=errors)
    with invalid_field("note"):
        validators.check_text(note)


def record_support(
    *,
    violence: ViolenceRecord,
    kind: str,
    given_on: date,
    by: Actor,
    now: datetime,
    agency: Agency | None = None,
    note: str = "",
) -> ViolenceSupport:
    """Record one of the five kinds of support: given by the Center, or by the body named (R256 23).

    Errors: Missing outside the team, Conflict in a closed case, Invalid for an unknown kind or a date in the future.
    """
    note = " ".join(note.split())
    errors: dict[str, Text] = {}
    if kind not in ViolenceSupport.Kind.values:
        errors["kind"] = _("Choose the kind of support.")
    if given_on > local_date(now):
        errors["given_on"] = _("The date is in the future.")
    if errors:
        raise Invalid("support_invalid", fields=errors)
    with invalid_field("note"):
        validators.check_text(note)
    with acting(by):
        case = locked_case(violence.case_id, by)
        check_can_work(by, case)
        return write_support(case, locked_record(violence), kind, given_on, agency, note, by=by, now=now)


def write_support(
    case: Case,
    found: ViolenceRecord,
    kind: str,
    given_on: date,
    agency: Agency | None,
    note: str,
    *,
    by: Actor,
    now: datetime,
) -> ViolenceSupport:
    """Write support given inside an action that has locked the case and checked its actor."""
    row = ViolenceSupport.objects.create(
        record=found,
        kind=kind,
        given_on=given_on,
        agency=agency,
        note=note,
        by_id=by.membership_id,
        recorded_at=now,
    )
    subject = ("cases.violencerecord", found.pk)
    record(case, "violence.support", by=by, now=now, subject=subject, support=str(kind))
    return row


def locked_record(found: ViolenceRecord | int, version: int | None = None) -> ViolenceRecord:
    """The record anew, locked; its case is locked first by the caller. Errors: Missing, Conflict when stale."""
    pk = found if isinstance(found, int) else found.pk
    row = one(ViolenceRecord.objects.select_for_update(), pk=pk)
    return checked(row, version)
