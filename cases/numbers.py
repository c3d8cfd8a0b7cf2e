"""Numbers of cases and intakes: per Center and year, without gaps, given under a row lock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from cases.models import NumberCounter
from family_support.directory.models import Center

ALMATY = ZoneInfo("Asia/Almaty")
# One statement: who comes second waits for the first one's row, and takes the number after it.
_NEXT = """
INSERT INTO cases_numbercounter (center_id, year, kind, last) VALUES (%s, %s, %s, 1)
ON CONFLICT ON CONSTRAINT counter_once DO UPDATE SET last = cases_numbercounter.last + 1
RETURNING last
"""
MARK = {NumberCounter.Kind.CASE: "", NumberCounter.Kind.INTAKE: "О-"}


def next_number(*, center: Center, kind: NumberCounter.Kind, now: datetime) -> str:
    """`ЦПС-<Center code>-2026-00417`; an intake's has `О-` before its count. Call inside the action's transaction."""
    year = now.astimezone(ALMATY).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [center.pk, year, kind])
        (last,) = cursor.fetchone()
    return f"ЦПС-{center.code}-{year}-{MARK[kind]}{last:05d}"
