"""Adding files to a case. Attachments are never changed or removed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.documents.files import sha256_of, write_with_row
from family_support.documents.models import Attachment, storage_name
from family_support.documents.quotas import check_room
from family_support.documents.sniffing import accept, refused
from family_support.documents.virus import check_clean


def attach(
    *,
    case_id: int | None,
    subject: tuple[str, int],
    kind: Attachment.Kind | str,
    upload: UploadedFile,
    by: Actor,
    now: datetime,
    field: str = "file",
) -> Attachment:
    """Keep an uploaded file of a subject ("app.model", id); the caller has checked that the actor may add to it.

    Pictures are drawn again without metadata; the original name is kept encrypted; the file is on disk before the
    row is committed and goes with it when the transaction does not stay. Errors: Invalid with `fields[field]`: larger
    than ATTACHMENT_MAX_SIZE bytes, not of the allow-list by content, name and content that disagree, damaged; the
    case or the day is full; infected, or not to be checked while the scanner does not answer.
    """
    if (upload.size or 0) > settings.ATTACHMENT_MAX_SIZE:
        raise refused(
            "file_too_large",
            format_lazy(
                _("The file is larger than {size}."), size=filesizeformat(settings.ATTACHMENT_MAX_SIZE)
            ),
            field,
        )
    upload.seek(0)
    sent = upload.read()
    accepted = accept(sent, upload.name or "", field=field)
    check_room(case_id=case_id, subject=subject, size=len(accepted.content), by=by, now=now, field=field)
    # As it was sent: a picture drawn again no longer holds what a scanner looks for.
    check_clean(sent, field=field)
    stored = storage_name(None, "")
    with acting(by):
        write_with_row(stored, accepted.content)
        return Attachment.objects.create(
            case_id=case_id,
            subject_type=subject[0],
            subject_id=subject[1],
            kind=Attachment.Kind(kind),
            file=stored,
            name=accepted.name,
            content_type=accepted.content_type,
            size=len(accepted.content),
            sha256=sha256_of(accepted.content),
            added_by_id=by.membership_id,
            added_at=now,
        )
