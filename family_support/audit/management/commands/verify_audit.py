"""Check the sealed history. Run as the owner (AS_OWNER=1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from family_support.audit.exporting import compare, destination
from family_support.audit.sealing import Broken, verify
from family_support.audit.upkeep import note

SENTENCES = {
    "altered": "row {row} was altered",
    "deleted": "row {row} was deleted",
    "inserted": "row {row} was slipped in",
    "chain": "seal {seal} does not continue the chain",
    "seal": "seal {seal} itself was altered",
    "cut": "row {row} and what follows are gone with their seal {seal}, which was exported",
    "rewritten": "seal {seal} is another than the one exported, the first changed row is {row}",
    "file": "the exported file of seal {seal} was altered",
    "missing": "the exported file of seal {seal} is missing",
}


class Command(BaseCommand):
    """Exit code 1 and the first broken row of each broken month."""

    help = (
        "Check the history against its hash chains and its export, name the first broken row (as the owner)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when anything is broken."""
        folder, broken = destination(), list(verify())
        if folder is not None:
            try:
                broken += compare(folder)
            except OSError as error:
                note("verified", good=False, count=len(broken))
                raise CommandError(f"The export cannot be read: {error}") from error
        note("verified", good=not broken, count=len(broken))
        if broken:
            raise CommandError("The history is broken.\n" + "\n".join(map(sentence, broken)))
        self.stdout.write("The sealed history is whole.")


def sentence(each: Broken) -> str:
    """What is broken, in words for the operator."""
    return f"{each.month:%Y-%m}: {SENTENCES[each.reason].format(row=each.row_id, seal=each.seal_id)}"
