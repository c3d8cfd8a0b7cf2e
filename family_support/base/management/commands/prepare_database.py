"""Everything that a database needs before the product serves from it. Run as the owner (AS_OWNER=1);
idempotent.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from family_support.base import clock
from family_support.base.database import secure_database
from family_support.base.key_fingerprints import WrongKeysError, check_keys
from family_support.base.partitions import make_ahead
from family_support.base.rights import grant_rights


class Command(BaseCommand):
    """migrate, keys, rights of the runtime role, month partitions, reference data."""

    help = "Migrate, set the runtime role's rights, make partitions and load reference data (as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--without-reference`` for tests that load their own."""
        parser.add_argument("--without-reference", action="store_true", help="leave reference data alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when run as the runtime role or with foreign keys."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s", [settings.RUNTIME_ROLE])
            if cursor.fetchone()[0]:
                raise CommandError("prepare_database needs the owner: set AS_OWNER=1.")
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        try:
            check_keys()
        except WrongKeysError as error:
            raise CommandError(str(error)) from error
        with transaction.atomic(), connection.cursor() as cursor:
            secure_database(cursor, settings.RUNTIME_ROLE)
            grant_rights(cursor, settings.RUNTIME_ROLE)
        for made in make_ahead(clock.now().date()):
            self.stdout.write(f"partition {made}")
        if not options["without_reference"]:
            call_command("load_reference", verbosity=options["verbosity"])
