"""How long a change of the calendar takes: `python -m tests.bench.recount --deadlines 10000`.

Measured, never a timed test: the seconds of the product stand beside those of its floor, the least that the database
needs to read the same columns and to move the same rows with their history. The database is
its own, dropped at the end.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from time import perf_counter, process_time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

NOW = datetime(2026, 5, 6, 6, 0, tzinfo=UTC)
CENTERS = 40
# Running terms of a Center in about the mixture of a working week.
MIXTURE = {
    "consultation": 2,
    "assessment": 3,
    "plan_preparation": 3,
    "handoff": 2,
    "report_review": 3,
    "task_report": 10,
    "plan_end": 4,
    "stay_limit": 1,
    "minor_notice_guardianship": 1,
    "consent_withdrawal": 1,
}
FLOOR_READ = """
SELECT term_id, center_id, started_at, due_at, explanation ->> 'set_date' FROM deadlines_deadline WHERE state = 'open'
"""
FLOOR_KEEP = """
INSERT INTO deadlines_deadlinechange (deadline_id, at, reason, note, code_before, due_before, due_after,
    calendar_version, explanation_before)
SELECT id, now(), 'calendar', '', code, due_at, due_at, calendar_version, explanation FROM deadlines_deadline
ORDER BY id LIMIT %s
"""
FLOOR_MOVE = """
UPDATE deadlines_deadline SET due_at = due_at + interval '1 day', explanation = explanation || '{"closes": "18:31"}',
    schedule = schedule || '[]', next_at = next_at + interval '1 day'
WHERE id IN (SELECT id FROM deadlines_deadline ORDER BY id LIMIT %s)
"""


class Undo(Exception):
    """Leaves the floor's transaction without its rows."""


def timed(label: str, work: Callable[[], Any]) -> tuple[float, Any]:
    began, cpu = perf_counter(), process_time()
    found = work()
    wall, own = perf_counter() - began, process_time() - cpu
    print(f"{label:<52}{wall:8.2f} s   of it this process {own:6.2f} s", flush=True)
    return wall, found


@contextmanager
def scratch() -> Iterator[None]:
    """A database of its own on the servers of DATABASE_URL."""
    from django.db import connection

    from tests.databases import Databases

    databases = Databases(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"])
    try:
        with databases.clone() as name:
            connection.close()
            connection.settings_dict["NAME"] = name
            yield
            connection.close()
    finally:
        databases.close()


def fill(count: int) -> None:
    """So many running deadlines, counted by the product's own functions."""
    from family_support.audit.context import acting
    from family_support.base.actor import SYSTEM
    from family_support.deadlines.actions import _as_stored
    from family_support.deadlines.models import Deadline, Term
    from family_support.deadlines.schedule import due, levels
    from family_support.directory.models import Center, District
    from family_support.workdays.queries import Calendars, load_edition

    chance = random.Random(20260506)  # noqa: S311 - the same rows each time
    districts = list(District.objects.select_related("region"))
    terms = [Term.objects.get(code=code) for code in MIXTURE]
    with acting(SYSTEM, reason="bench"):
        places = [
            Center.objects.create(
                code=f"B{n:03}", district=chance.choice(districts), name_kk="О", name_ru="Ц", name_en="C"
            )
            for n in range(CENTERS)
        ]
        calendars = Calendars(load_edition())
        rows = []
        for number in range(count):
            center = chance.choice(places)
            (term,) = chance.choices(terms, list(MIXTURE.values()))
            started = NOW - timedelta(minutes=chance.randrange(8 * 24 * 60))
            set_date = (
                date(2026, 5, 7) + timedelta(days=chance.randrange(90)) if term.unit == "date" else None
            )
            calendar = calendars.of(center)
            ends = due(term, started, set_date, calendar)
            rows.append(
                Deadline(
                    term=term,
                    code=term.code,
                    center=center,
                    subject_type="bench.row",
                    subject_id=number,
                    started_at=started,
                    due_at=ends.due_at,
                    calendar_version=calendar.version,
                    explanation=ends.explanation,
                    **_as_stored(levels(term, started, ends.due_at, calendar)),
                )
            )
        Deadline.objects.bulk_create(rows, batch_size=2000)


def editor() -> Any:
    """The ministry's editor."""
    from family_support.accounts.roles import Role
    from tests.places import make_actor

    return make_actor(Role.MINISTRY_EDITOR)


def measure(count: int) -> None:
    from django.db import connection, transaction

    from family_support.deadlines.calendar_actions import preview_calendar, publish_calendar
    from family_support.deadlines.models import DeadlineChange
    from family_support.deadlines.recount import run_batch
    from family_support.workdays.calendar import Names
    from family_support.workdays.edition import Line, What
    from family_support.workdays.queries import current_version

    timed(f"{count} running deadlines made", lambda: fill(count))
    by = editor()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE deadlines_deadline")

    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR_READ)
            return len(cursor.fetchall())

    def move(number: int) -> None:
        from family_support.audit.context import acting
        from family_support.base.actor import SYSTEM

        try:
            with acting(SYSTEM), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(FLOOR_KEEP, [number])
                cursor.execute(FLOOR_MOVE, [number])
                raise Undo
        except Undo:
            return

    order: dict[str, Any] = {
        "lines": [Line(What.HOLIDAY, date(2026, 5, 12), names=Names("Мереке", "Праздник", "Holiday"))],
        "order_number": "512",
        "order_date": date(2026, 5, 5),
        "region": None,
        "center": None,
        "by": by,
        "now": NOW,
    }
    floor, _rows = timed("floor of the preview: the same columns read", read)
    times = []
    for _run in range(3):
        wall, found = timed("preview", lambda: preview_calendar(**order))
        times.append(wall)
    print(
        f"  looked at {found.looked_at}, moved {found.moved}: later {found.later}, same day {found.same_day};"
    )
    print(f"  level changed {found.becomes_overdue + found.no_longer_overdue + found.other_level};", end=" ")
    print(f"median {sorted(times)[1]:.2f} s, {sorted(times)[1] / floor:.1f} times the floor")
    floor, _none = timed("floor of applying: as many moved by one statement", lambda: move(found.moved))
    recount = publish_calendar(seen=current_version(), **order)

    def apply() -> int:
        batches = 0
        while run_batch(NOW):
            batches += 1
        return batches

    wall, batches = timed("applied in the background's batches", apply)
    recount.refresh_from_db()
    print(
        f"  {batches} batches, looked at {recount.looked_at} of {recount.total}, moved {recount.moved};",
        end=" ",
    )
    print(f"{DeadlineChange.objects.count()} changes kept; {wall / floor:.1f} times the floor")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.recount", description=__doc__)
    parser.add_argument("--deadlines", type=int, default=10_000)
    options = parser.parse_args()
    django.setup()
    with scratch():
        measure(options.deadlines)


if __name__ == "__main__":
    main()
