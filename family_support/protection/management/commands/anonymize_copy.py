"""Make a copy of the database fit for tests and training: no value of a real person is left in it."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.key_fingerprints import check_keys
from family_support.base.management.commands.rotate_keys import Command as Rotate
from family_support.base.models import KeyFingerprint
from family_support.protection.copying import anonymize, replace_files

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Command(BaseCommand):
    """Only as the owner, only where nobody is served from, only with the database named by hand."""

    help = "Replace every personal value of a COPY of the database (as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--yes-this-is-a-copy`` names the database."""
        parser.add_argument(
            "--yes-this-is-a-copy",
            metavar="DBNAME",
            default="",
            help="the name of the database, typed by hand",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError wherever the copy could be the original."""
        refuse(options["yes_this_is_a_copy"])
        with acting(SYSTEM, "anonymize_copy"):
            counted = anonymize()
            files = replace_files()
        Rotate().handle(batch=500)
        KeyFingerprint.objects.all().delete()
        with transaction.atomic():
            check_keys()
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                # Old values are still in dead rows until the tables are written anew.
                cursor.execute("VACUUM FULL")
        for table, rows in sorted(counted.items()):
            self.stdout.write(f"{table}: {rows} rows")
        self.stdout.write(f"{files} files replaced")


def refuse(named: str) -> None:
    """Raise CommandError unless this is the owner, on a copy, on a machine that serves nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user = %s", [settings.RUNTIME_ROLE])
        database, runtime = cursor.fetchone()
    if runtime:
        raise CommandError("anonymize_copy needs the owner: set AS_OWNER=1.")
    if named != database:
        raise CommandError("Name the copy: --yes-this-is-a-copy with the name of this database.")
    if urlsplit(settings.BASE_URL).hostname not in LOOPBACK:
        raise CommandError("BASE_URL is a public address: people are served from here.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [database]
        )
        if cursor.fetchone()[0]:
            raise CommandError("Somebody is connected to this database: a copy has no users.")
