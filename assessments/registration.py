"""What the app says of itself to the ground and to the case page; called when the applications are ready."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment
from cases.closing import register_ground
from cases.models import Case
from cases.page import Act, Tab, register_act, register_tab
from cases.timeline import register_kind
from family_support.access import subjects
from family_support.accounts.roles import WORKERS
from family_support.base.actor import Actor
from family_support.base.database_errors import register_constraint
from family_support.deadlines.models import Deadline


def register() -> None:
    register_ground(
        Case.Closing.NO_HLS,
        found_no_hls,
        _("First conclude an assessment that finds no hard life situation (R256 13(2))."),
    )
    register_tab(Tab("assessment", _("Assessment"), "assessment", 30))
    for term in ("assessment", "assessment_urgent"):
        register_act(term, assess)
    register_kind("assessment.started", _("Primary assessment started"), icon="clipboard-list")
    register_kind("assessment.immediate_measure", _("Immediate measure assigned"), icon="bolt", tone="orange")
    register_kind(
        "assessment.concluded_hls",
        _("Assessment concluded: hard life situation found"),
        icon="clipboard-check",
        tone="orange",
    )
    register_kind(
        "assessment.concluded_no_hls",
        _("Assessment concluded: no hard life situation"),
        icon="clipboard-check",
        tone="green",
    )
    register_kind("need.recorded", _("Need recorded: {sector}"), icon="list-check")
    subjects.register("assessments.assessment", _("Primary assessment"))
    subjects.register("assessments.need", _("Need"))
    register_constraint("assessment_one_draft", _("An assessment of this case is in work already."))
    register_constraint(
        "assessment_one_concluded", _("Somebody has just concluded an assessment of this case.")
    )
    register_constraint("assessment_ground_once", _("This ground is chosen already."))


def found_no_hls(case: Case) -> bool:
    """Whether the assessment in force found against a hard life situation."""
    return case.assessments.filter(state=Assessment.State.CONCLUDED, hls_found=False).exists()


def assess(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    """What meets `assessment` and its urgent form: the team's worker assesses."""
    if actor.role not in WORKERS or case.is_closed:
        return None
    label = _("Start the assessment") if case.stage == Case.Stage.INTAKE else _("Continue the assessment")
    return Act(label, reverse("assessment", args=(case.pk,)), "clipboard-check")
