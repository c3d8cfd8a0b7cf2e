"""The indicators of a Center's quarter, each computed from records by one query (R192 13, rules.md 6.15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import Assessment, AssessmentGround
from cases.models import Case, Consultation, Intake
from family_support.deadlines.models import Deadline
from family_support.directory.models import Agency, Center, Sector
from interagency.models import Review, Task
from ipr.models import FamilyMeasure, Plan, PlanVersion
from monitoring.figures import Column, Row, Table, Text, in_every_language, share
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


INDICATORS: list[Indicator] = []


def indicator(
    code: str, title: Text, definition: Text, *columns: Column, chart: bool = False
) -> Callable[[Callable[[Center, Quarter], list[Row]]], Callable[[Center, Quarter], list[Row]]]:
    """Register the function below as an indicator, in the order of the report."""

    def register(rows: Callable[[Center, Quarter], list[Row]]) -> Callable[[Center, Quarter], list[Row]]:
        INDICATORS.append(Indicator(code, title, definition, columns or (COUNT,), rows, chart))
        return rows

    return register


def during(field: str, quarter: Quarter) -> Q:
    """The moment lies in the quarter, by the local calendar."""
    return Q(**{f"{field}__gte": quarter.starts_at, f"{field}__lt": quarter.ends_at})


def _by_choice(queryset: QuerySet, field: str, choices: list[tuple[str, Text]]) -> list[Row]:
    """A row for every choice, counted or zero."""
    counted = dict(queryset.order_by().values_list(field).annotate(Count("pk")))
    return [Row(code, in_every_language(label), {"count": counted.get(code, 0)}) for code, label in choices]


def _single(key: str, label: Text, count: int) -> Row:
    return Row(key, in_every_language(label), {"count": count})


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
        _single("urgent", _("Urgent ones among them"), counts["urgent"]),
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
    approved = PlanVersion.objects.filter(
        during("decided_at", quarter),
        plan__case__center=center,
        state__in=("approved", "superseded", "ended"),
    ).aggregate(first=Count("pk", filter=Q(number=1)), amended=Count("pk", filter=Q(number__gt=1)))
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


TASK_COLUMNS = (
    Column("sent", _("Handed off")),
    Column("done", _("Done")),
    Column("partly", _("Partly done")),
    Column("not_done", _("Not done")),
    Column("returned", _("Returned for rework")),
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
    names = {sector.pk: sector.names for sector in Sector.objects.order_by("order")}
    return _tasks_by("measure__sector", "sector", names, center, quarter)


@indicator(
    "bodies",
    _("Work of the bodies"),
    _(
        "The same measures by the body that carries them out: what the conclusion on effectiveness stands on (R192 14)."
    ),
    *TASK_COLUMNS,
)
def bodies(center: Center, quarter: Quarter) -> list[Row]:
    names = {
        agency.pk: agency.names
        for agency in Agency.objects.filter(district=center.district_id).order_by("name_ru")
    }
    return _tasks_by("agency", "agency", names, center, quarter)


def _tasks_by(
    group: str, key: str, names: dict[int, dict[str, str]], center: Center, quarter: Quarter
) -> list[Row]:
    """Rows of measures handed off, marked, returned and reported late in the quarter, by a foreign key of the task."""
    tasks = Task.objects.filter(case__center=center, agency__isnull=False)
    closed = during("closed_at", quarter)
    marks = {
        row[group]: row
        for row in tasks.order_by()
        .values(group)
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
        f"report__task__{group}",
    )
    measures = dict(
        tasks.filter(measure__in=_report_deadlines(center, quarter).values("subject_id")).values_list(
            "measure_id", group
        )
    )
    in_time, late = {}, {}
    for measure_id, state in _report_deadlines(center, quarter).values_list("subject_id", "state"):
        if measure_id in measures:
            side = in_time if state == Deadline.State.MET else late
            side[measures[measure_id]] = side.get(measures[measure_id], 0) + 1
    keys = {*marks, *returned, *in_time, *late}
    rows = []
    for pk, row_names in names.items():
        if pk not in keys:
            continue
        counts = marks.get(pk, {})
        values = {column: counts.get(column, 0) for column in ("sent", "done", "partly", "not_done")}
        values |= {"returned": returned.get(pk, 0), "late": late.get(pk, 0)}
        values["in_time"] = share(in_time.get(pk, 0), in_time.get(pk, 0) + late.get(pk, 0))
        if (
            any(values[column] for column in ("sent", "done", "partly", "not_done", "returned", "late"))
            or values["in_time"]
        ):
            rows.append(Row(f"{key}-{pk}", row_names, values))
    return rows


def _counted(queryset: QuerySet, field: str) -> dict[int, int]:
    return dict(queryset.order_by().values_list(field).annotate(Count("pk")))


def _report_deadlines(center: Center, quarter: Quarter) -> QuerySet:
    """Terms of reports that were met in the quarter, in time or late."""
    return Deadline.objects.filter(
        during("closed_at", quarter),
        center=center,
        code="task_report",
        agency__isnull=False,
        state__in=("met", "met_late"),
    )


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


def compute(center: Center, quarter: Quarter) -> dict[str, list[dict[str, object]]]:
    """All figures of a Center's quarter, as JSON-able rows by indicator code."""
    return {each.code: [row.as_json() for row in each.rows(center, quarter)] for each in INDICATORS}


def tables(figures: dict[str, list[dict[str, object]]]) -> list[Table]:
    """Figures as tables, in the order of the report."""
    return [
        Table(
            each.code,
            each.title,
            each.definition,
            each.columns,
            [Row(row["key"], row["names"], row["values"]) for row in figures.get(each.code, [])],  # type: ignore[arg-type]
            each.chart,
        )
        for each in INDICATORS
    ]
