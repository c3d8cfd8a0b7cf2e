"""Joint work: measures by kind of support and by body, returns by norm, hand-off (R192 9–11, 13)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from cases.models import TimelineEntry
from family_support.base.figures import LANGUAGES, Column
from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.directory.models import Agency, Center, Sector
from interagency.models import Handoff, Review, Task
from interagency.queries import breaches, norm_titles
from ipr.models import Measure
from monitoring.counting import Label, Part, choices
from monitoring.indicators.registry import add
from monitoring.quarters import Quarter

# Kinds of support whose small figures point at a person sooner: health, violence and offences, minors.
SENSITIVE_SECTORS = frozenset({"health", "internal_affairs", "police", "probation", "guardianship"})
TASK_COLUMNS = (
    Column("sent", _("Handed off")),
    Column("declined", _("Declined")),
    Column("done", _("Done")),
    Column("partly", _("Partly done")),
    Column("not_done", _("Not done")),
    Column("returned", _("Returned for rework")),
    Column("timely", _("Reported in time")),
    Column("late", _("Reported late")),
    Column("missing", _("Not reported")),
    Column("in_time", _("Reported in time, %"), share=True, part="timely", whole=("timely", "late")),
)


def _tasks(center: Center, quarter: Quarter) -> QuerySet:
    return Task.objects.filter(case__center=center, agency__isnull=False)


def _reviews(center: Center, quarter: Quarter) -> QuerySet:
    mine = Review.objects.filter(report__task__case__center=center, report__task__agency__isnull=False)
    return breaches(mine)


def _report_terms(center: Center, quarter: Quarter) -> QuerySet:
    """Terms of reports of bodies, with the kind of support and the body of the measure each of them points at: after an
    amendment the task goes on under a newer measure of the same body and kind."""
    measure = Measure.objects.filter(pk=OuterRef("subject_id"))
    return Deadline.objects.filter(center=center, code="task_report", agency__isnull=False).annotate(
        of_sector=Subquery(measure.values("sector__code")[:1]),
        of_agency=Subquery(measure.values("agency")[:1]),
    )


def _missing(center: Center, quarter: Quarter) -> QuerySet:
    """Reports that were due in the quarter and had not come when it ended."""
    state = Deadline.State
    unmet = Q(closed_at__isnull=True) | Q(closed_at__gte=quarter.ends_at)
    return _report_terms(center, quarter).exclude(state=state.CANCELLED).filter(unmet)


def _declines(center: Center, quarter: Quarter) -> QuerySet:
    """Declines as the timeline keeps them: the task itself may since have been given to another body."""
    task = Task.objects.filter(pk=OuterRef("subject_id"))
    return TimelineEntry.objects.filter(case__center=center, kind="task.declined").annotate(
        of_sector=Subquery(task.values("measure__sector__code")[:1]),
        of_agency=Subquery(task.values("agency")[:1]),
    )


def _chasers(center: Center, quarter: Quarter) -> QuerySet:
    return DeadlineLevel.objects.filter(deadline__center=center, deadline__code="task_report")


def _handoffs(center: Center, quarter: Quarter) -> QuerySet:
    return Handoff.objects.filter(case__center=center)


def _norm_labels(center: Center, keys: Collection[str]) -> list[Label]:
    titles = norm_titles(keys)
    return [Label(key, titles.get(key, dict.fromkeys(LANGUAGES, key))) for key in sorted(keys)]


def _sector_labels(center: Center, keys: Collection[str]) -> list[Label]:
    rows = (
        Label(f"sector-{sector.code}", sector.names, sector.code in SENSITIVE_SECTORS)
        for sector in Sector.objects.order_by("order")
    )
    return [label for label in rows if label.key in keys]


def _agency_labels(center: Center, keys: Collection[str]) -> list[Label]:
    found = Agency.objects.filter(pk__in=[key.removeprefix("agency-") for key in keys])
    sensitive = set(found.filter(sectors__code__in=SENSITIVE_SECTORS).values_list("pk", flat=True))
    return [
        Label(f"agency-{agency.pk}", agency.names, agency.pk in sensitive)
        for agency in found.order_by("name_ru", "pk")
    ]


def _parts(of_task: str, elsewhere: str) -> tuple[Part, ...]:
    """What happened to measures of bodies, by a field of the task and the annotation that means the same elsewhere."""
    state = Task.State
    of_review, case = f"report__task__{of_task}", "report__task__case_id"
    returned = Q(mark=Review.Mark.RETURNED)
    return (
        Part(_tasks, "sent_at", by=of_task, column="sent"),
        Part(_declines, "at", by=elsewhere, column="declined"),
        Part(_tasks, "closed_at", Q(state=state.DONE), by=of_task, column="done"),
        Part(_tasks, "closed_at", Q(state=state.PARTLY), by=of_task, column="partly"),
        Part(_tasks, "closed_at", Q(state=state.NOT_DONE), by=of_task, column="not_done"),
        Part(_reviews, "at", returned, by=of_review, column="returned", case=case),
        Part(_report_terms, "closed_at", Q(state=Deadline.State.MET), by=elsewhere, column="timely"),
        Part(_report_terms, "closed_at", Q(state=Deadline.State.MET_LATE), by=elsewhere, column="late"),
        Part(_missing, "due_at", by=elsewhere, column="missing"),
    )


add(
    "sectors",
    "joint",
    _("Measures by kind of support"),
    _("Measures handed off in the quarter, and the marks, returns and declines made in it (R192 9–11)."),
    *_parts("measure__sector__code", "of_sector"),
    labels=_sector_labels,
    columns=TASK_COLUMNS,
    prefix="sector-",
    chart=True,
)
add(
    "bodies",
    "joint",
    _("Work of the bodies"),
    _(
        "The same measures by the body that carries them out: what the conclusion on effectiveness stands on (R192 14)."
    ),
    *_parts("agency_id", "of_agency"),
    labels=_agency_labels,
    columns=TASK_COLUMNS,
    prefix="agency-",
    local=True,
)
add(
    "returns",
    "joint",
    _("Returns for rework by the norm breached"),
    _("Reports returned in the quarter because state-service law was breached, by the norm named (R192 11)."),
    Part(_reviews, "at", Q(ground="breach"), by="breached", case="report__task__case_id"),
    labels=_norm_labels,
    local=True,
)
add(
    "chasers",
    "joint",
    _("Chasers to the bodies"),
    _("Chasers of the quarter about reports that were overdue: on the first, third and fifth working day."),
    Part(_chasers, "reached_at", by="level", case="deadline__case_id"),
    labels=choices(
        [
            ("chaser_1", _("First chaser")),
            ("chaser_2", _("Second chaser")),
            ("chaser_3", _("Third chaser")),
        ]
    ),
)
add(
    "handoffs",
    "joint",
    _("Parts of plans at the bodies"),
    _("Parts of approved plans sent in the quarter, opened by an officer in it, and not delivered (R192 9)."),
    Part(_handoffs, "sent_at", row="sent"),
    Part(_handoffs, "acknowledged_at", row="opened"),
    Part(_handoffs, "created_at", Q(state=Handoff.State.FAILED), row="failed"),
    labels=choices(
        [("sent", _("Sent")), ("opened", _("Opened by an officer")), ("failed", _("Not delivered"))]
    ),
)
