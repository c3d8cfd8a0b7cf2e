"""`python -m tests.faults.sweep_speed`: how fast the sweep is, beside the least that PostgreSQL itself needs.

In one run, so that the machine's mood is the same for both: the floor is one statement that claims the same rows,
writes the same levels, and one event with its deliveries for each. Prints rows a second, their ratio, and what an idle
tick costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

import psycopg2

from tests.databases import Databases, address

ROWS, PASSES, IDLE = 5000, 3, 50
_FLOOR = """
WITH claimed AS MATERIALIZED (
    SELECT id, next_at, code, case_id FROM deadlines_deadline WHERE state = 'open' AND next_at < %(now)s
    ORDER BY next_at FOR UPDATE SKIP LOCKED
), advanced AS (
    UPDATE deadlines_deadline d SET next_at = NULL, schedule = '[]'::jsonb FROM claimed c WHERE d.id = c.id
), written AS (
    INSERT INTO deadlines_deadlinelevel (deadline_id, level, due_at, reached_at, told)
    SELECT id, 'due_today', next_at, %(now)s, true FROM claimed ON CONFLICT DO NOTHING RETURNING deadline_id, level
), events AS (
    INSERT INTO outbox_event (type, case_id, payload, created_at)
    SELECT 'deadline.level_reached', c.case_id,
           jsonb_build_object('deadline_id', w.deadline_id, 'level', w.level, 'term', c.code), %(now)s
    FROM written w JOIN claimed c ON c.id = w.deadline_id RETURNING id
)
INSERT INTO outbox_delivery (event_id, handler, state, attempts, next_attempt_at, last_error)
SELECT id, handler, 'pending', 0, %(now)s, '' FROM events CROSS JOIN unnest(%(handlers)s::text[]) AS handler
"""


def main() -> None:
    """A database of its own each time, so that no pass finds what another left."""
    parser = argparse.ArgumentParser(description="The sweep beside its floor.")
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    url, owner = os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]
    databases = Databases(url, owner)
    with databases.clone() as name:
        os.environ |= {
            "DATABASE_URL": address(url, name),
            "DATABASE_OWNER_URL": address(owner, name),
            "DJANGO_SETTINGS_MODULE": "family_support.settings",
        }
        import django

        django.setup()
        _measure(rows, address(owner, name))
        from django.db import connection

        connection.close()
    databases.close()


def _measure(rows: int, owner: str) -> None:
    from django.db import connection, transaction

    from family_support.accounts.roles import Role
    from family_support.audit.context import acting
    from family_support.base.actor import SYSTEM
    from family_support.base.clock import now
    from family_support.deadlines.sweep import LEVEL_REACHED, sweep
    from family_support.outbox.delivery import deliver_due
    from family_support.outbox.events import handlers_of
    from tests.deadlines.test_sweep import open_many
    from tests.places import at, make_center, make_membership

    center = make_center()
    make_membership(Role.DIRECTOR, center)
    moment = at("2026-05-13 09:01")
    handlers = sorted(handlers_of(LEVEL_REACHED))

    def floor() -> None:
        with acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute(_FLOOR, {"now": moment, "handlers": handlers})

    def one_pass(work: Callable[[], object]) -> float:
        with transaction.atomic():
            began = time.perf_counter()
            work()
            took = time.perf_counter() - began
            transaction.set_rollback(True)
        return took

    open_many(center, rows)
    # As autovacuum does in a database that lives: the rows were not written a second ago.
    keeper = psycopg2.connect(owner)
    keeper.autocommit = True
    with keeper.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE deadlines_deadline")
    keeper.close()
    times: dict[str, list[float]] = {"floor": [], "sweep": []}
    for _pass in range(PASSES):
        times["floor"].append(one_pass(floor))
        times["sweep"].append(one_pass(lambda: sweep(moment)))
    least, ours = (statistics.median(times[name]) for name in ("floor", "sweep"))
    print(f"floor   {rows / least:>9.0f} rows/s   {least * 1000:.0f} ms for {rows} rows, one statement")
    print(f"sweep   {rows / ours:>9.0f} rows/s   {ours * 1000:.0f} ms, levels, events and deliveries")
    print(f"ratio   {least / ours:>9.2f}   (target 0.50)")

    idle = []
    for _tick in range(IDLE):
        began = time.perf_counter()
        sweep(at("2020-01-01 00:00"))
        idle.append((time.perf_counter() - began) * 1000)
    print(f"idle    {statistics.median(idle):>9.2f} ms a tick   (target 5)")

    began = time.perf_counter()
    told = sweep(moment).told
    swept = time.perf_counter() - began
    deliver_due(now, limit=4 * rows)
    whole = time.perf_counter() - began
    print(
        f"whole   {told} levels swept in {swept:.1f} s; told to people too after {whole:.1f} s, by one process"
    )


if __name__ == "__main__":
    main()
