"""Each hour: does some Center's last quarter still lack its report?"""

from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.tasks import task
from family_support.directory.models import Center
from monitoring.actions import open_quarter
from monitoring.models import QuarterlyReport
from monitoring.quarters import ALMATY, Quarter


@task(name="monitoring.open_quarters")
def open_quarters() -> None:
    """Open the report of the quarter that ended last, for every active Center that has none."""
    now = clock.now()
    quarter = Quarter.of(now.astimezone(ALMATY).date()).previous
    having = QuarterlyReport.objects.filter(year=quarter.year, quarter=quarter.number).values("center")
    for center in Center.objects.active().exclude(pk__in=having):
        open_quarter(center=center, quarter=quarter, by=SYSTEM, now=now)
