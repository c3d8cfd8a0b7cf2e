"""What a Celery worker tells of itself: that it carried out a task, and that it was stopped in order."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.signals import task_postrun, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from family_support.base import clock
from family_support.deadlines import signs

logger = logging.getLogger(__name__)
# Seconds between two signs of one process: a task in a tight loop does not become two.
SIGN_EVERY = settings.SILENT_SECONDS / 24
_signed = float("-inf")


@task_postrun.connect
def sign(task: Any = None, **kwargs: Any) -> None:
    """After a task that a worker carried out. Only work proves life: a process that waits for ever exists too."""
    global _signed
    node = getattr(getattr(task, "request", None), "hostname", None)
    if not node or task.request.is_eager or time.monotonic() - _signed < SIGN_EVERY:
        return
    _signed = time.monotonic()
    _quietly(lambda: signs.leave(f"{signs.WORKER}{node}", clock.now()))


@worker_shutdown.connect
def farewell(sender: Any = None, **kwargs: Any) -> None:
    """A worker that was asked to stop is not missed as a process; whether any other works is the watch's question."""
    _quietly(lambda: signs.forget(f"{signs.WORKER}{sender.hostname}"))


def _quietly(leave: Any) -> None:
    try:
        leave()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("worker: no sign of life left: %s", type(error).__name__)
        connection.close()
