"""Drop the months of the record of changes whose term is over. Run as the owner (AS_OWNER=1); may be run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from family_support.audit.exporting import destination
from family_support.audit.retiring import CHANGE, RetiringRefusedError, months_before, retire_month
from family_support.audit.upkeep import note
from family_support.base import clock
from family_support.protection.retention import history_goes_before


class Command(BaseCommand):
    """Prints one line a month."""

    help = "Drop whole months of the record of changes after their term, if their export is proved (as the owner)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError at the first month that may not go: what is after it stays too."""
        limit = history_goes_before(clock.local_date(clock.now()))
        if limit is None:
            self.stdout.write("No confirmed term of keeping for the record of changes: nothing is dropped.")
            return
        months, folder = months_before(limit), destination()
        if months and folder is None:
            raise CommandError("Nothing is dropped that is not exported: set AUDIT_EXPORT_DIR.")
        for month in months:
            assert folder is not None  # noqa: S101 - refused above
            try:
                rows = retire_month(CHANGE, month, folder)
            except (RetiringRefusedError, OSError) as error:
                note("retired", good=False, count=0)
                raise CommandError(f"Not dropped: {error}") from error
            self.stdout.write(f"{month:%Y-%m}: {rows} changes dropped, their export stays")
        note("retired", good=True, count=len(months))
