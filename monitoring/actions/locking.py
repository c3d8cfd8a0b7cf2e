"""One way to a report's row before it changes."""

from collections.abc import Callable

from family_support.base.actor import Actor
from family_support.base.rows import one
from monitoring.models import QuarterlyReport


def lock_report(
    report: QuarterlyReport, by: Actor, check: Callable[[Actor, QuarterlyReport], None]
) -> QuarterlyReport:
    """The report locked for a change that `check` lets the actor make. Errors: Forbidden, Missing."""
    found = one(
        QuarterlyReport.objects.select_for_update(of=("self",)).select_related("center__district"),
        pk=report.pk,
    )
    check(by, found)
    return found
