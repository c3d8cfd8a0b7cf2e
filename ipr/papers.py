"""The individual work plan and the decision that ends it as papers (R256 15–17, 19, R192 8)."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from family_support.deadlines.explanation import why
from family_support.deadlines.queries import for_subject
from family_support.documents.models import Attachment
from family_support.documents.render import render_pdf
from ipr.actions.versions import SUBJECT
from ipr.models import Approval, EndDecision, PlanVersion, Signature
from ipr.queries import by_sector

State = PlanVersion.State
# In force, or once in force: such a paper is no draft.
DECIDED = (State.APPROVED, State.SUPERSEDED, State.ENDED)


def plan_pdf(version: PlanVersion, language: str) -> bytes:
    """The paper of a version loaded with `queries.for_reading`, in kk, ru or en; PDF/UA. Errors: RenderError."""
    with translation.override(language):
        title = _("Individual work plan, version %(number)s") % {"number": version.number}
        watermark = "" if version.state in DECIDED else _("DRAFT")
        content = {**paper_of(version), "watermark": watermark}
    return render_pdf("pdf/plan.html", content, language, title=title)


def paper_of(version: PlanVersion) -> dict[str, Any]:
    """What the paper shows."""
    signatures = {each.party: each for each in version.signatures.all() if each.round == version.round}
    approval = next(
        (each for each in version.approvals.all() if each.decision == Approval.Decision.APPROVED), None
    )
    members = version.plan.case.members.select_related("person").order_by("person__birth_date", "pk")
    applicant = next((each.person for each in members if each.relation == "self"), None)
    handoff = for_subject((SUBJECT, version.pk)).filter(code="handoff").first()
    return {
        "version": version,
        "handoff": handoff,
        "why_handoff": why(handoff) if handoff else "",
        "case": version.plan.case,
        "center": version.plan.case.center,
        "applicant": applicant,
        "members": members,
        "groups": by_sector(version),
        "family": version.family_measures.all(),
        "participants": version.participants.all(),
        "by_center": signatures.get(Signature.Party.CENTER),
        "by_family": signatures.get(Signature.Party.FAMILY),
        "approval": approval,
    }


# Where each ground stands in R256 19.
CLAUSES = {"refused": 2, "did_not_act": 3, "individual": 4}


def decision_pdf(decision: EndDecision, language: str) -> bytes:
    """The head's decision to end a plan, in kk, ru or en; PDF/UA. Errors: RenderError."""
    plan = decision.plan
    subjects = [("ipr.plan", plan.pk)]
    if decision.proposal_id:
        subjects.append(("ipr.endproposal", decision.proposal_id))
    papers = sum(Attachment.objects.of_subject(*subject).count() for subject in subjects)
    with translation.override(language):
        title = _("Decision to end the individual work plan")
    context = {
        "decision": decision,
        "plan": plan,
        "case": plan.case,
        "center": plan.case.center,
        "clause": CLAUSES[plan.termination],
        "papers": papers,
    }
    return render_pdf("pdf/plan_decision.html", context, language, title=title)
