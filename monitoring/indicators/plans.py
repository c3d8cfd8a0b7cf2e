"""From the intake to the end of a plan (R256 12–19)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import Assessment
from cases.models import Consultation, Intake
from family_support.directory.models import Center
from ipr.models import FamilyMeasure, Plan, PlanVersion
from monitoring.counting import Part, choices
from monitoring.indicators.registry import add
from monitoring.quarters import Quarter


def _intakes(center: Center, quarter: Quarter) -> QuerySet:
    return Intake.objects.kept().filter(center=center)


def _consultations(center: Center, quarter: Quarter) -> QuerySet:
    return Consultation.objects.filter(case__center=center)


def _assessments(center: Center, quarter: Quarter) -> QuerySet:
    return Assessment.objects.filter(case__center=center)


def _versions(center: Center, quarter: Quarter) -> QuerySet:
    """Versions that were approved once, with whether the plan had one in force before."""
    decided = PlanVersion.objects.filter(state__in=("approved", "superseded", "ended"))
    earlier = decided.filter(plan=OuterRef("plan"), decided_at__lt=OuterRef("decided_at"))
    return decided.filter(plan__case__center=center).annotate(again=Exists(earlier))


def _plans(center: Center, quarter: Quarter) -> QuerySet:
    return Plan.objects.filter(case__center=center)


def _family_measures(center: Center, quarter: Quarter) -> QuerySet:
    return FamilyMeasure.objects.filter(plan_version__plan__case__center=center)


add(
    "intakes",
    "intake",
    _("Intakes by channel"),
    _(
        "Intakes registered in the quarter, by the channel they came through (R256 12). One transferred to another "
        "Center is counted by the Center that took it over."
    ),
    Part(_intakes, "registered_at", by="channel"),
    labels=choices(Intake.Channel.choices),
    chart=True,
)
add(
    "urgent",
    "protection",
    _("Threats and violence"),
    _(
        "Intakes registered in the quarter in which a threat to life or health, signs of violence "
        "or a minor at risk were noted."
    ),
    Part(_intakes, "registered_at", Q(threat=True), row="threat"),
    Part(_intakes, "registered_at", Q(violence=True), row="violence"),
    Part(_intakes, "registered_at", Q(minor_at_risk=True), row="minor"),
    labels=choices(
        [
            ("threat", _("Threat to life or health")),
            ("violence", _("Signs of domestic violence")),
            ("minor", _("A minor at risk")),
        ]
    ),
)
add(
    "consultations",
    "intake",
    _("Consultations and redirections"),
    _("Consultations held and redirections made in the quarter (R256 13(1), 14(1))."),
    Part(_consultations, "held_at", by="kind"),
    labels=choices(Consultation.Kind.choices),
)
add(
    "topics",
    "intake",
    _("Consultations by topic"),
    _("Consultations held in the quarter by what the family was advised on (R256 6)."),
    Part(_consultations, "held_at", ~Q(topic=""), by="topic"),
    labels=choices(Consultation.Topic.choices),
)
add(
    "assessments",
    "plans",
    _("Primary assessments"),
    _("Assessments concluded in the quarter and what they found (R256 13(2), 14(2))."),
    Part(_assessments, "concluded_at", row="all"),
    Part(_assessments, "concluded_at", Q(hls_found=True), row="found"),
    Part(_assessments, "concluded_at", Q(hls_found=False), row="not_found"),
    Part(_assessments, "concluded_at", Q(urgent=True), row="urgent"),
    labels=choices(
        [
            ("all", _("Concluded")),
            ("found", _("A hard life situation was found")),
            ("not_found", _("No hard life situation found")),
            ("urgent", _("Urgent ones among them")),
        ],
        sensitive=("urgent",),
    ),
    totals={"all": ("found", "not_found")},
)
add(
    "plans",
    "plans",
    _("Individual work plans"),
    _("Plans approved, corrected, completed and ended in the quarter (R256 15–19)."),
    Part(_versions, "decided_at", Q(again=False), row="approved", case="plan__case_id"),
    Part(_versions, "decided_at", Q(again=True), row="amended", case="plan__case_id"),
    Part(_plans, "ended_at", Q(state="completed"), row="completed"),
    Part(_plans, "ended_at", Q(state="terminated"), row="terminated"),
    labels=choices(
        [
            ("approved", pgettext_lazy("plans counted", "Approved")),
            ("amended", _("Corrections approved")),
            ("completed", pgettext_lazy("plans counted", "Completed")),
            ("terminated", pgettext_lazy("plans counted", "Terminated")),
        ]
    ),
)
add(
    "plan_ends",
    "plans",
    _("Ends of plans by ground"),
    _("Plans that ended in the quarter by the ground of R256 19."),
    Part(_plans, "ended_at", by="termination"),
    labels=choices(Plan.Termination.choices),
)
add(
    "family_measures",
    "plans",
    _("The families' own measures"),
    _("Measures of active participation marked in the quarter (R256 16)."),
    Part(
        _family_measures,
        "marked_at",
        ~Q(state=FamilyMeasure.State.PLANNED),
        by="state",
        case="plan_version__plan__case_id",
    ),
    labels=choices([choice for choice in FamilyMeasure.State.choices if choice[0] != "planned"]),
)
