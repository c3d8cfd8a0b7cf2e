"""Print whom one can sign in as; `./run` shows it under its ready line."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from family_support.accounts import demo
from family_support.base import clock


class Command(BaseCommand):
    help = "Print the demo accounts by role (demo mode only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """A table of one account a role. Raises CommandError outside demo mode."""
        if not settings.DEMO_MODE:
            raise CommandError("Demo accounts exist in demo mode only: set DEMO_MODE=1.")
        with translation.override(settings.LANGUAGE_CODE):
            head = (_("Role"), pgettext("person", "Name"), _("Organization"), _("E-mail"), _("Password"))
            rows = [
                (account.role_name, account.name, account.organization, account.email, demo.PASSWORD)
                for account in demo.one_of_each_role(clock.today())
            ]
            programs = (_("External system"), _("Channel"), _("Client ID"), _("Secret"))
            machines = [
                (name, str(door.label), client_id, demo.MACHINE_SECRET)
                for client_id, name, door in demo.MACHINES
            ]
        self._table(head, rows)
        self.stdout.write("")
        self._table(programs, machines)

    def _table(self, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """Columns under their heads."""
        widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
        for row in [head, tuple("-" * width for width in widths), *rows]:
            self.stdout.write(
                "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            )
