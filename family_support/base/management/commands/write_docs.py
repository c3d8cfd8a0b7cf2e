"""Write the pages of docs/ that come from code: states, terms, who may see what."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from family_support.base.docs import written


class Command(BaseCommand):
    help = "Write the generated pages of docs/; --check only tells whether they are up to date."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true", help="fail when a page differs, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare each page. Raises CommandError naming the stale pages."""
        folder = Path(settings.BASE_DIR) / "docs"
        stale = []
        for name, text in written().items():
            path = folder / name
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if not options["check"]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"docs/{name} written")
        if stale and options["check"]:
            raise CommandError(f"stale, run manage.py write_docs: {', '.join(stale)}")
