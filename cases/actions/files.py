"""Files that a sender adds to the own request after it was sent: the person with the slip, a program (security.md)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.models import Intake, IntakeTransfer, Submission
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Invalid
from family_support.base.idempotency import once
from family_support.base.rows import one
from family_support.documents.actions import attach
from family_support.documents.models import Attachment, AttachmentQuerySet
from family_support.documents.sniffing import accept
from family_support.outbox.events import emit

# Files that come to one request from outside; whoever has more brings them.
MOST_FILES = 10
SUBJECT = "cases.intake"


def add_to_request(*, intake: Intake, upload: UploadedFile | None, now: datetime) -> None:
    """A file of the person who has the slip; the same file twice is one. The lead of the case is told.

    Nothing is given back: who holds the slip learns nothing of what is kept. Errors: Invalid on `file`: none, what
    `attach` refuses, too many; Conflict for a request that was refused.
    """
    if upload is None:
        raise Invalid("file_missing", fields={"file": _("Choose a file.")})
    with acting(SYSTEM):
        found = _current(intake)
        if found.state == Intake.State.REFUSED:
            raise Conflict("request_closed", _("This request is closed. Ask for help anew."))
        _add(found, upload, by=SYSTEM, now=now, repeats=True)


def add_to_submission(
    *, submission: Submission, upload: UploadedFile, key: UUID | str, by: Actor, now: datetime
) -> str:
    """A file of the program that sent the intake; the SHA-256 of what it sent, the same at every repeat of `key`.

    Errors: Missing for a submission of another program, Invalid on `file` as `add_to_request`, Conflict `in_flight`,
    KeyReused for another file under the same key.
    """
    digest = sha256_of(upload)
    body = {"submission": submission.pk, "name": upload.name, "sha256": digest}
    with acting(by), once(key, by, "cases.add_to_submission", body, wait=False) as ticket:
        if not ticket.repeated:
            own = one(Submission.objects.visible_to(by).select_related("intake"), pk=submission.pk)
            ticket.done(_add(_current(own.intake), upload, by=by, now=now))
    return digest


def sha256_of(upload: UploadedFile) -> str:
    """Of the bytes as they were sent."""
    upload.seek(0)
    return hashlib.sha256(upload.read()).hexdigest()


def _current(intake: Intake) -> Intake:
    """The intake where it is worked on now, locked: a Center that took it over has it under a number of its own."""
    key = intake.pk
    while True:
        taken = IntakeTransfer.objects.filter(intake=key, state=IntakeTransfer.State.ACCEPTED).first()
        if taken is None or taken.new_intake_id is None:
            break
        key = taken.new_intake_id
    return Intake.objects.select_for_update(of=("self",)).select_related("case").get(pk=key)


def _add(
    intake: Intake, upload: UploadedFile, *, by: Actor, now: datetime, repeats: bool = False
) -> Attachment:
    kept = Attachment.objects.of_subject(SUBJECT, intake.pk)
    same = _kept_already(kept, upload, by) if repeats else None
    if same is not None:
        # The form was sent twice: one file, and nobody is told twice.
        return same
    if kept.filter(kind=Attachment.Kind.OTHER).count() >= MOST_FILES:
        raise Invalid(
            "files_full", fields={"file": _("No more files can be added here: bring them to the Center.")}
        )
    added = attach(
        case_id=intake.case_id,
        subject=(SUBJECT, intake.pk),
        kind=Attachment.Kind.OTHER,
        upload=upload,
        by=by,
        now=now,
        field="file",
    )
    if intake.case is not None:
        record(intake.case, "intake.file_added", by=by, now=now, subject=(SUBJECT, intake.pk))
    emit("intake.file_added", case_id=intake.case_id, intake=intake.pk, center=intake.center_id)
    return added


def _kept_already(kept: AttachmentQuerySet, upload: UploadedFile, by: Actor) -> Attachment | None:
    """The file as it was kept before, or None; one that is too large or not taken `attach` refuses."""
    if (upload.size or 0) > settings.ATTACHMENT_MAX_SIZE:
        return None
    upload.seek(0)
    accepted = accept(upload.read(), upload.name or "")
    digest = hashlib.sha256(accepted.content).hexdigest()
    return kept.filter(sha256=digest, added_by_id=by.membership_id).first()
