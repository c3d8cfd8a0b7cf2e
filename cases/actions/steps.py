"""Steps of a case: assessment, planning, support, closing; its risk, threats and restriction (states.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case
from cases.closing import check_nothing_blocks, missing_ground, outliving
from cases.grants import sync_case_grants
from cases.models import Case, Consultation, Threat
from cases.permissions import (
    LIST_ROLES,
    NEEDS_EVIDENCE,
    check_can_begin_assessment,
    check_can_close,
    check_open,
    directs,
    works,
)
from cases.threats import react
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing, invalid_field
from family_support.deadlines import actions as deadlines
from family_support.deadlines.models import Deadline
from family_support.outbox.events import emit

EVIDENCE_LENGTH = 20
RESPONSE_PLAN = "response_plan"
ASSESSMENT_TERMS = ("assessment", "assessment_urgent")
BEFORE_CONCLUSION = frozenset({Case.Stage.INTAKE, Case.Stage.ASSESSMENT})
DONE_AT_ONCE = {
    Case.Closing.CONSULTED: Consultation.Kind.CONSULTATION,
    Case.Closing.REDIRECTED: Consultation.Kind.REDIRECTION,
}


def begin_assessment(*, case: Case, by: Actor, now: datetime, version: int | None = None) -> Case:
    """The family is to be assessed (R256 13(2)). Errors: Missing, Forbidden, Conflict as
    `check_can_begin_assessment`."""
    with acting(by):
        case = locked_case(case, by, version)
        check_can_begin_assessment(by, case)
        case.begin_assessment()
        _save_stage(case)
        record(case, "case.assessment", by=by, now=now)
    return case


def to_planning(*, case: Case, by: Actor, now: datetime) -> Case:
    """A hard life situation was found, or the year of a plan is over: a plan is drawn up. Called by the
    conclusion of the assessment and by the start of the next plan, which check who may. Errors: Missing outside
    the team, Conflict."""
    with acting(by):
        case = locked_case(case, by)
        if not works(case, by):
            raise Missing
        if case.stage == Case.Stage.ASSESSMENT:
            case.begin_planning()
        elif case.stage == Case.Stage.SUPPORT:
            case.plan_again()
        else:
            raise Conflict("stage_forbids", _("In this stage of the case no plan can be begun."))
        _save_stage(case)
        record(case, "case.planning", by=by, now=now)
    return case


def to_support(*, case: Case, by: Actor, now: datetime) -> Case:
    """A plan is in force: called by its approval, which checks who may approve. Errors: Missing out of
    scope, Conflict."""
    with acting(by):
        case = locked_case(case, by)
        if case.stage != Case.Stage.PLANNING:
            raise Conflict("stage_forbids", _("Only in the planning stage a plan can take force."))
        case.begin_support()
        _save_stage(case)
        record(case, "case.support", by=by, now=now)
    return case


def close_case(
    *, case: Case, closing: str, note: str = "", by: Actor, now: datetime, version: int | None = None
) -> Case:
    """End the work with the family, for a reason its stage knows (R256 19); running terms are cancelled with
    that reason. Under a threat a refusal ends support only: the response goes on until the director closes it
    (rules.md 3.2).

    Errors: Missing outside team and direction, Forbidden for a reason that is the director's, Conflict when
    stale, for a reason the stage does not know, or naming what still blocks, Invalid for a missing note, evidence
    or consultation.
    """
    note = note.strip()
    with invalid_field("note"):
        validators.check_text(note)
    with acting(by, reason=note):
        case = locked_case(case, by, version)
        check_can_close(by, case, closing, threat=Threat.objects.open().filter(case=case).exists())
        _check_ground(case, Case.Closing(closing), note)
        check_nothing_blocks(case, closing)
        running = Deadline.objects.open().filter(case_id=case.pk).exclude(code__in=outliving(closing))
        ended = set(running.values_list("code", flat=True))
        deadlines.cancel(terms=ended, case_id=case.pk, reason=Case.Closing(closing).label, by=by, now=now)
        case.close()
        case.closing, case.closing_note, case.closed_at = closing, note, now
        case.bump()
        case.save()
        record(case, "case.closed", by=by, now=now, closing=str(closing))
        emit("case.closed", case_id=case.pk, closing=str(closing), by=by.membership_id)
    return case


def _check_ground(case: Case, closing: Case.Closing, note: str) -> None:
    missing = missing_ground(case, closing)
    if missing is not None:
        raise Invalid("no_ground", fields={"closing": missing})
    kind = DONE_AT_ONCE.get(closing)
    if kind is not None and not case.consultations.filter(kind=kind).exists():
        raise Invalid("not_recorded", fields={"closing": _("Record the consultation or redirection first.")})
    if closing in NEEDS_EVIDENCE and len(note) < EVIDENCE_LENGTH:
        raise Invalid(
            "evidence_missing", fields={"note": _("Describe the evidence on which you decide (R256 19).")}
        )
    if closing not in (Case.Closing.COMPLETED, *DONE_AT_ONCE) and not note:
        raise Invalid("note_missing", fields={"note": _("State the reason.")})


def flag_threat(*, case: Case, by: Actor, now: datetime, note: str, brief: str = "") -> Case:
    """Flag a direct threat to life or health (R256 22): risk critical, assessment in 1 working day, and the alarm.

    `note` stays in the case, `brief` is what the mobile group is told. Anybody of the Center who sees the case listed
    may raise it. Errors: Missing out of scope, Conflict in a
    closed case or when one is open already, Invalid without a note.
    """
    note = note.strip()
    if not note:
        raise Invalid("note_missing", fields={"note": _("Write what threatens whom.")})
    with invalid_field("note"):
        validators.check_text(note)
    with invalid_field("brief"):
        validators.check_text(brief)
    if not (by.is_system or by.role in LIST_ROLES or by.acting):
        raise Forbidden
    with acting(by):
        case = locked_case(case, by)
        check_open(case)
        if Threat.objects.open().filter(case=case).exists():
            raise Conflict("threat_open", _("A threat is flagged in this case already."))
        raise_threat(case, note, brief, by=by, now=now)
    return case


def raise_threat(case: Case, note: str, brief: str = "", *, by: Actor, now: datetime) -> Threat:
    """Write a threat inside an action that has locked the case: its terms, risk, timeline, event, and its alarm."""
    threat = Threat.objects.create(case=case, flagged_at=now, flagged_by_id=by.membership_id, note=note)
    case.threat_at = now
    case.risk = Case.Risk.CRITICAL
    case.bump()
    case.save(update_fields=("threat_at", "risk", "version"))
    common: dict[str, Any] = {"by": by, "now": now, "center": case.center, "case_id": case.pk}
    running = Deadline.objects.open().filter(case_id=case.pk, code__in=ASSESSMENT_TERMS)
    if running.exists():
        deadlines.shorten(flagged_at=now, case_id=case.pk, by=by, now=now)
    elif case.stage in BEFORE_CONCLUSION:
        deadlines.open_deadline(
            term="assessment_urgent",
            started_at=now,
            subject=("cases.case", case.pk),
            if_absent=True,
            **common,
        )
    deadlines.open_deadline(term=RESPONSE_PLAN, started_at=now, subject=("cases.threat", threat.pk), **common)
    record(case, "threat.flagged", by=by, now=now, subject=("cases.threat", threat.pk))
    emit("threat.flagged", case_id=case.pk, threat=threat.pk, by=by.membership_id)
    react(threat, brief, by=by, now=now)
    return threat


def end_threat(*, threat: Threat, response: str, by: Actor, now: datetime) -> Threat:
    """The response is over: called by the closing of the alarm, which checks who may and what was done (R256 22)."""
    with acting(by):
        threat = Threat.objects.select_for_update(of=("self",)).select_related("case").get(pk=threat.pk)
        if threat.responded_at is not None:
            raise Conflict("no_threat", _("There is no open threat in this case."))
        threat.response, threat.responded_at, threat.responded_by_id = response, now, by.membership_id
        threat.save()
        record(threat.case, "threat.responded", by=by, now=now, subject=("cases.threat", threat.pk))
    return threat


def set_risk(
    *,
    case: Case,
    risk: str,
    reason: str,
    by: Actor,
    now: datetime,
    instruction: str | None = None,
    version: int | None = None,
) -> Case:
    """Set the level of risk with its reason, and the instruction of the red banner when one is given.

    Errors: Missing outside the team, Conflict when stale, closed, or below critical while a threat is open,
    Invalid for an unknown level or a missing reason.
    """
    reason = reason.strip()
    if risk not in Case.Risk.values:
        raise Invalid("risk_unknown", fields={"risk": _("Choose the level of risk.")})
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    with invalid_field("reason"):
        validators.check_text(reason + (instruction or ""))
    with acting(by, reason=reason):
        case = locked_case(case, by, version)
        if not works(case, by):
            raise Missing
        check_open(case)
        if risk != Case.Risk.CRITICAL and Threat.objects.open().filter(case=case).exists():
            raise Conflict(
                "threat_open",
                _("While a threat is open the risk is critical: its alarm has to be closed first."),
            )
        case.risk, case.risk_reason = risk, reason
        if instruction is not None:
            case.instruction = instruction.strip()
        case.bump()
        case.save(update_fields=("risk", "risk_reason", "instruction", "version"))
        record(case, "case.risk", by=by, now=now, risk=str(risk))
    return case


def restrict(*, case: Case, restriction: str, by: Actor, now: datetime) -> Case:
    """Close the case to all but those named: its lead, and team members with a grant. Restricted already:
    nothing changes.

    Errors: Missing for others than team, director and the product itself.
    """
    with acting(by):
        case = locked_case(case, by)
        if not (works(case, by) or directs(case, by)):
            raise Missing
        if not case.restricted:
            put_restriction(case, restriction, by=by, now=now)
    return case


def put_restriction(case: Case, restriction: str, *, by: Actor, now: datetime) -> None:
    """Write the restriction inside an action that has locked the case and checked its actor."""
    case.restricted, case.restriction = True, Case.Restriction(restriction)
    case.save(update_fields=("restricted", "restriction"))
    sync_case_grants(case, now=now)
    record(case, "case.restricted", by=by, now=now, restriction=str(case.restriction))


def _save_stage(case: Case) -> None:
    case.bump()
    case.save(update_fields=("stage", "version"))
