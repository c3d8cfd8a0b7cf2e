"""Events of the methodology unit, from the plan to how many came; analytic notes (R256 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.idempotency import run_once
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.directory.models import Center
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from monitoring.models import AnalyticNote, OutreachEvent
from monitoring.permissions import check_can_write, check_writes
from monitoring.rules import (
    check_attendance,
    check_cancellation,
    check_event,
    check_event_open,
    check_note,
    check_note_open,
)

EVENT_SUBJECT = "monitoring.outreachevent"
NOTE_SUBJECT = "monitoring.analyticnote"
Row = TypeVar("Row", OutreachEvent, AnalyticNote)


@dataclass(frozen=True)
class EventData:
    """What an event is planned with."""

    kind: str
    topic: str
    audience: str
    place: str
    starts_at: datetime
    partners: str = ""


@dataclass(frozen=True)
class NoteData:
    """What a note says, and on which quarter."""

    kind: str
    title: str
    text: str
    year: int
    quarter: int


def plan_event(
    *, center: Center, data: EventData, by: Actor, now: datetime, key: UUID | str | None = None
) -> OutreachEvent:
    """Plan a training or an outreach event. Errors: Forbidden, Invalid."""
    check_writes(by, center.pk)
    check_event(data.topic, data.place)

    def write() -> OutreachEvent:
        return OutreachEvent.objects.create(
            center=center, planned_by_id=by.membership_id, planned_at=now, **vars(data)
        )

    with acting(by):
        if key is None:
            return write()
        return run_once(key, by, "monitoring.plan_event", {"center": center.pk, **vars(data)}, write)


def change_event(
    *, event: OutreachEvent, data: EventData, expected_version: int | None, by: Actor, now: datetime
) -> OutreachEvent:
    """Another topic, place or time, while it is planned. Errors: Missing, Forbidden, Conflict, Invalid."""
    check_event(data.topic, data.place)
    with acting(by):
        row = _lock(OutreachEvent, event.pk, by, check_can_write)
        check_version(row, expected_version)
        check_event_open(row)
        for name, value in vars(data).items():
            setattr(row, name, value)
        row.bump()
        row.save()
    return row


def hold_event(
    *,
    event: OutreachEvent,
    participants: int,
    result: str,
    expected_version: int | None,
    by: Actor,
    now: datetime,
    materials: UploadedFile | None = None,
) -> OutreachEvent:
    """It took place: how many came, what came of it, and its materials.

    Errors: Missing, Forbidden, Conflict, Invalid.
    """
    with acting(by):
        row = _lock(OutreachEvent, event.pk, by, check_can_write)
        check_version(row, expected_version)
        check_event_open(row)
        check_attendance(participants=participants, starts_at=row.starts_at, now=now)
        row.hold()
        row.participants, row.result = participants, result.strip()
        _close(row, by, now)
        if materials is not None:
            add_materials(event=row, upload=materials, by=by, now=now)
    return row


def cancel_event(
    *, event: OutreachEvent, reason: str, expected_version: int | None, by: Actor, now: datetime
) -> OutreachEvent:
    """It does not take place. Errors: Missing, Forbidden, Conflict, Invalid without a reason."""
    with acting(by, reason=reason):
        row = _lock(OutreachEvent, event.pk, by, check_can_write)
        check_version(row, expected_version)
        check_event_open(row)
        row.cancel_reason = check_cancellation(reason)
        row.cancel()
        _close(row, by, now)
    return row


def add_materials(*, event: OutreachEvent, upload: UploadedFile, by: Actor, now: datetime) -> Attachment:
    """Presentation, list of questions, photographs without faces. Errors: Missing, Forbidden, Invalid."""
    with acting(by):
        check_can_write(by, event)
        return attach(
            case_id=None,
            subject=(EVENT_SUBJECT, event.pk),
            kind=Attachment.Kind.OTHER,
            upload=upload,
            by=by,
            now=now,
            field="materials",
        )


def write_note(
    *,
    center: Center,
    data: NoteData,
    by: Actor,
    now: datetime,
    note: AnalyticNote | None = None,
    expected_version: int | None = None,
    upload: UploadedFile | None = None,
) -> AnalyticNote:
    """Write a note, or go on with a draft. Errors: Missing, Forbidden, Conflict, Invalid."""
    check_writes(by, center.pk)
    check_note(data.title, data.text)
    with acting(by):
        if note is None:
            row = AnalyticNote(center=center, author_id=by.membership_id, created_at=now)
        else:
            row = _lock(AnalyticNote, note.pk, by, check_can_write)
            check_version(row, expected_version)
            check_note_open(row)
            row.bump()
        for name, value in vars(data).items():
            setattr(row, name, value)
        row.save()
        if upload is not None:
            attach(
                case_id=None,
                subject=(NOTE_SUBJECT, row.pk),
                kind=Attachment.Kind.OTHER,
                upload=upload,
                by=by,
                now=now,
                field="upload",
            )
    return row


def send_note(*, note: AnalyticNote, expected_version: int | None, by: Actor, now: datetime) -> AnalyticNote:
    """To the authorized body: from then on it stays as it is. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        row = _lock(AnalyticNote, note.pk, by, check_can_write)
        check_version(row, expected_version)
        check_note_open(row)
        row.send()
        row.sent_at, row.sent_by_id = now, by.membership_id
        row.bump()
        row.save()
        emit("note.sent", note_id=row.pk)
    return row


def _lock(model: type[Row], pk: int, by: Actor, check: Callable[[Actor, Row], None]) -> Row:
    found = one(model.objects.select_for_update(), pk=pk)
    check(by, found)
    return found


def _close(row: OutreachEvent, by: Actor, now: datetime) -> None:
    row.closed_at, row.closed_by_id = now, by.membership_id
    row.bump()
    row.save()
