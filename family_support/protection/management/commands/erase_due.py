"""Carry out the confirmed lists for erasure. Run nightly as the owner (AS_OWNER=1); may be stopped and run again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from family_support.base import clock
from family_support.protection.erasing import erase_confirmed


class Command(BaseCommand):
    """Prints one line a case, by key."""

    help = "Erase the personal data of cases on confirmed lists (as the owner)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when run as the runtime role, which may not touch the history."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s", [settings.RUNTIME_ROLE])
            if cursor.fetchone()[0]:
                raise CommandError("erase_due needs the owner: set AS_OWNER=1.")
        erased = erase_confirmed(clock.now())
        if not erased:
            self.stdout.write("Nothing to erase.")
        for item in erased:
            item.refresh_from_db()
            self.stdout.write(f"case {item.case_id}: {item.rows} records, {item.files} files erased")
