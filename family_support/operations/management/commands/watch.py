"""The process that notices silence: neither Celery nor the broker is needed for it."""

import signal
import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from family_support.base import clock
from family_support.deadlines import signs
from family_support.operations.parts import all_signs
from family_support.operations.watch import Watch

FRESH = timedelta(minutes=2)


class Command(BaseCommand):
    """Runs until TERM or INT; with ``--check`` says by its exit code whether watch or beat is at work."""

    help = "Watch beat, worker, broker and sweep; do their work while they are silent."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` is the health check of a container."""
        parser.add_argument("--check", choices=("watch", "beat"), help="only say whether it is at work")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 of ``--check``: no fresh sign of life."""
        if options["check"]:
            if signs.is_silent(all_signs().get(options["check"]), clock.now(), FRESH):
                self.stderr.write(f"no sign of life of {options['check']}")
                sys.exit(1)
            return
        watch = Watch(clock.now)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: watch.stopped.set())
        watch.run()
