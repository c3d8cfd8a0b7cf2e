"""The watch: looks at beat, worker, broker and sweep, and does the minute's work while they do not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from family_support.deadlines import signs
from family_support.operations import broker
from family_support.operations.incidents import look
from family_support.operations.models import Part
from family_support.operations.stand_in import stand_in

logger = logging.getLogger(__name__)
# Whose silence leaves work undone.
WORKING = frozenset({Part.BEAT, Part.WORKER, Part.BROKER, Part.SWEEP})


class Watch:
    """Its own clock for its own pauses is the monotonic one: a clock that jumps neither hurries nor stops it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.stopped = threading.Event()
        self._stood_in = self._asked = float("-inf")
        self._database = True

    def run(self) -> None:
        """Look every WATCH_SECONDS until told to stop."""
        logger.info("watch: looking every %s s", settings.WATCH_SECONDS)
        while not self.stopped.is_set():
            began = time.monotonic()
            self.once()
            self.stopped.wait(max(0.1, settings.WATCH_SECONDS - (time.monotonic() - began)))

    def once(self) -> list[Part]:
        """One look, and the work of whoever is silent; the parts that are wrong."""
        try:
            wrong = self._look()
        except (OperationalError, InterfaceError, DatabaseError) as error:
            self._database_away(error)
            return []
        if not self._database:
            self._database = True
            logger.warning("watch: the database answers again")
        return wrong

    def _look(self) -> list[Part]:
        if broker.answers():
            signs.leave(signs.BROKER, self.clock())
            self._ask()
        wrong = look(self.clock())
        if WORKING & set(wrong) and time.monotonic() - self._stood_in >= settings.SWEEP_SECONDS:
            self._stood_in = time.monotonic()
            stand_in(self.clock())
        return wrong

    def _ask(self) -> None:
        """A worker that has nothing to do is asked for a sign, well before its silence would be noticed."""
        if time.monotonic() - self._asked >= settings.SILENT_SECONDS / 6:
            self._asked = time.monotonic()
            broker.ask_worker()

    def _database_away(self, error: Exception) -> None:
        connection.close()
        if self._database:
            self._database = False
            logger.error("watch: the database does not answer: %s", type(error).__name__)
