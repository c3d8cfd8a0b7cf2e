"""Handing an intake over to another Center: offered, accepted or declined there, withdrawn here (states.md)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.actions.carrying import carry_over
from cases.actions.locking import checked, locked_case, locked_intake
from cases.closing import blockers
from cases.consent import check_consent
from cases.models import Case, Consent, Intake, IntakeTransfer
from cases.permissions import (
    check_can_answer_transfer,
    check_can_propose_transfer,
    check_can_withdraw_transfer,
    check_open,
)
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Missing, Text, invalid_field
from family_support.deadlines import actions as deadlines
from family_support.deadlines.models import Holder
from family_support.directory.models import Center
from family_support.outbox.events import emit

State, Ground = IntakeTransfer.State, IntakeTransfer.Ground
WAITING = ("consultation", "assessment")
ACCEPTANCE = "transfer_acceptance"
SUBJECT = "cases.intaketransfer"
DECIDED: dict[str, Text] = {
    State.ACCEPTED: _("This transfer has been accepted already."),
    State.DECLINED: _("This transfer has been declined already."),
    State.WITHDRAWN: _("The sending Center has withdrawn this transfer."),
}


def propose_transfer(
    *,
    intake: Intake,
    to_center: Center,
    ground: str,
    reason: str,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> IntakeTransfer:
    """Offer a registered intake, with its case in the intake stage, to another Center.

    It stays with the sending Center, whose terms run on; the answer is awaited within an internal term. Errors:
    Missing out of scope, Forbidden for others than the case manager, Invalid for a wrong Center, ground or reason,
    Conflict when stale, closed, answered or assessed already, while another offer waits, while a threat is open,
    and where the family's consent lets nothing be passed on.
    """
    reason = reason.strip()
    _check_proposal(intake, to_center, ground, reason)
    with acting(by, reason=reason):
        if intake.case_id is None:
            raise Conflict("intake_not_registered", _("Only a registered intake can be transferred."))
        case = locked_case(intake.case_id, by)
        check_can_propose_transfer(by, case)
        intake = locked_intake(intake, by, version)
        _check_movable(case, intake)
        if case.transfers.pending().exists():
            raise Conflict("transfer_pending", _("A transfer of this case waits for an answer already."))
        found = blockers(case, Case.Closing.TRANSFERRED)
        if found:
            reasons = "; ".join(str(each.text) for each in found)
            raise Conflict(
                "transfer_blocked",
                _("First finish what keeps the case open: {reasons}").format(reasons=reasons),
            )
        check_may_pass_on(case, now)
        transfer = IntakeTransfer.objects.create(
            intake=intake,
            case=case,
            from_center=case.center,
            to_center=to_center,
            ground=ground,
            reason=reason,
            proposed_at=now,
            proposed_by_id=by.membership_id,
        )
        deadlines.open_deadline(
            term=ACCEPTANCE,
            started_at=now,
            subject=(SUBJECT, transfer.pk),
            center=case.center,
            case_id=case.pk,
            by=by,
            now=now,
        )
        _pass(case, Holder.OTHER_CENTER, by, now)
        _tell("proposed", transfer, by, now)
    return transfer


def accept_transfer(
    *, transfer: IntakeTransfer, by: Actor, now: datetime, version: int | None = None
) -> IntakeTransfer:
    """The asked Center takes it over: an intake with a number of its own and the old moments, a case there, the
    terms counted from the old registration; the sender's case closes as transferred.

    Errors: Missing for others than the asked Center's director, Conflict when stale, decided already, or when the
    case cannot leave any more.
    """
    with acting(by):
        case, transfer = _locked(transfer, by, version)
        check_can_answer_transfer(by, transfer)
        _check_pending(transfer)
        _check_movable(case, transfer.intake)
        check_may_pass_on(case, now)
        new = carry_over(case, transfer.to_center, now=now)
        transfer.accept()
        transfer.new_intake = new[transfer.intake_id]
        _decide(transfer, "", by, now)
        if blockers(case, Case.Closing.TRANSFERRED):
            raise Conflict(
                "transfer_blocked",
                _("The sending Center has something open in this case: it has to finish that first."),
            )
        _close(case, by, now)
        _tell("accepted", transfer, by, now)
    return transfer


def decline_transfer(
    *, transfer: IntakeTransfer, reason: str, by: Actor, now: datetime, version: int | None = None
) -> IntakeTransfer:
    """The asked Center says no. Errors: as `accept_transfer`, Invalid without a reason."""
    reason = _given(reason, "reason")
    with acting(by, reason=reason):
        case, transfer = _locked(transfer, by, version)
        check_can_answer_transfer(by, transfer)
        _check_pending(transfer)
        transfer.decline()
        _decide(transfer, reason, by, now)
        _pass(case, Holder.CENTER, by, now)
        _tell("declined", transfer, by, now)
    return transfer


def withdraw_transfer(
    *, transfer: IntakeTransfer, by: Actor, now: datetime, version: int | None = None
) -> IntakeTransfer:
    """The sending Center keeps it after all.

    Errors: Missing out of scope, Forbidden for others than case manager and director, Conflict when stale or decided.
    """
    with acting(by):
        case, transfer = _locked(transfer, by, version)
        check_can_withdraw_transfer(by, case)
        _check_pending(transfer)
        transfer.withdraw()
        _decide(transfer, "", by, now)
        _pass(case, Holder.CENTER, by, now)
        _tell("withdrawn", transfer, by, now)
    return transfer


def _pass(case: Case, to: Holder, by: Actor, now: datetime) -> None:
    """The sender's terms run on while the other Center thinks it over, but the work lies with that one."""
    deadlines.hand_over(to=to, terms=WAITING, case_id=case.pk, by=by, now=now)


def check_may_pass_on(case: Case, now: datetime) -> None:
    """Before any consent the minimal signal goes along lawfully (94-V art. 8); a consent once given has to include
    transfer to third parties, unless life is or was threatened in this case.

    Errors: Conflict as `check_consent`.
    """
    asked = Consent.objects.filter(case=case).exclude(state=Consent.State.ASKED).exists()
    if asked and case.threat_at is None:
        check_consent(case, third_parties=True, on=local_date(now))


def _check_proposal(intake: Intake, to_center: Center, ground: str, reason: str) -> None:
    errors: dict[str, Text] = {}
    if to_center.pk == intake.center_id:
        errors["to_center"] = _("This is your own Center: choose another one.")
    elif not to_center.is_active:
        errors["to_center"] = _("This Center is not in work: choose another one.")
    if ground not in Ground.values:
        errors["ground"] = _("Choose the ground of the transfer.")
    if not reason:
        errors["reason"] = _("State the reason.")
    if errors:
        raise Invalid("transfer_invalid", fields=errors)
    _given(reason, "reason")


def _given(reason: str, field: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={field: _("State the reason.")})
    with invalid_field(field):
        validators.check_text(reason)
    return reason


def _check_movable(case: Case, intake: Intake) -> None:
    check_open(case)
    if case.stage != Case.Stage.INTAKE:
        raise Conflict(
            "stage_forbids", _("The assessment has begun: only a case in the intake stage is transferred.")
        )
    if intake.state != Intake.State.REGISTERED:
        raise Conflict(
            "intake_decided", _("Only an intake that is registered and not answered yet can be transferred.")
        )


def _locked(transfer: IntakeTransfer, by: Actor, version: int | None) -> tuple[Case, IntakeTransfer]:
    """Case and transfer, locked in this order. Errors: Missing out of scope, Conflict when stale."""
    rows = IntakeTransfer.objects.all() if by.is_system else IntakeTransfer.objects.visible_to(by)
    if not rows.filter(pk=transfer.pk).exists():
        raise Missing
    case = (
        Case.objects.with_access(by)
        .select_for_update(of=("self",))
        .select_related("center__district")
        .get(pk=transfer.case_id)
    )
    found = (
        IntakeTransfer.objects.select_for_update(of=("self",))
        .select_related("intake", "from_center", "to_center__district")
        .get(pk=transfer.pk)
    )
    return case, checked(found, version)


def _check_pending(transfer: IntakeTransfer) -> None:
    if transfer.state != State.PROPOSED:
        raise Conflict("transfer_decided", DECIDED[transfer.state])


def _decide(transfer: IntakeTransfer, answer: str, by: Actor, now: datetime) -> None:
    transfer.answer, transfer.decided_at, transfer.decided_by_id = answer, now, by.membership_id
    transfer.bump()
    transfer.save()
    deadlines.meet(terms=ACCEPTANCE, subject=(SUBJECT, transfer.pk), by=by, now=now)


def _close(case: Case, by: Actor, now: datetime) -> None:
    """The sender's part ends: every intake of it that waited for an answer has gone over."""
    reason = Case.Closing.TRANSFERRED.label
    deadlines.cancel(terms=None, case_id=case.pk, reason=reason, by=by, now=now)
    case.close()
    case.closing, case.closed_at = Case.Closing.TRANSFERRED, now
    case.bump()
    case.save()
    record(case, "case.closed", by=by, now=now, closing=str(case.closing))
    emit("case.closed", case_id=case.pk, closing=str(case.closing), by=by.membership_id)


def _tell(what: str, transfer: IntakeTransfer, by: Actor, now: datetime) -> None:
    record(
        transfer.case,
        f"transfer.{what}",
        by=by,
        now=now,
        subject=(SUBJECT, transfer.pk),
        center=transfer.to_center.names,
    )
    emit(f"transfer.{what}", case_id=transfer.case_id, transfer=transfer.pk, by=by.membership_id)
