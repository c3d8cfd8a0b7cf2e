"""Doing the minute's work in place of a silent beat or worker: all of it is safe when somebody does it twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError

from family_support.base import clock
from family_support.deadlines.sweep import sweep
from family_support.notifications.digest import gather_digests
from family_support.notifications.mail import send_waiting
from family_support.outbox.delivery import deliver_due

logger = logging.getLogger(__name__)
# So much at a time that the watch comes round to look again well within its own time of silence.
DELIVERIES = 500
MAILS = 5


def stand_in(now: datetime) -> list[str]:
    """Sweep the deadlines, deliver the events, send mail, say alarms again; the names of what failed.

    What fails is logged and does not keep the rest from being done. Errors: OperationalError and InterfaceError, when
    the database is away.
    """
    failed = []
    for name, work in _works(now):
        try:
            work()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # one that fails must not keep the others from being done
            logger.error("watch: %s failed in place of a worker: %s", name, type(error).__name__)
            failed.append(name)
    return failed


def _works(now: datetime) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "deadlines.sweep", lambda: sweep(now)
    # Beside a worker nobody has imported the apps' tasks yet.
    current_app.loader.import_default_modules()
    for name in settings.STAND_IN_TASKS:
        yield name, current_app.tasks[name]
    yield "outbox.deliver", lambda: deliver_due(clock.now, limit=DELIVERIES)
    yield "notifications.gather_digests", lambda: gather_digests(now)
    yield "notifications.send_mail", lambda: send_waiting(now, limit=MAILS)
