"""What the app says of itself to the ground and to the case page; called when the applications are ready."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.board import register_panel
from cases.closing import Blocker, register_blocker, register_ground
from cases.models import Case
from cases.page import Act, Tab, register_act, register_day_tile, register_tab
from cases.permissions import directs, leads
from cases.timeline import register_kind
from family_support.access import subjects
from family_support.access.scopes import register_attachment_rule
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.database_errors import register_constraint
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from family_support.ui import navigation
from family_support.ui.components import Tile
from family_support.ui.navigation import NavItem
from ipr.board import approvals_panel
from ipr.models import EndProposal, Plan, PlanVersion
from ipr.queries import running_plan as latest_running


def register() -> None:
    register_tab(Tab("plan", _("Plan"), "plan", 40))
    register_act("plan_preparation", prepare)
    register_act("plan_approval", decide)
    register_act("plan_rework", rework)
    register_act("completion_mark", complete)
    register_act("termination_decision", decide_end)
    register_act("plan_end", go_on)
    register_blocker(running_plan)
    register_attachment_rule(scans_of_submitted)
    register_attachment_rule(papers_of_proposals)
    register_ground(
        Case.Closing.COMPLETED, plan_completed, _("First set the plan's completion mark (R192 12).")
    )
    _kinds()
    _constraints()
    subjects.register("ipr.plan", _("Individual work plan"))
    subjects.register("ipr.planversion", _("Plan version"), url_name="plan-version")
    subjects.register("ipr.measure", _("Measure"))
    subjects.register("ipr.familymeasure", _("Family's own measure"))
    queue = NavItem(
        _("Approvals"),
        "approval-queue",
        "checklist",
        {Role.DIRECTOR},
        30,
        ("approval-queue", "plan-approve", "plan-return", "plan-terminate", "plan-end-refuse"),
    )
    navigation.register(queue)
    register_day_tile(plans_to_approve, approval_tile)
    register_panel(10, approvals_panel)


def plans_to_approve(actor: Actor) -> QuerySet | None:
    return PlanVersion.objects.awaiting_approval(actor) if actor.is_director else None


def approval_tile(count: int) -> Tile:
    """My day of the director: plans that wait for a decision."""
    return Tile(
        count, _("Awaiting approval"), "signature", "orange" if count else "grey", reverse("approval-queue")
    )


def _kinds() -> None:
    kinds = {
        "plan.started": (_("Drawing up the plan begun, version {number}"), "file-plus", "blue"),
        "plan.amending": (_("Amendment of the plan begun, version {number}"), "edit", "blue"),
        "plan.frozen": (_("Plan fixed for signing, version {number}"), "lock", "blue"),
        "plan.thawed": (
            _("Plan taken back to the draft, version {number}: signatures void"),
            "arrow-back-up",
            "orange",
        ),
        "plan.signed_center": (_("Plan signed for the Center, version {number}"), "signature", "green"),
        "plan.signed_family": (_("Plan signed by the family, version {number}"), "signature", "green"),
        "plan.submitted": (_("Plan sent to the director for approval, version {number}"), "send", "blue"),
        "plan.approved": (_("Plan approved, version {number}"), "file-check", "green"),
        "plan.returned": (_("Plan returned by the director, version {number}"), "arrow-back-up", "orange"),
        "plan.rework": (_("Plan taken back into work, version {number}"), "edit", "blue"),
        "plan.discarded": (_("Version {number} of the plan discarded"), "trash", "grey"),
        "plan.completed": (_("Plan completed on {day}"), "circle-check", "green"),
        "plan.next_started": (_("The next plan is begun"), "file-plus", "blue"),
        "plan.end_recalled": (_("The proposal to end the plan was taken back"), "arrow-back-up", "grey"),
        "plan.end_refused": (_("The director did not end the plan: it goes on"), "player-play", "blue"),
        "plan.terminated": (_("Plan ended by the director's decision on {day}"), "circle-x", "orange"),
        "family_measure.done": (_("The family did its measure"), "circle-check", "green"),
        "family_measure.partly": (_("The family did its measure partly"), "progress", "yellow"),
        "family_measure.not_done": (_("The family did not do its measure"), "circle-x", "orange"),
    }
    for code, (text, icon, tone) in kinds.items():
        register_kind(code, text, icon=icon, tone=tone)
    register_kind(
        "plan.end_proposed",
        _("The end of the plan is proposed to the director: {ground}"),
        icon="gavel",
        tone="orange",
        names={"ground": lambda code: Plan.Termination(code).label},
    )


def _constraints() -> None:
    in_work = _("A version of this plan is in work already.")
    for name in ("plan_one_in_force", "plan_one_preparing"):
        register_constraint(name, _("A plan of this case runs already."), code="plan_runs")
    register_constraint(
        "end_proposal_one_open",
        _("The end of this plan is proposed already: the director decides."),
        code="end_proposed",
    )
    register_constraint("version_one_in_work", in_work, code="version_in_work")
    register_constraint("version_number_once", in_work, code="version_in_work")
    register_constraint("version_one_in_force", _("Somebody has just approved a version of this plan."))
    register_constraint("signature_once_a_party", _("This party has signed already."), code="signed_already")
    register_constraint("approval_once_a_round", _("Somebody has just decided on this version."))


def scans_of_submitted(actor: Actor) -> QuerySet:
    """The director sees the signatures of the plan that waits for approval (security.md)."""
    found = Attachment.objects.filter(subject_type="ipr.planversion")
    if not actor.is_director:
        return found.none().values("pk")
    return found.filter(subject_id__in=PlanVersion.objects.awaiting_approval(actor).values("pk")).values("pk")


def papers_of_proposals(actor: Actor) -> QuerySet:
    """The director sees the evidence of a proposal to end a plan that waits for the decision."""
    found = Attachment.objects.filter(subject_type="ipr.endproposal")
    if not actor.is_director:
        return found.none().values("pk")
    waiting = EndProposal.objects.visible_to(actor).open().filter(plan__case__center_id=actor.center_id or 0)
    return found.filter(subject_id__in=waiting.values("pk")).values("pk")


def plan_completed(case: Case) -> bool:
    """Whether the last plan ended with everything done (R256 19(1))."""
    last = Plan.objects.filter(case=case).order_by("-created_at", "-pk").first()
    return last is not None and last.state == Plan.State.COMPLETED


def running_plan(case: Case) -> list[Blocker]:
    """A plan in preparation or in force keeps the case open until it is completed or ended (states.md)."""
    plan = latest_running(case.pk)
    if plan is None:
        return []
    text = _("the plan is in force") if plan.state == Plan.State.IN_FORCE else _("a plan is being drawn up")
    return [Blocker(text, reverse("plan", args=(case.pk,)))]


def prepare(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not leads(case, actor):
        return None
    return Act(_("Draw up the plan"), reverse("plan", args=(case.pk,)), "file-plus")


def rework(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not leads(case, actor):
        return None
    return Act(_("Rework the plan"), reverse("plan", args=(case.pk,)), "edit")


def decide(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not actor.is_director:
        return None
    return Act(_("Decide on the plan"), reverse("plan-approve", args=(deadline.subject_id,)), "checklist")


def complete(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not leads(case, actor):
        return None
    return Act(
        _("Set the completion mark"), reverse("plan-complete", args=(deadline.subject_id,)), "circle-check"
    )


def decide_end(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not directs(case, actor):
        return None
    return Act(
        _("Decide on the end of the plan"), reverse("plan-terminate", args=(deadline.subject_id,)), "gavel"
    )


def go_on(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    """Before the plan's period ends: the completion mark or the next plan, both on the plan's tab."""
    if not leads(case, actor):
        return None
    return Act(
        _("Complete the plan or begin the next one"), reverse("plan", args=(case.pk,)), "calendar-event"
    )
