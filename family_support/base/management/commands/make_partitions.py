"""Month partitions of every registered table, made ahead. Run as the owner, at least monthly; idempotent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from family_support.base import clock
from family_support.base.partitions import make_ahead


class Command(BaseCommand):
    """Also moves into their month the rows that the DEFAULT partition caught."""

    help = "Make this month's partitions and those of the months ahead (as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--months`` ahead, 3 unless told."""
        parser.add_argument("--months", type=int, default=3, help="how many months ahead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was made."""
        for made in make_ahead(clock.now().date(), options["months"]):
            self.stdout.write(f"partition {made}")
