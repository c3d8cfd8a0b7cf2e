"""Downloads: attachments and finished files, each checked against its scope and noted in the read log."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
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
from family_support.base.rows import one
from family_support.documents.models import Attachment, Rendering
from family_support.documents.registry import renderer
from family_support.documents.serving import download

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


@require_safe
@allowed(*ATTACHMENT_READERS)
def attachment_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One attachment, under the name it was given, which is nowhere but in the answer's header."""
    actor = request.actor
    attachment = one(Attachment.objects.visible_to(actor), pk=pk)
    if attachment.case_id is not None:
        log_read(actor, attachment.case_id, f"attachment {attachment.pk}")
    return download(
        request, attachment.file.name, attachment.content_type, attachment.name, attachment.sha256
    )


@require_safe
@allowed(*RENDERING_READERS)
def rendering_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a file in the making stands: a piece of page for htmx, else a page whose link asks again."""
    rendering = one(Rendering.objects.visible_to(request.actor), pk=pk)
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "documents/rendering.html" if fragment else "documents/rendering_page.html"
    response = render(request, template, {"rendering": rendering})
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
@allowed(*RENDERING_READERS)
def rendering_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A finished file; while a newer one is in the making, the one before."""
    actor = request.actor
    rendering = one(Rendering.objects.visible_to(actor).exclude(file=""), pk=pk)
    made_by = renderer(rendering.subject_type, rendering.format)
    case_id = made_by.case_of(rendering.subject_id)
    if case_id is not None:
        log_read(actor, case_id, f"rendering {rendering.pk}")
    name = f"{made_by.file_name(rendering.subject_id)}-{rendering.language}.{rendering.format}"
    return download(request, rendering.file.name, CONTENT_TYPES[rendering.format], name, rendering.sha256)
