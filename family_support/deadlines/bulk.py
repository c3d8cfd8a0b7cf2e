"""Many deadlines written by one statement, where saving them one by one would be minutes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

from family_support.deadlines.models import Deadline

# The triggers of history and of states see every row, as they see a row that is saved alone.
_WRITE = """
UPDATE deadlines_deadline d
SET due_at = n.due_at, explanation = n.explanation, calendar_version = n.calendar_version,
    schedule = n.schedule, next_at = n.next_at
FROM jsonb_to_recordset(%s::jsonb) AS n (
    id bigint, due_at timestamptz, explanation jsonb, calendar_version integer, schedule jsonb, next_at timestamptz
)
WHERE d.id = n.id
"""


def write_ends(rows: Sequence[Deadline]) -> None:
    """Store when these deadlines end and when their levels come."""
    if not rows:
        return
    written = [
        {
            "id": row.pk,
            "due_at": row.due_at.isoformat() if row.due_at else None,
            "explanation": row.explanation,
            "calendar_version": row.calendar_version,
            "schedule": row.schedule,
            "next_at": row.next_at.isoformat() if row.next_at else None,
        }
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(written)])
