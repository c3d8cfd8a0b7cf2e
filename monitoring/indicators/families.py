"""How families changed: social status, risk, social factors, and what was done to prevent offences (R192 8, 13)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case as CaseWhen
from django.db.models import CharField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import Assessment, AssessmentGround, Ground, Need
from cases.models import Case
from family_support.base.figures import Column
from family_support.directory.models import Center, Sector
from interagency.models import Task, TaskReport
from ipr.models import Measure
from monitoring.counting import Label, Part, choices
from monitoring.indicators.joint import SENSITIVE_SECTORS
from monitoring.indicators.registry import add
from monitoring.quarters import Quarter

# From low to critical, as the assessor chooses.
RANKS = {risk: rank for rank, risk in enumerate(Case.Risk.values)}


def _cases(center: Center, quarter: Quarter) -> QuerySet:
    return Case.objects.filter(center=center)


def _rank(path: str) -> CaseWhen:
    whens = [When(**{path: risk}, then=Value(rank)) for risk, rank in RANKS.items()]
    return CaseWhen(*whens, output_field=IntegerField())


def _assessed_cases(center: Center, quarter: Quarter) -> QuerySet:
    """Cases with how their risk changed from the first concluded assessment to now (which stays once closed)."""
    first = Assessment.objects.filter(case=OuterRef("pk"), concluded_at__isnull=False).order_by(
        "concluded_at"
    )
    return (
        _cases(center, quarter)
        .annotate(
            first_risk=Subquery(first.annotate(rank=_rank("risk")).values("rank")[:1]), last=_rank("risk")
        )
        .annotate(
            change=CaseWhen(
                When(first_risk__isnull=True, then=Value(None)),
                When(last__lt=F("first_risk"), then=Value("lowered")),
                When(last__gt=F("first_risk"), then=Value("raised")),
                default=Value("same"),
                output_field=CharField(),
            )
        )
    )


def _grounds(center: Center, quarter: Quarter) -> QuerySet:
    return AssessmentGround.objects.filter(assessment__case__center=center, assessment__hls_found=True)


def _ground_labels(center: Center, keys: Collection[str]) -> list[Label]:
    rows = Ground.objects.filter(code__in=keys).order_by("number", "-valid_from")
    found: dict[str, Label] = {}
    for row in rows:
        found.setdefault(row.code, Label(row.code, row.names))
    return list(found.values())


def _assessments(center: Center, quarter: Quarter) -> QuerySet:
    return Assessment.objects.filter(case__center=center)


def _needs(center: Center, quarter: Quarter) -> QuerySet:
    return Need.objects.filter(case__center=center)


def _need_labels(center: Center, keys: Collection[str]) -> list[Label]:
    found = Sector.objects.filter(code__in=keys).order_by("order")
    return [Label(sector.code, sector.names, sector.code in SENSITIVE_SECTORS) for sector in found]


def _reports(center: Center, quarter: Quarter) -> QuerySet:
    return TaskReport.objects.filter(task__case__center=center)


def _all_tasks(center: Center, quarter: Quarter) -> QuerySet:
    return Task.objects.filter(case__center=center)


add(
    "closed",
    "status",
    _("Cases closed"),
    _("Cases closed in the quarter by reason: how the social status of the families changed (R192 13)."),
    Part(_cases, "closed_at", by="closing", case="pk"),
    labels=choices(Case.Closing.choices),
    chart=True,
)
add(
    "risk_change",
    "status",
    _("Risk of families whose case was closed"),
    _(
        "Risk when the case was closed, against the first primary assessment: lowered, the same or raised (R192 4, 13)."
    ),
    Part(_assessed_cases, "closed_at", by="change", case="pk"),
    labels=choices(
        [
            ("lowered", pgettext_lazy("risk", "Lowered")),
            ("same", pgettext_lazy("risk", "The same")),
            ("raised", pgettext_lazy("risk", "Raised")),
        ]
    ),
)
add(
    "came_back",
    "status",
    _("Families that came back"),
    _("Cases opened in the quarter of families whose earlier case at the Center had been closed."),
    Part(_cases, "opened_at", Q(previous__isnull=False), row="all", case="pk"),
    labels=choices([("all", _("Came back"))]),
)
add(
    "running",
    "status",
    _("Cases running at the end of the quarter"),
    _("Cases opened before the end of the quarter and not closed by then."),
    Part(
        lambda center, quarter: _cases(center, quarter).filter(
            Q(closed_at__isnull=True) | Q(closed_at__gte=quarter.ends_at), opened_at__lt=quarter.ends_at
        ),
        row="all",
        case="pk",
    ),
    labels=choices([("all", _("Running"))]),
)
add(
    "grounds",
    "factors",
    _("Grounds of a hard life situation"),
    _(
        "Grounds named by the assessments of the quarter that found a hard life situation; one family may have several."
    ),
    Part(
        _grounds,
        "assessment__concluded_at",
        by="ground__code",
        unit="assessment__case_id",
        case="assessment__case_id",
    ),
    labels=_ground_labels,
    chart=True,
)
add(
    "needs",
    "factors",
    _("Needs of families by kind of support"),
    _("Needs recorded in the quarter for families found in a hard life situation (R256 13(3), 14(3))."),
    Part(_needs, "recorded_at", by="sector__code"),
    labels=_need_labels,
)
add(
    "assessed_risk",
    "factors",
    _("Risk of the assessed families"),
    _("Risk set by the primary assessments concluded in the quarter."),
    Part(_assessments, "concluded_at", by="risk"),
    labels=choices(Case.Risk.choices, sensitive=(Case.Risk.CRITICAL,)),
)
add(
    "lowered_risks",
    "factors",
    _("Lowered social and behavioral risks"),
    _(
        "Reports of executors received in the quarter, and those among them that state lowered risks (R192 11)."
    ),
    Part(_reports, "received_at", row="all", column="of", case="task__case_id"),
    Part(_reports, "received_at", ~Q(lowered_risks=""), row="all", case="task__case_id"),
    labels=choices([("all", _("State lowered risks"))]),
    columns=(
        Column("count", _("Number")),
        Column("of", _("Of reports")),
        Column("share", _("Share, %"), share=True, part="count", whole=("of",)),
    ),
)
add(
    "prevention",
    "prevention",
    _("Measures by purpose"),
    _(
        "Measures handed off and marked in the quarter by purpose: prevention of offences and of relapse, "
        "rehabilitation, adaptation (R192 8, 13)."
    ),
    Part(_all_tasks, "sent_at", by="measure__purpose", column="sent"),
    Part(_all_tasks, "closed_at", Q(state=Task.State.DONE), by="measure__purpose", column="done"),
    Part(_all_tasks, "closed_at", Q(state=Task.State.PARTLY), by="measure__purpose", column="partly"),
    Part(_all_tasks, "closed_at", Q(state=Task.State.NOT_DONE), by="measure__purpose", column="not_done"),
    labels=choices(Measure.Purpose.choices, sensitive=(Measure.Purpose.OFFENCES, Measure.Purpose.RELAPSE)),
    columns=(
        Column("sent", _("Handed off")),
        Column("done", _("Done")),
        Column("partly", _("Partly done")),
        Column("not_done", _("Not done")),
    ),
    chart=True,
)
