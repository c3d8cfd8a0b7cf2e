"""Each hour: does some Center's last quarter still lack its report? Have all Centers sent theirs?"""

from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.tasks import task
from family_support.directory.models import Center
from monitoring.actions import draw_up_roundups, open_quarter
from monitoring.models import QuarterlyReport, Roundup
from monitoring.quarters import ALMATY, Quarter
from monitoring.queries import sent_and_awaited


@task(name="monitoring.open_quarters")
def open_quarters() -> None:
    """Open the report of the quarter that ended last, for every active Center that has none."""
    now = clock.now()
    quarter = Quarter.of(now.astimezone(ALMATY).date()).previous
    having = QuarterlyReport.objects.filter(year=quarter.year, quarter=quarter.number).values("center")
    for center in Center.objects.active().exclude(pk__in=having):
        open_quarter(center=center, quarter=quarter, by=SYSTEM, now=now)


@task(name="monitoring.draw_roundups")
def draw_roundups() -> None:
    """When every active Center has sent the last quarter, add it up for regions and country, once."""
    now = clock.now()
    quarter = Quarter.of(now.astimezone(ALMATY).date()).previous
    sent, awaited = sent_and_awaited(quarter)
    drawn = Roundup.objects.filter(year=quarter.year, quarter=quarter.number)
    if sent and not awaited and not drawn.exists():
        draw_up_roundups(quarter=quarter, by=SYSTEM, now=now)
