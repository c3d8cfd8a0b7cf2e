"""Seal the history so far. Run as the owner (AS_OWNER=1), hourly or daily; idempotent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from family_support.audit.sealing import StillWritingError, seal_pending


class Command(BaseCommand):
    """Prints each new head: note it down outside the database."""

    help = "Hash the changes recorded since the last time into the chain of their month (as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--wait`` seconds for open transactions."""
        parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for open transactions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing is sealed while an older transaction stays open: the next run does."""
        try:
            sealed = seal_pending(options["wait"])
        except StillWritingError:
            self.stderr.write(
                "A transaction is open for longer than the wait: nothing sealed, run again later."
            )
            return
        for batch in sealed:
            self.stdout.write(
                f"{batch.month:%Y-%m} ids {batch.from_id + 1}–{batch.to_id}: {batch.rows} rows, {batch.head}"
            )
        if not sealed:
            self.stdout.write("Nothing new to seal.")
