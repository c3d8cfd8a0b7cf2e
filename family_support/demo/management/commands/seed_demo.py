"""`manage.py seed_demo`: invented data of five quarters, once."""

from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from family_support.base import clock
from family_support.demo.seed import FAMILIES, PROCESSES, seed_demo


class Command(BaseCommand):
    help = "Fill a demo installation with invented people, cases and quarters. Does nothing where they are already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today", help="the day the data ends on, YYYY-MM-DD (the present day by default)"
        )
        parser.add_argument(
            "--families", type=int, default=FAMILIES, help="how many families, over the Centers"
        )
        parser.add_argument(
            "--half", action="store_true", help="at two of the four Centers only: a look in half the time"
        )

    def handle(self, *args: Any, today: str | None, families: int, half: bool, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("Invented data belongs in demo mode only: set DEMO_MODE=1.")
        now = clock.now()
        if today:
            local = datetime.combine(datetime.fromisoformat(today), time(14), ZoneInfo(settings.TIME_ZONE))
            now = local.astimezone(now.tzinfo)
        done = seed_demo(now, families, halves=1 if half else PROCESSES)
        if done.families:
            self.stdout.write(f"Demo data: {done.families} families at {done.centers} Centers.")
        else:
            self.stdout.write("Demo data is there already.")
