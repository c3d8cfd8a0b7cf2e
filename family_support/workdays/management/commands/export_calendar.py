"""Write the calendar's reference file from the `holidays` package, for review and commit."""

import json
from pathlib import Path
from typing import Any

import holidays
from django.core.management.base import BaseCommand

from family_support.workdays.seeding import FIRST_YEAR, LAST_YEAR, calendar_days

TARGET = Path(__file__).resolve().parents[2] / "reference" / "calendar.json"


class Command(BaseCommand):
    help = "Write family_support/workdays/reference/calendar.json from the holidays package"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(as_text(calendar_days()), encoding="utf-8")
        self.stdout.write(str(TARGET.name))


def as_text(days: list[dict[str, Any]]) -> str:
    """The file: a line a day, so that a change is read as a difference of lines."""
    head = {
        "source": f"holidays {holidays.__version__}, KZ",
        "first_year": FIRST_YEAR,
        "last_year": LAST_YEAR,
    }
    lines = ",\n".join("  " + json.dumps(day, ensure_ascii=False) for day in days)
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "days": [\n' + lines + "\n]}\n"
