"""The end of a plan on R256 19(2)–(4): proposed by the caseworker with evidence, decided by the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.base.rows import one
from family_support.deadlines.actions import cancel, meet, open_deadline
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from ipr.actions.approving import acting_order
from ipr.actions.leaving import PLAN, PROPOSAL, end, leave_versions
from ipr.actions.locking import locked_plan
from ipr.models import EndDecision, EndProposal, Plan
from ipr.permissions import check_can_lead, check_can_propose_end, check_can_terminate
from ipr.rules import decision_gaps, ending_gaps, reason_gap

TERM = "termination_decision"
Files = Sequence[UploadedFile]


@dataclass(frozen=True, slots=True)
class DecisionData:
    """The head's decision as a paper: number, date, text."""

    number: str
    decided_on: date | None
    text: str


def propose_end(
    *,
    plan: Plan,
    ground: str,
    evidence: str,
    files: Files,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> EndProposal:
    """Propose to the head to end a plan on R256 19(2)–(4), with reasons and evidence; opens the internal term of the
    decision.

    Errors: Missing, Forbidden, Conflict (ended, stale, a proposal waits already), Invalid for another ground, missing
    reasons or a missing paper.
    """
    with acting(by, reason=evidence):
        plan = locked_plan(plan, by, expected_version)
        check_can_propose_end(by, plan)
        gaps = ending_gaps(ground=ground, evidence=evidence, papers=len(files))
        if gaps:
            raise Invalid("proposal_invalid", fields=gaps)
        if plan.proposals.open().exists():
            raise Conflict(
                "end_proposed", _("The end of this plan is proposed already: the director decides.")
            )
        proposal = EndProposal.objects.create(
            plan=plan,
            ground=ground,
            evidence=evidence.strip(),
            proposed_by_id=by.membership_id,
            proposed_at=now,
        )
        _attach(plan, (PROPOSAL, proposal.pk), files, by, now)
        open_deadline(
            term=TERM,
            started_at=now,
            by=by,
            now=now,
            center=plan.case.center,
            case_id=plan.case_id,
            subject=(PLAN, plan.pk),
        )
        record(plan.case, "plan.end_proposed", by=by, now=now, subject=(PLAN, plan.pk), ground=str(ground))
        emit("plan.end_proposed", case_id=plan.case_id, plan_id=plan.pk, by=by.membership_id)
    return proposal


def recall_proposal(*, proposal: EndProposal, by: Actor, now: datetime) -> EndProposal:
    """Take a proposal back before the head decides. Errors: Missing, Forbidden, Conflict when it was answered."""
    with acting(by):
        plan = locked_plan(proposal.plan, by)
        check_can_lead(by, plan.case)
        row = _open(proposal, plan)
        _answer(row, EndProposal.Answer.RECALLED, "", by, now)
        reason = EndProposal.Answer.RECALLED.label
        cancel(terms=(TERM,), subject=(PLAN, plan.pk), reason=reason, by=by, now=now)
        record(plan.case, "plan.end_recalled", by=by, now=now, subject=(PLAN, plan.pk))
    return row


def refuse_end(*, proposal: EndProposal, reason: str, by: Actor, now: datetime) -> EndProposal:
    """The head does not end the plan: it goes on. Errors: Missing, Forbidden (own work too), Conflict, Invalid."""
    with acting(by, reason=reason):
        plan = locked_plan(proposal.plan, by)
        check_can_terminate(by, plan)
        row = _open(proposal, plan)
        gaps = reason_gap(reason)
        if gaps:
            raise Invalid("reason_missing", fields=gaps)
        _answer(row, EndProposal.Answer.REFUSED, reason.strip(), by, now)
        meet(terms=(TERM,), subject=(PLAN, plan.pk), by=by, now=now)
        record(plan.case, "plan.end_refused", by=by, now=now, subject=(PLAN, plan.pk))
        emit("plan.end_refused", case_id=plan.case_id, plan_id=plan.pk, by=by.membership_id)
    return row


def terminate_plan(
    *,
    plan: Plan,
    ground: str,
    evidence: str,
    ended_on: date | None,
    decision: DecisionData,
    files: Files = (),
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Plan:
    """End a plan by the head's decision on R256 19(2)–(4), with evidence: on the caseworker's proposal or without one.

    Its running terms are cancelled with the ground as their reason, the bodies lose access and are told, a next plan
    in preparation ends with it. Errors: Missing, Forbidden (another role; own work), Conflict, Invalid for another
    ground, a date ahead, no evidence or paper, an incomplete decision.
    """
    with acting(by, reason=evidence):
        plan = locked_plan(plan, by, expected_version)
        check_can_terminate(by, plan)
        proposal = plan.proposals.select_for_update(of=("self",)).filter(answer="").first()
        papers = len(files) + (_papers_of(proposal) if proposal else 0)
        gaps = ending_gaps(ground=ground, evidence=evidence, papers=papers)
        gaps |= decision_gaps(
            number=decision.number,
            decided_on=decision.decided_on,
            text=decision.text,
            ended_on=ended_on,
            today=local_date(now),
            drawn_up_on=local_date(plan.created_at),
        )
        if gaps or ended_on is None:
            raise Invalid("termination_invalid", fields=gaps)
        if proposal is not None:
            _answer(proposal, EndProposal.Answer.ACCEPTED, "", by, now)
        meet(terms=(TERM,), subject=(PLAN, plan.pk), by=by, now=now)
        _end_with_next(plan, Plan.Termination(ground), evidence.strip(), ended_on, by, now)
        _attach(plan, (PLAN, plan.pk), files, by, now)
        EndDecision.objects.create(
            plan=plan,
            proposal=proposal,
            number=decision.number.strip(),
            decided_on=decision.decided_on,
            text=decision.text.strip(),
            by_id=by.membership_id,
            acting=acting_order(by, now),
            at=now,
        )
        record(
            plan.case, "plan.terminated", by=by, now=now, subject=(PLAN, plan.pk), day=f"{ended_on:%d.%m.%Y}"
        )
        emit("plan.terminated", case_id=plan.case_id, plan_id=plan.pk, by=by.membership_id)
    return plan


def _end_with_next(
    plan: Plan, ground: Plan.Termination, evidence: str, day: date, by: Actor, now: datetime
) -> None:
    """The plan, and the next one where it is being prepared already."""
    reason = str(ground.label)
    following = Plan.objects.select_for_update().filter(previous=plan, state=Plan.State.PREPARING)
    for each in (plan, *following):
        each.case = plan.case
        leave_versions(each, reason, by, now)
        each.terminate()
        end(each, ground, evidence, day, by, now)
        cancel(terms=("plan_end",), subject=(PLAN, each.pk), reason=ground.label, by=by, now=now)
    ended = ("plan_preparation", "completion_mark")
    cancel(terms=ended, case_id=plan.case_id, reason=ground.label, by=by, now=now)


def _open(proposal: EndProposal, plan: Plan) -> EndProposal:
    row = one(plan.proposals.select_for_update(of=("self",)), pk=proposal.pk)
    if row.answer:
        raise Conflict("proposal_answered", _("This proposal has been answered already."))
    row.plan = plan
    return row


def _answer(row: EndProposal, answer: EndProposal.Answer, reason: str, by: Actor, now: datetime) -> None:
    row.answer, row.answer_reason = answer, reason
    row.answered_by_id, row.answered_at = by.membership_id, now
    row.save()


def _papers_of(proposal: EndProposal) -> int:
    return Attachment.objects.of_subject(PROPOSAL, proposal.pk).count()


def _attach(plan: Plan, subject: tuple[str, int], files: Files, by: Actor, now: datetime) -> None:
    common: dict[str, Any] = {"kind": Attachment.Kind.EVIDENCE, "by": by, "now": now, "field": "file"}
    for upload in files:
        attach(case_id=plan.case_id, subject=subject, upload=upload, **common)
