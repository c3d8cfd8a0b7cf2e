"""The indicators of a Center's quarter, each computed from records by one query (R192 13, rules.md 6.15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import Assessment, AssessmentGround
from cases.models import Case, Consultation, Intake
from family_support.base.figures import Column, Row, Table, Text, in_every_language, share
from family_support.deadlines.models import Deadline
from family_support.directory.models import Agency, Center, Sector
from interagency.models import Review, Task
from ipr.models import FamilyMeasure, Measure, Plan, PlanVersion
from monitoring.quarters import Quarter

COUNT = Column("count", _("Number"))


@dataclass(frozen=True)
class Indicator:
    """What is counted, how it is defined, and the function that counts it for a Center and a quarter."""

    code: str
    title: Text
    definition: Text
    columns: tuple[Column, ...]
    rows: Callable[[Center, Quarter], list[Row]]
    chart: bool = False
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


INDICATORS: list[Indicator] = []


def indicator(
    code: str,
    title: Text,
    definition: Text,
    *columns: Column,
    chart: bool = False,
    totals: Mapping[str, tuple[str, ...]] | None = None,
) -> Callable[[Callable[[Center, Quarter], list[Row]]], Callable[[Center, Quarter], list[Row]]]:
    """Register the function below as an indicator, in the order of the report."""

    def register(rows: Callable[[Center, Quarter], list[Row]]) -> Callable[[Center, Quarter], list[Row]]:
        INDICATORS.append(Indicator(code, title, definition, columns or (COUNT,), rows, chart, totals or {}))
        return rows

    return register


def during(field: str, quarter: Quarter) -> Q:
    """The moment lies in the quarter, by the local calendar."""
    return Q(**{f"{field}__gte": quarter.starts_at, f"{field}__lt": quarter.ends_at})


def _by_choice(queryset: QuerySet, field: str, choices: Iterable[tuple[str, Text]]) -> list[Row]:
    """A row for every choice, counted or zero."""
    counted = dict(queryset.order_by().values_list(field).annotate(Count("pk")))
    return [Row(code, in_every_language(label), {"count": counted.get(code, 0)}) for code, label in choices]


def _single(key: str, label: Text, count: int, *, sensitive: bool = False) -> Row:
    return Row(key, in_every_language(label), {"count": count}, sensitive)


@indicator(
    "intakes",
    _("Intakes by channel"),
    _("Intakes registered in the quarter, by the channel they came through (R256 12)."),
    chart=True,
)
def intakes(center: Center, quarter: Quarter) -> list[Row]:
    registered = Intake.objects.filter(during("registered_at", quarter), center=center)
    return _by_choice(registered, "channel", Intake.Channel.choices)


@indicator(
    "urgent",
    _("Threats and violence"),
    _(
        "Intakes registered in the quarter in which a threat to life or health, signs of violence "
        "or a minor at risk were noted."
    ),
)
def urgent(center: Center, quarter: Quarter) -> list[Row]:
    counts = Intake.objects.filter(during("registered_at", quarter), center=center).aggregate(
        threat=Count("pk", filter=Q(threat=True)),
        violence=Count("pk", filter=Q(violence=True)),
        minor=Count("pk", filter=Q(minor_at_risk=True)),
    )
    return [
        _single("threat", _("Threat to life or health"), counts["threat"]),
        _single("violence", _("Signs of domestic violence"), counts["violence"]),
        _single("minor", _("A minor at risk"), counts["minor"]),
    ]


@indicator(
    "consultations",
    _("Consultations and redirections"),
    _("Consultations held and redirections made in the quarter (R256 13(1), 14(1))."),
)
def consultations(center: Center, quarter: Quarter) -> list[Row]:
    held = Consultation.objects.filter(during("held_at", quarter), case__center=center)
    return _by_choice(held, "kind", Consultation.Kind.choices)


@indicator(
    "assessments",
    _("Primary assessments"),
    _("Assessments concluded in the quarter and what they found (R256 13(2), 14(2))."),
    totals={"all": ("found", "not_found")},
)
def assessments(center: Center, quarter: Quarter) -> list[Row]:
    counts = Assessment.objects.filter(during("concluded_at", quarter), case__center=center).aggregate(
        all=Count("pk"),
        found=Count("pk", filter=Q(hls_found=True)),
        not_found=Count("pk", filter=Q(hls_found=False)),
        urgent=Count("pk", filter=Q(urgent=True)),
    )
    return [
        _single("all", _("Concluded"), counts["all"]),
        _single("found", _("A hard life situation was found"), counts["found"]),
        _single("not_found", _("No hard life situation found"), counts["not_found"]),
        _single("urgent", _("Urgent ones among them"), counts["urgent"], sensitive=True),
    ]


@indicator(
    "grounds",
    _("Grounds of a hard life situation"),
    _(
        "Grounds named by the assessments of the quarter that found a hard life situation; one family may have several."
    ),
    chart=True,
)
def grounds(center: Center, quarter: Quarter) -> list[Row]:
    named = (
        AssessmentGround.objects.filter(
            during("assessment__concluded_at", quarter),
            assessment__case__center=center,
            assessment__hls_found=True,
        )
        .values(
            "ground__code",
            "ground__number",
            kk=F("ground__name_kk"),
            ru=F("ground__name_ru"),
            en=F("ground__name_en"),
        )
        .annotate(count=Count("assessment__case", distinct=True))
        .order_by("ground__number")
    )
    return [
        Row(row["ground__code"], {"kk": row["kk"], "ru": row["ru"], "en": row["en"]}, {"count": row["count"]})
        for row in named
    ]


@indicator(
    "plans",
    _("Individual work plans"),
    _("Plans approved, corrected, completed and ended in the quarter (R256 15–19)."),
)
def plans(center: Center, quarter: Quarter) -> list[Row]:
    decided = PlanVersion.objects.filter(state__in=("approved", "superseded", "ended"))
    earlier = decided.filter(plan=OuterRef("plan"), decided_at__lt=OuterRef("decided_at"))
    approved = (
        decided.filter(during("decided_at", quarter), plan__case__center=center)
        .annotate(again=Exists(earlier))
        .aggregate(first=Count("pk", filter=Q(again=False)), amended=Count("pk", filter=Q(again=True)))
    )
    ended = Plan.objects.filter(during("ended_at", quarter), case__center=center).aggregate(
        completed=Count("pk", filter=Q(state="completed")),
        terminated=Count("pk", filter=Q(state="terminated")),
    )
    return [
        _single("approved", pgettext_lazy("plans counted", "Approved"), approved["first"]),
        _single("amended", _("Corrections approved"), approved["amended"]),
        _single("completed", pgettext_lazy("plans counted", "Completed"), ended["completed"]),
        _single("terminated", pgettext_lazy("plans counted", "Terminated"), ended["terminated"]),
    ]


# Kinds of support whose small figures point at a person sooner: health, violence and offences, minors.
SENSITIVE_SECTORS = frozenset({"health", "internal_affairs", "police", "probation", "guardianship"})
TASK_COLUMNS = (
    Column("sent", _("Handed off")),
    Column("done", _("Done")),
    Column("partly", _("Partly done")),
    Column("not_done", _("Not done")),
    Column("returned", _("Returned for rework")),
    Column("timely", _("Reported in time")),
    Column("late", _("Reported late")),
    Column("in_time", _("Reported in time, %"), share=True),
)


@indicator(
    "sectors",
    _("Measures by kind of support"),
    _("Measures handed off in the quarter, and the marks and returns made in it (R192 9–11)."),
    *TASK_COLUMNS,
    chart=True,
)
def sectors(center: Center, quarter: Quarter) -> list[Row]:
    groups = {
        sector.pk: Group(f"sector-{sector.code}", sector.names, sector.code in SENSITIVE_SECTORS)
        for sector in Sector.objects.order_by("order")
    }
    return _tasks_by("measure__sector", "sector", groups, center, quarter)


@indicator(
    "bodies",
    _("Work of the bodies"),
    _(
        "The same measures by the body that carries them out: what the conclusion on effectiveness stands on (R192 14)."
    ),
    *TASK_COLUMNS,
)
def bodies(center: Center, quarter: Quarter) -> list[Row]:
    sensitive = set(Agency.objects.filter(sectors__code__in=SENSITIVE_SECTORS).values_list("pk", flat=True))
    groups = {
        agency.pk: Group(f"agency-{agency.pk}", agency.names, agency.pk in sensitive)
        for agency in Agency.objects.filter(
            pk__in=Task.objects.filter(case__center=center, agency__isnull=False).values("agency")
        ).order_by("name_ru", "pk")
    }
    return _tasks_by("agency", "agency", groups, center, quarter)


@dataclass(frozen=True)
class Group:
    """What tasks are counted by: a kind of support or a body."""

    key: str
    names: Mapping[str, str]
    sensitive: bool


def _tasks_by(
    of_task: str, of_measure: str, groups: Mapping[int, Group], center: Center, quarter: Quarter
) -> list[Row]:
    """Rows of measures handed off, marked, returned and reported in the quarter, by a foreign key of the task that the
    measure has too."""
    tasks = Task.objects.filter(case__center=center, agency__isnull=False)
    closed = during("closed_at", quarter)
    marks = {
        row[of_task]: row
        for row in tasks.order_by()
        .values(of_task)
        .annotate(
            sent=Count("pk", filter=during("sent_at", quarter)),
            done=Count("pk", filter=closed & Q(state=Task.State.DONE)),
            partly=Count("pk", filter=closed & Q(state=Task.State.PARTLY)),
            not_done=Count("pk", filter=closed & Q(state=Task.State.NOT_DONE)),
        )
    }
    returned = _counted(
        Review.objects.filter(
            during("at", quarter),
            report__task__case__center=center,
            mark=Review.Mark.RETURNED,
            report__task__agency__isnull=False,
        ),
        f"report__task__{of_task}",
    )
    timely, late = (
        _reported(state, of_measure, center, quarter)
        for state in (Deadline.State.MET, Deadline.State.MET_LATE)
    )
    rows = []
    for pk, group in groups.items():
        counts = {code: marks.get(pk, {}).get(code, 0) for code in ("sent", "done", "partly", "not_done")}
        counts |= {"returned": returned.get(pk, 0), "timely": timely.get(pk, 0), "late": late.get(pk, 0)}
        if any(counts.values()):
            kept = share(counts["timely"], counts["timely"] + counts["late"])
            rows.append(Row(group.key, group.names, {**counts, "in_time": kept}, group.sensitive))
    return rows


def _counted(queryset: QuerySet, field: str) -> dict[Any, int]:
    return dict(queryset.order_by().values_list(field).annotate(Count("pk")))


def _reported(state: str, of_measure: str, center: Center, quarter: Quarter) -> dict[Any, int]:
    """Reports received in the quarter whose term was met so, by a foreign key of the measure. Two queries.

    The term points at the measure: after an amendment the task goes on under a newer one of the same body and kind.
    """
    met = Deadline.objects.filter(
        during("closed_at", quarter), center=center, code="task_report", agency__isnull=False, state=state
    )
    ids = list(met.values_list("subject_id", flat=True))
    of = dict(Measure.objects.filter(pk__in=set(ids)).values_list("pk", of_measure))
    return Counter(of[pk] for pk in ids if pk in of)


@indicator(
    "family_measures",
    _("The families' own measures"),
    _("Measures of active participation marked in the quarter (R256 16)."),
)
def family_measures(center: Center, quarter: Quarter) -> list[Row]:
    marked = FamilyMeasure.objects.filter(
        during("marked_at", quarter), plan_version__plan__case__center=center
    )
    choices = [choice for choice in FamilyMeasure.State.choices if choice[0] != FamilyMeasure.State.PLANNED]
    return _by_choice(marked, "state", choices)


# Terms that run only where there is a threat, violence, a minor or a stay.
SENSITIVE_TERMS = frozenset(
    {
        "assessment_urgent",
        "response_plan",
        "violence_redirection",
        "minor_notice_law_enforcement",
        "minor_notice_guardianship",
        "stay_limit",
    }
)


@indicator(
    "terms",
    _("Terms kept"),
    _("Terms that ended in the quarter: met in time, met late, or still unmet when it ended."),
    Column("met", _("In time")),
    Column("late", _("Late")),
    Column("unmet", _("Unmet")),
    Column("in_time", _("In time, %"), share=True),
)
def terms(center: Center, quarter: Quarter) -> list[Row]:
    ended = Deadline.objects.filter(center=center, due_at__lt=quarter.ends_at).exclude(
        state=Deadline.State.CANCELLED
    )
    unmet = Q(closed_at__isnull=True) | Q(closed_at__gte=quarter.ends_at)
    counted = (
        ended.filter(during("due_at", quarter) | during("closed_at", quarter))
        .values("code", kk=F("term__name_kk"), ru=F("term__name_ru"), en=F("term__name_en"))
        .annotate(
            met=Count("pk", filter=Q(state=Deadline.State.MET) & ~unmet),
            late=Count("pk", filter=Q(state=Deadline.State.MET_LATE) & ~unmet),
            unmet=Count("pk", filter=unmet),
        )
        .order_by("code")
    )
    return [
        Row(
            row["code"],
            {"kk": row["kk"], "ru": row["ru"], "en": row["en"]},
            {
                "met": row["met"],
                "late": row["late"],
                "unmet": row["unmet"],
                "in_time": share(row["met"], row["met"] + row["late"] + row["unmet"]),
            },
            row["code"] in SENSITIVE_TERMS,
        )
        for row in counted
    ]


@indicator(
    "closed",
    _("Cases closed"),
    _("Cases closed in the quarter by reason: how the social status of the families changed (R192 13)."),
)
def closed(center: Center, quarter: Quarter) -> list[Row]:
    return _by_choice(
        Case.objects.filter(during("closed_at", quarter), center=center), "closing", Case.Closing.choices
    )


@indicator(
    "running",
    _("Cases running at the end of the quarter"),
    _("Cases opened before the end of the quarter and not closed by then."),
)
def running(center: Center, quarter: Quarter) -> list[Row]:
    opened = Case.objects.filter(center=center, opened_at__lt=quarter.ends_at)
    open_then = opened.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=quarter.ends_at))
    return [_single("all", _("Running"), open_then.count())]


def compute(center: Center, quarter: Quarter) -> dict[str, list[dict[str, Any]]]:
    """All figures of a Center's quarter, as JSON-able rows by indicator code."""
    return {each.code: [row.as_json() for row in each.rows(center, quarter)] for each in INDICATORS}


def tables(figures: dict[str, list[dict[str, Any]]]) -> list[Table]:
    """Figures as tables, in the order of the report."""
    return [
        Table(
            each.code,
            each.title,
            each.definition,
            each.columns,
            [Row.from_json(row) for row in figures.get(each.code, [])],
            each.chart,
            each.totals,
        )
        for each in INDICATORS
    ]
