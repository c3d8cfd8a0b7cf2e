"""Downloads: attachments and finished files, each checked against its scope and noted in the read log."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import (
    AGENCY_ROLES,
    METHODOLOGY,
    MINISTRY_ROLES,
    UNIT_HEADS,
    WORKERS,
    Role,
)
from family_support.base.errors import Missing
from family_support.documents.models import Attachment, Rendering
from family_support.documents.registry import renderer

ATTACHMENT_READERS = (
    WORKERS
    | METHODOLOGY
    | {
        Role.DIRECTOR,
        Role.HEAD_ACCOMPANIMENT,
        Role.AGENCY_OFFICER,
        Role.GROUP_MEMBER,
        Role.COORDINATOR,
        Role.MINISTRY_ANALYST,
    }
    # Scans of what waits for registration.
    | {Role.INTAKE_CLERK}
)
RENDERING_READERS = (
    WORKERS | UNIT_HEADS | METHODOLOGY | AGENCY_ROLES | MINISTRY_ROLES | {Role.DIRECTOR, Role.INTAKE_CLERK}
)
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _file(stored: str, content_type: str, name: str) -> FileResponse:
    """The stored bytes as a download; the browser neither guesses a type nor keeps a copy."""
    try:
        file = default_storage.open(stored, "rb")
    except FileNotFoundError as error:
        raise Missing from error
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
@allowed(*ATTACHMENT_READERS)
def attachment_download(request: HttpRequest, pk: int) -> FileResponse:
    """One attachment, under the name it was given, which is nowhere but in the answer's header."""
    actor = request.actor
    attachment = Attachment.objects.visible_to(actor).filter(pk=pk).first()
    if attachment is None:
        raise Missing
    if attachment.case_id is not None:
        log_read(actor, attachment.case_id, f"attachment {attachment.pk}")
    return _file(attachment.file.name, attachment.content_type, attachment.name)


@require_safe
@allowed(*RENDERING_READERS)
def rendering_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a file in the making stands: a piece of page for htmx, else a page whose link asks again."""
    rendering = Rendering.objects.visible_to(request.actor).filter(pk=pk).first()
    if rendering is None:
        raise Missing
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "documents/rendering.html" if fragment else "documents/rendering_page.html"
    response = render(request, template, {"rendering": rendering})
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
@allowed(*RENDERING_READERS)
def rendering_download(request: HttpRequest, pk: int) -> FileResponse:
    """A finished file; while a newer one is in the making, the one before."""
    actor = request.actor
    rendering = Rendering.objects.visible_to(actor).filter(pk=pk).exclude(file="").first()
    if rendering is None:
        raise Missing
    made_by = renderer(rendering.subject_type, rendering.format)
    case_id = made_by.case_of(rendering.subject_id)
    if case_id is not None:
        log_read(actor, case_id, f"rendering {rendering.pk}")
    name = f"{made_by.file_name(rendering.subject_id)}-{rendering.language}.{rendering.format}"
    return _file(rendering.file.name, CONTENT_TYPES[rendering.format], name)
