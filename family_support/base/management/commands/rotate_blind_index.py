"""Make every blind index anew with BLIND_INDEX_KEY, from those made with BLIND_INDEX_KEY_OLD."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from family_support.base import clock, crypto, reindexing, rotation
from family_support.base.key_fingerprints import WrongKeysError


class Command(BaseCommand):
    """As the owner, with every process that serves stopped; batches, each in its own transaction: may be stopped and
    started again. Until it has finished no process starts."""

    help = "Make every blind index anew with BLIND_INDEX_KEY (as the owner, nobody served meanwhile)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--batch`` rows a transaction."""
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError for the serving role, a served database, wrong keys or a row of neither key."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s", [settings.RUNTIME_ROLE])
            if cursor.fetchone()[0]:
                raise CommandError("rotate_blind_index needs the owner: set AS_OWNER=1.")
        if reindexing.others_connected():
            raise CommandError("Somebody is connected to this database: stop every process that serves.")
        try:
            keys = reindexing.begin()
            if keys is None:
                self.stdout.write("The blind indexes were made with this key already.")
                return
            for index in rotation.indexes():
                self.stdout.write(f"{index.name}: {reindexing.reindex(index, *keys, options['batch'])} rows")
            for name, count in reindexing.finish(clock.now()):
                self.stdout.write(f"{name}: {count} ended")
        except (
            WrongKeysError,
            reindexing.ForeignIndexError,
            crypto.DecryptionError,
            crypto.KeyProblemError,
        ) as error:
            raise CommandError(str(error)) from error
