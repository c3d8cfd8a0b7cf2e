"""Making files in the background: asked for in a transaction, made by a worker, asked for again if that got lost."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F

from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.documents.files import remove_after_commit, sha256_of, write_with_row
from family_support.documents.models import Rendering, storage_name
from family_support.documents.registry import renderer

logger = logging.getLogger(__name__)
RENDER_TASK = "documents.render"
# The broker's last: files wait, deadlines do not.
PRIORITY = 9
MAX_ATTEMPTS = 3
# Queued for longer than this without a result: the message was lost with the broker, or its worker died.
STALE_AFTER = timedelta(seconds=60)


def request_rendering(
    *, subject: tuple[str, int], file_format: Rendering.Format | str, language: str, by: Actor, now: datetime
) -> Rendering:
    """Queue a subject's file in one format and language; one row each, so asking again makes it anew.

    The file made before stays readable until the new one is whole. The caller has checked that the actor may ask.
    Errors: LookupError when no app renders this subject in this format.
    """
    subject_type, subject_id = subject
    renderer(subject_type, str(file_format))
    with acting(by):
        rendering, created = Rendering.objects.select_for_update().get_or_create(
            subject_type=subject_type,
            subject_id=subject_id,
            format=Rendering.Format(file_format),
            language=language,
            defaults={"queued_at": now, "requested_by_id": by.membership_id},
        )
        if not created:
            rendering.state = Rendering.State.QUEUED
            rendering.queued_at, rendering.requested_by_id = now, by.membership_id
            rendering.attempts, rendering.error = 0, ""
            rendering.save(update_fields=("state", "queued_at", "requested_by", "attempts", "error"))
        pk = rendering.pk
        transaction.on_commit(lambda: dispatch(pk), robust=True)
    return rendering


def dispatch(rendering_id: int) -> None:
    """Ask a worker now. Only a shortcut: `redispatch_stale` asks again."""
    if clock.is_told():
        return
    try:
        current_app.send_task(
            RENDER_TASK, args=(rendering_id,), priority=PRIORITY, retry=False, ignore_result=True
        )
    except Exception as error:  # whatever the broker's client raises: the row is safe
        logger.warning("broker unavailable, the sweep will render: %s", type(error).__name__)


def redispatch_stale(now: datetime, limit: int = 100) -> int:
    """Ask again for renderings queued for longer than a minute; how many. A double message does no harm."""
    stale = Rendering.objects.queued().filter(queued_at__lt=now - STALE_AFTER).order_by("queued_at")
    ids = list(stale.values_list("pk", flat=True)[:limit])
    for pk in ids:
        dispatch(pk)
    return len(ids)


def render(rendering_id: int, now: datetime) -> bool:
    """Make one queued file; whether it is ready. Nothing to do, or another worker at it: False.

    The attempt is counted before it begins, so that a rendering which kills its worker is given up too. File and row
    change together: killed at any moment, a reader finds the old file or the new one, whole, and its hash matches.
    """
    with acting(SYSTEM):
        row = _claim(rendering_id)
        if row is None:
            return False
        if row.attempts >= MAX_ATTEMPTS:
            row.state = Rendering.State.FAILED
            row.error = row.error or "worker_lost"
            row.save(update_fields=("state", "error"))
            return False
        Rendering.objects.filter(pk=rendering_id).update(attempts=F("attempts") + 1)
    with acting(SYSTEM):
        row = _claim(rendering_id)
        if row is None:
            return False
        try:
            with transaction.atomic():
                content = renderer(row.subject_type, row.format).render(row.subject_id, row.language)
        except (
            Exception
        ) as error:  # kept as a code on the row, and logged by class: messages may hold personal data
            _failed(row, error)
            return False
        _ready(row, content, now)
    return True


def _claim(rendering_id: int) -> Rendering | None:
    return (
        Rendering.objects.queued()
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=rendering_id)
        .first()
    )


def _failed(row: Rendering, error: Exception) -> None:
    logger.error("rendering %s failed: %s", row.pk, type(error).__name__)
    row.error = type(error).__name__[:100]
    if row.attempts >= MAX_ATTEMPTS:
        row.state = Rendering.State.FAILED
    row.save(update_fields=("state", "error"))


def _ready(row: Rendering, content: bytes, now: datetime) -> None:
    if row.file:
        remove_after_commit(row.file.name)
    stored = storage_name(None, "")
    write_with_row(stored, content)
    row.file, row.sha256 = stored, sha256_of(content)
    row.state, row.ready_at, row.error = Rendering.State.READY, now, ""
    row.save(update_fields=("file", "sha256", "state", "ready_at", "error"))
