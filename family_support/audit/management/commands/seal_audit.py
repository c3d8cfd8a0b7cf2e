"""Seal the history so far and export it. Run as the owner (AS_OWNER=1), hourly; idempotent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from family_support.audit.exporting import ExportRefusedError, destination, export_pending
from family_support.audit.sealing import StillWritingError, seal_pending
from family_support.audit.upkeep import note


class Command(BaseCommand):
    """Prints each new head, and each new file where AUDIT_EXPORT_DIR is set."""

    help = "Hash the changes recorded since the last time into the chain of their month and export them (as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--wait`` seconds for open transactions."""
        parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for open transactions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing is sealed while an older transaction stays open: the next run does. What is sealed is exported."""
        try:
            sealed = seal_pending(options["wait"])
        except StillWritingError:
            self.stderr.write(
                "A transaction is open for longer than the wait: nothing sealed, run again later."
            )
        else:
            note("sealed", good=True, count=len(sealed))
            for batch in sealed:
                self.stdout.write(
                    f"{batch.month:%Y-%m} ids {batch.from_id + 1}–{batch.to_id}: {batch.rows} rows, {batch.head}"
                )
            if not sealed:
                self.stdout.write("Nothing new to seal.")
        self._export()

    def _export(self) -> None:
        folder = destination()
        if folder is None:
            self.stdout.write("Not exported: AUDIT_EXPORT_DIR is not set.")
            return
        try:
            files = export_pending(folder)
        except (ExportRefusedError, OSError) as error:
            note("exported", good=False, count=0)
            raise CommandError(f"Not exported: {error}") from error
        note("exported", good=True, count=len(files))
        for each in files:
            self.stdout.write(f"exported {each.path.name}")
