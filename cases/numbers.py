"""Numbers of cases and intakes: per Center and year, without gaps, given under a row lock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cases.models import NumberCounter
from family_support.directory.models import Center

ALMATY = ZoneInfo("Asia/Almaty")
MARK = {NumberCounter.Kind.CASE: "", NumberCounter.Kind.INTAKE: "О-"}


def next_number(*, center: Center, kind: NumberCounter.Kind, now: datetime) -> str:
    """`ЦПС-<Center code>-2026-00417`; an intake's has `О-` before its count. Call inside the action's transaction."""
    year = now.astimezone(ALMATY).year
    NumberCounter.objects.bulk_create(
        [NumberCounter(center=center, year=year, kind=kind)], ignore_conflicts=True
    )
    counter = NumberCounter.objects.select_for_update().get(center=center, year=year, kind=kind)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"ЦПС-{center.code}-{year}-{MARK[kind]}{counter.last:05d}"
