"""Check the sealed history. Run as the owner (AS_OWNER=1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from family_support.audit.sealing import verify

SENTENCES = {
    "altered": "row {row} was altered",
    "deleted": "row {row} was deleted",
    "inserted": "row {row} was slipped in",
    "chain": "seal {seal} does not continue the chain",
    "seal": "seal {seal} itself was altered",
}


class Command(BaseCommand):
    """Exit code 1 and the first broken row of each broken month."""

    help = "Check the history against its hash chains and name the first broken row (as the owner)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when anything is broken."""
        broken = list(verify())
        if broken:
            lines = [
                f"{each.month:%Y-%m}: {SENTENCES[each.reason].format(row=each.row_id, seal=each.seal_id)}"
                for each in broken
            ]
            raise CommandError("The history is broken.\n" + "\n".join(lines))
        self.stdout.write("The sealed history is whole.")
