"""The watch over the history: findings go to the log as counts and table names."""

import logging
from datetime import timedelta

from django.db.models import Count

from family_support.audit.queries import without_context, without_partition
from family_support.base import clock
from family_support.base.tasks import task

logger = logging.getLogger(__name__)
WATCHED = timedelta(hours=2)


@task(name="audit.watch")
def watch_history() -> int:
    """Hourly: alarm about unsigned changes and about a missing month partition; how many findings."""
    since = clock.now() - WATCHED
    unsigned = list(
        without_context(since)
        .order_by()
        .values("table_name")
        .annotate(changes=Count("id"))
        .order_by("table_name")
    )
    for row in unsigned:
        logger.error("history: %s changes of %s without context", row["changes"], row["table_name"])
    caught = without_partition(since).count()
    if caught:
        logger.error("history: %s changes in the default partition, run make_partitions", caught)
    return sum(row["changes"] for row in unsigned) + caught
