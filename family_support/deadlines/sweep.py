"""The sweep: finds deadlines whose next level has come, records each level once, and says so in the same transaction.

One statement a batch does all of it, so that a kill at any moment leaves a batch wholly done or not begun. Rows that
another sweeper holds are skipped; the unique key (deadline, level) is the last word should both ever meet.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.deadlines import signs
from family_support.deadlines.again import begin_telling_again, tell_again
from family_support.deadlines.ladder import default_loudness
from family_support.outbox.events import emit_many

BATCH = 1000
LEVEL_REACHED = "deadline.level_reached"
ESCALATED = "escalated"

# `<`, not `<=`: a deadline is overdue once now is later than its end (rules.md 6.1). After an outage several levels
# have passed: each is recorded with the moment it was due, only the last one is told.
_SWEEP = """
WITH claimed AS MATERIALIZED (
    SELECT id, schedule FROM deadlines_deadline
    WHERE state = 'open' AND next_at < %(now)s
    ORDER BY next_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), steps AS MATERIALIZED (
    SELECT c.id, e.step, e.position, e.step ->> 0 AS level, (e.step ->> 1)::timestamptz AS moment
    FROM claimed c CROSS JOIN LATERAL jsonb_array_elements(c.schedule) WITH ORDINALITY AS e(step, position)
), ahead AS (
    SELECT id, jsonb_agg(step ORDER BY position) AS schedule, min(moment) AS next_at
    FROM steps WHERE moment >= %(now)s GROUP BY id
), advanced AS (
    UPDATE deadlines_deadline d SET schedule = coalesce(a.schedule, '[]'::jsonb), next_at = a.next_at
    FROM claimed c LEFT JOIN ahead a USING (id) WHERE d.id = c.id
), written AS (
    INSERT INTO deadlines_deadlinelevel (deadline_id, level, due_at, reached_at, told)
    SELECT id, level, moment, %(now)s, position = max(position) OVER (PARTITION BY id)
    FROM steps WHERE moment < %(now)s ORDER BY id, position
    ON CONFLICT DO NOTHING
    RETURNING deadline_id, level, told
)
SELECT (SELECT count(*) FROM claimed), w.deadline_id, w.level, w.told, d.code, d.case_id, d.center_id, d.agency_id,
       d.subject_type, d.subject_id, coalesce(t.escalation ->> 'kind' = 'at_once', false),
       t.escalation -> 'loudness' ->> w.level, t.escalation ->> 'every_hours'
FROM (SELECT 1) one LEFT JOIN written w ON true
LEFT JOIN deadlines_deadline d ON d.id = w.deadline_id LEFT JOIN deadlines_term t ON t.id = d.term_id
"""


class Swept(NamedTuple):
    """What one run did: rows claimed, levels recorded, levels told."""

    deadlines: int
    levels: int
    told: int


def sweep(now: datetime, batch: int = BATCH) -> Swept:
    """Record every level that has come by `now`, with an event for each deadline's highest new one; what is late and is
    told again until it is met is told again.

    Safe beside another sweeper. Ends with a sign of life for the health page.
    """
    began = time.perf_counter()
    total = Swept(0, 0, 0)
    while True:
        done = _sweep_batch(now, batch)
        total = Swept(*(a + b for a, b in zip(total, done, strict=True)))
        if done.deadlines < batch:
            break
    tell_again(now)
    signs.leave(signs.SWEEP, now, total.levels, round((time.perf_counter() - began) * 1000))
    return total


def _sweep_batch(now: datetime, batch: int) -> Swept:
    with acting(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_SWEEP, {"now": now, "batch": batch})
            rows = cursor.fetchall()
        written = [row for row in rows if row[1] is not None]
        told = [row for row in written if row[3]]
        emit_many(LEVEL_REACHED, [_event(row) for row in told])
        begin_telling_again([(row[1], row[4], row[-1]) for row in written if row[2] == ESCALATED], now)
    return Swept(rows[0][0], len(written), len(told))


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    _count, deadline, level, _told, code, case_id, center, agency, *subject, at_once, loudness, _every = row
    return {
        "case_id": case_id,
        "deadline_id": deadline,
        "level": level,
        "term": code,
        "center_id": center,
        "agency_id": agency,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "at_once": at_once,
        "loudness": loudness or default_loudness(at_once=at_once),
    }
