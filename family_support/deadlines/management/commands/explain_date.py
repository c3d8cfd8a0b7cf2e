"""Say when a term ends and how that date comes about: for inspectors and tests, by the product's own functions."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.deadlines.enquiry import Question, Refused, answer, as_json, as_text

REFUSED = 2


class Command(BaseCommand):
    help = (
        "Explain a due date: --term CODE or --days N, --from MOMENT with its zone. "
        "Exit code 2 and one line on stderr when that cannot be counted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        # Everything is text here: what cannot be counted is said in the language asked for.
        parser.add_argument("--term", default="", help="code of the term, see docs/terms.md")
        parser.add_argument("--days", default="", help="working days, in place of a term")
        parser.add_argument("--from", dest="moment", default="", help="2026-05-06T10:00+05:00")
        parser.add_argument("--center", default="", help="code of the Center whose calendar and hours apply")
        parser.add_argument("--due-on", default="", help="2026-05-12, for terms with a date of their own")
        parser.add_argument(
            "--immediate", action="store_true", help="a threat or violence: registered the moment it arrives"
        )
        parser.add_argument("--lang", default="", help="ru, kk or en")
        parser.add_argument("--json", dest="as_json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["lang"] or settings.LANGUAGE_CODE
        known = dict(settings.LANGUAGES)
        with translation.override(wanted if wanted in known else settings.LANGUAGE_CODE):
            try:
                if wanted not in known:
                    raise Refused(_("There is no language “%(text)s”: ru, kk or en.") % {"text": wanted})
                found = answer(
                    Question(
                        moment=str(options["moment"]),
                        term=str(options["term"]),
                        days=str(options["days"]),
                        center=str(options["center"]),
                        due_on=str(options["due_on"]),
                        immediate=options["immediate"],
                    )
                )
                told = (
                    json.dumps(as_json(found), ensure_ascii=False, indent=2)
                    if options["as_json"]
                    else as_text(found)
                )
            except Refused as refused:
                self._refuse(str(refused))
            except DatabaseError:
                self._refuse(_("The database does not answer, or is not set up yet."))
            else:
                self.stdout.write(told)

    def _refuse(self, text: str) -> None:
        self.stderr.write(text)
        sys.exit(REFUSED)
