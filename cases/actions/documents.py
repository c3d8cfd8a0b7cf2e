"""Files of a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from cases.actions.locking import locked_case
from cases.consent import check_processing
from cases.models import Case
from cases.permissions import check_can_work
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.idempotency import run_once
from family_support.documents.actions import attach
from family_support.documents.models import Attachment


def add_document(
    *, case: Case, kind: str, upload: UploadedFile, by: Actor, now: datetime, key: UUID | str | None = None
) -> Attachment:
    """Keep a file with the case. Errors: Missing outside the team, Conflict in a closed case, Invalid for the file."""

    def write() -> Attachment:
        locked = locked_case(case, by)
        check_can_work(by, locked)
        check_processing(locked, on=local_date(now))
        subject = ("cases.case", locked.pk)
        added = attach(case_id=locked.pk, subject=subject, kind=kind, upload=upload, by=by, now=now)
        record(locked, "document.added", by=by, now=now, subject=("documents.attachment", added.pk))
        return added

    with acting(by):
        if key is None:
            return write()
        return run_once(key, by, "cases.add_document", {"case": case.pk, "kind": kind, "file": upload}, write)
