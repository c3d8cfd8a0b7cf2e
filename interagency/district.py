"""What the district's coordinator sees of the bodies: counts with small cells hidden, and lateness (security.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.figures import HIDDEN, Column, Row, Table, Value, in_every_language, text_of
from family_support.base.suppression import suppress
from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.directory.models import Agency
from interagency.chasers import AWAITED, GRADES
from interagency.models import Review, Task, TaskReport

# One window only: figures over two that overlap could be subtracted from each other.
WINDOW = timedelta(days=365)
# Bodies whose tasks are about health, minors or violence: a small figure points at a person sooner.
SENSITIVE = frozenset({"health", "education", "guardianship", "internal_affairs", "police", "probation"})
TOTAL = "district"
COLUMNS = (
    Column("sent", pgettext_lazy("tasks", "Handed over")),
    Column("open", pgettext_lazy("tasks", "Open")),
    Column("overdue", pgettext_lazy("tasks", "Overdue")),
    Column("returned", pgettext_lazy("tasks", "Returned")),
    Column("declined", pgettext_lazy("tasks", "Declined")),
    Column("days", _("Mean days to the report"), share=True),
)


def figures(actor: Actor, now: datetime) -> Table:
    """Tasks by body of the coordinator's district over the last twelve months, small cells hidden. Three queries."""
    counted = {row["agency_id"]: row for row in _counts(actor, now)}
    means = _mean_days(actor, now)
    rows = []
    for agency in Agency.objects.filter(pk__in=counted).prefetch_related("sectors").order_by("name_ru"):
        values = _values(counted[agency.pk], means.get(agency.pk))
        sensitive = any(sector.code in SENSITIVE for sector in agency.sectors.all())
        rows.append(Row(f"agency-{agency.pk}", agency.names, values, sensitive))
    keys = tuple(row.key for row in rows)
    if rows:
        total: dict[str, Value] = {
            column.code: sum(int(row.values[column.code] or 0) for row in rows)
            for column in COLUMNS
            if not column.share
        }
        rows.append(Row(TOTAL, in_every_language(_("The whole district")), total | {"days": _mean(means)}))
    table = Table(
        code="district",
        title=_("Tasks of the bodies"),
        definition=_("Tasks handed over in the last twelve months, by body; open and overdue as of now."),
        columns=COLUMNS,
        rows=rows,
        totals={TOTAL: keys} if rows else {},
    )
    return suppress([table])[0]


def _counts(actor: Actor, now: datetime) -> Any:
    today = local_date(now)
    returned = Review.objects.filter(report__task=OuterRef("pk"), mark=Review.Mark.RETURNED)
    late = Q(state__in=AWAITED, due_on__lt=today)
    open_ones = ~Q(state__in=("done", "partly", "not_done", "withdrawn"))
    return (
        Task.objects.of_district(actor)
        .filter(sent_at__gt=now - WINDOW)
        .annotate(was_returned=Exists(returned))
        .values("agency_id")
        .annotate(
            sent=Count("pk"),
            open=Count("pk", filter=open_ones),
            overdue=Count("pk", filter=late),
            returned=Count("pk", filter=Q(was_returned=True)),
            declined=Count("pk", filter=~Q(declined_reason="")),
        )
    )


def _mean_days(actor: Actor, now: datetime) -> dict[int, tuple[int, float]]:
    """Per body: how many of its tasks were reported on, and the mean days from the hand-over to the first report."""
    reports = TaskReport.objects.filter(task=OuterRef("pk")).values("task")
    first = reports.annotate(at=Min("received_at")).values("at")
    rows = (
        Task.objects.of_district(actor)
        .filter(sent_at__gt=now - WINDOW)
        .annotate(first=Subquery(first))
        .filter(first__isnull=False)
        .values("agency_id")
        .annotate(
            number=Count("pk"),
            mean=Avg(ExpressionWrapper(F("first") - F("sent_at"), output_field=DurationField())),
        )
    )
    return {row["agency_id"]: (row["number"], row["mean"] / timedelta(days=1)) for row in rows}


def _values(counts: dict[str, Any], mean: tuple[int, float] | None) -> dict[str, Value]:
    values: dict[str, Value] = {column.code: counts[column.code] for column in COLUMNS if not column.share}
    values["days"] = round(mean[1], 1) if mean else None
    return values


def _mean(means: dict[int, tuple[int, float]]) -> Value:
    whole = sum(number for number, _mean in means.values())
    return round(sum(number * mean for number, mean in means.values()) / whole, 1) if whole else None


@dataclass(slots=True)
class Late:
    """A body that is late, without its tasks: how many as the figures show it, the oldest, the highest chaser.

    Neither tasks nor kinds of support nor Centers are listed: counting them would give a hidden figure back.
    """

    body: Agency
    number: str
    oldest: Deadline
    chaser: int


def lateness(actor: Actor, now: datetime, table: Table) -> list[Late]:
    """Late bodies of the district, whose oldest report is the latest first; `table` is what `figures` gave. Three
    queries."""
    tasks = Task.objects.of_district(actor).filter(state__in=AWAITED, due_on__lt=local_date(now))
    terms = list(
        Deadline.objects.open()
        .filter(
            code="task_report",
            subject_type="ipr.measure",
            subject_id__in=tasks.values("measure"),
            due_at__lt=now,
            agency__isnull=False,
        )
        .select_related("term", "center__district", "agency")
        .order_by("due_at", "pk")
    )
    column = next(each for each in COLUMNS if each.code == "overdue")
    shown = {row.key: row.values["overdue"] for row in table.rows}
    found: dict[int, Late] = {}
    for term in terms:
        body = term.agency
        if body is not None and body.pk not in found:
            number = text_of(shown.get(f"agency-{body.pk}", HIDDEN), column)
            found[body.pk] = Late(body, number, term, 0)
    sent = DeadlineLevel.objects.filter(deadline__in=terms, level__in=GRADES, told=True)
    for agency_id, level in sent.values_list("deadline__agency_id", "level"):
        found[agency_id].chaser = max(found[agency_id].chaser, GRADES[level])
    return list(found.values())
