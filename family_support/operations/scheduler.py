"""Celery's beat as we need it: it leaves a sign of life of its own, and a clock set back does not silence it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from family_support.base import clock
from family_support.deadlines import signs

logger = logging.getLogger(__name__)
# Seconds between two signs of life, and the longest sleep between two looks at the schedule.
SIGN_EVERY = max(1, settings.SILENT_SECONDS // 8)


class SigningScheduler(PersistentScheduler):
    """Marks in the database that it schedules: not that the process exists, but that it comes round."""

    max_interval = SIGN_EVERY
    _signed = float("-inf")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Beat's own default of five minutes would make it look dead between two signs.
        kwargs["max_interval"] = min(kwargs.get("max_interval") or SIGN_EVERY, SIGN_EVERY)
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """One round; says how long to sleep."""
        self._forget_the_future()
        pause = super().tick(*args, **kwargs)
        self._sign()
        return pause

    def _forget_the_future(self) -> None:
        """A clock set back by days would hold every entry back until that time comes again: they begin anew."""
        moment = self.app.now()
        ahead = [
            entry
            for entry in self.schedule.values()
            if entry.last_run_at > moment + timedelta(seconds=SIGN_EVERY)
        ]
        for entry in ahead:
            entry.last_run_at = moment - timedelta(days=1)
        if ahead:
            logger.warning("beat: the clock was set back, %s entries begin anew", len(ahead))
            self._heap = None

    def _sign(self) -> None:
        if time.monotonic() - self._signed < SIGN_EVERY:
            return
        try:
            signs.leave(signs.BEAT, clock.now())
            self._signed = time.monotonic()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("beat: no sign of life left: %s", type(error).__name__)
            connection.close()
