"""Consent asked, given, refused, withdrawn, expired (R256 11, 13; Law 94-V art. 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case, locked_consent
from cases.models import Case, Consent, Person
from cases.permissions import check_can_work
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Text, invalid_field
from family_support.base.idempotency import run_once
from family_support.deadlines.actions import hand_over, meet, open_deadline
from family_support.deadlines.models import Holder
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit

NEED_CONSENT = ("assessment", "plan_preparation", "handoff")
WITHDRAWAL = "consent_withdrawal"


def ask_consent(*, case: Case, person: Person, by: Actor, now: datetime) -> Consent:
    """Note that a member of the family was asked. Errors: Missing outside the team, Invalid for somebody else, Conflict
    when a consent of this person is asked for or in force."""
    with acting(by):
        case = locked_case(case, by)
        check_can_work(by, case)
        if not case.members.filter(person=person).exists():
            raise Invalid("not_member", fields={"person": _("Choose a member of the family.")})
        known = Consent.objects.filter(
            case=case, person=person, state__in=(Consent.State.ASKED, Consent.State.GIVEN)
        )
        if known.exists():
            raise Conflict(
                "consent_in_force", _("This person has been asked, or has given consent, already.")
            )
        _pass(case, Holder.FAMILY, by, now)
        return Consent.objects.create(
            case=case,
            person=person,
            asked_at=now,
            operator_name=case.center.name_ru,
            operator_bin=case.center.bin,
            recorded_by_id=by.membership_id,
        )


def give_consent(
    *,
    consent: Consent,
    signed_on: date | None,
    data: Iterable[str],
    by: Actor,
    now: datetime,
    valid_until: date | None = None,
    third_parties: bool = False,
    cross_border: bool = False,
    publication: bool = False,
    upload: UploadedFile | None = None,
    version: int | None = None,
) -> Consent:
    """Record a signed consent: its date, term, list of data and what it allows; the scan is kept where there is one.

    Errors: Missing outside the team, Conflict when stale or decided already, Invalid for dates, an empty list of
    data or a file that is not accepted.
    """
    with acting(by):
        case = locked_case(consent.case_id, by)
        check_can_work(by, case)
        consent = locked_consent(consent, version)
        _check_asked(consent)
        consent.data = _checked_terms(signed_on, data, valid_until, consent.asked_at, now)
        consent.signed_on, consent.valid_until, consent.decided_at = signed_on, valid_until, now
        consent.third_parties, consent.cross_border, consent.publication = (
            third_parties,
            cross_border,
            publication,
        )
        consent.give()
        consent.bump()
        consent.save()
        if upload is not None:
            subject = ("cases.consent", consent.pk)
            attach(
                case_id=case.pk,
                subject=subject,
                kind=Attachment.Kind.CONSENT,
                upload=upload,
                by=by,
                now=now,
                field="scan",
            )
        _pass_back(case, by, now)
        record(case, "consent.given", by=by, now=now, subject=("cases.consent", consent.pk))
    return consent


def _pass(case: Case, to: Holder, by: Actor, now: datetime) -> None:
    """Without the answer neither profile, plan nor hand-off go on: their terms lie with the family meanwhile."""
    hand_over(to=to, terms=NEED_CONSENT, case_id=case.pk, by=by, now=now)


def _pass_back(case: Case, by: Actor, now: datetime) -> None:
    """The answer is there; another member of the family may still be asked."""
    if not Consent.objects.filter(case=case, state=Consent.State.ASKED).exists():
        _pass(case, Holder.CENTER, by, now)


def _checked_terms(
    signed_on: date | None, data: Iterable[str], valid_until: date | None, asked_at: datetime, now: datetime
) -> list[str]:
    errors = {}
    today = local_date(now)
    chosen = [code for code in Consent.Data.values if code in set(data)]
    if signed_on is None:
        errors["signed_on"] = _("Enter the date of signature.")
    elif signed_on > today:
        errors["signed_on"] = _("The date is in the future.")
    if not chosen:
        errors["data"] = _("Choose the data that the consent covers.")
    if valid_until is not None and valid_until < today:
        errors["valid_until"] = _("The consent would have ended already.")
    if errors:
        raise Invalid("consent_invalid", fields=errors)
    return chosen


def refuse_consent(
    *, consent: Consent, reason: str, by: Actor, now: datetime, version: int | None = None
) -> Consent:
    """Record a refusal: support ends as voluntary refusal; a threat keeps the response open.

    Errors: as `give_consent`; Invalid without what the person said.
    """
    reason = _checked_reason(reason)
    with acting(by):
        case = locked_case(consent.case_id, by)
        check_can_work(by, case)
        consent = locked_consent(consent, version)
        _check_asked(consent)
        consent.refuse()
        consent.decided_at, consent.reason = now, reason
        consent.bump()
        consent.save()
        _pass_back(case, by, now)
        record(case, "consent.refused", by=by, now=now, subject=("cases.consent", consent.pk))
    return consent


def record_consent(
    *,
    case: Case,
    person: Person,
    given: bool,
    by: Actor,
    now: datetime,
    signed_on: date | None = None,
    data: Iterable[str] = (),
    valid_until: date | None = None,
    third_parties: bool = False,
    cross_border: bool = False,
    publication: bool = False,
    reason: str = "",
    upload: UploadedFile | None = None,
    key: UUID | str | None = None,
) -> Consent:
    """Ask and decide in one act, as at the desk; a consent in force gives way to a newer one that covers no less.

    Errors: as of `ask_consent`, `give_consent`, `refuse_consent`; Invalid where the newer one takes something back,
    for that is a withdrawal with its own term (94-V art. 8(7)).
    """
    data = list(data)

    def decide() -> Consent:
        if given:
            allows = {
                "third_parties": third_parties,
                "cross_border": cross_border,
                "publication": publication,
            }
            _give_way(case, person, data, allows, by, now)
        asked = Consent.objects.filter(case=case, person=person, state=Consent.State.ASKED).first()
        consent = asked or ask_consent(case=case, person=person, by=by, now=now)
        if not given:
            return refuse_consent(consent=consent, reason=reason, by=by, now=now)
        return give_consent(
            consent=consent,
            signed_on=signed_on,
            data=data,
            by=by,
            now=now,
            valid_until=valid_until,
            third_parties=third_parties,
            cross_border=cross_border,
            publication=publication,
            upload=upload,
        )

    with acting(by):
        if key is None:
            return decide()
        body = {
            "case": case.pk,
            "person": person.pk,
            "given": given,
            "signed_on": signed_on,
            "data": data,
            "valid_until": valid_until,
            "allows": [third_parties, cross_border, publication],
            "reason": reason,
        }
        return run_once(key, by, "cases.record_consent", body, decide)


def _give_way(
    case: Case, person: Person, data: list[str], allows: dict[str, bool], by: Actor, now: datetime
) -> None:
    """The person's consent in force, if any, ends for the newer: replaced, or expired where its term is over."""
    case = locked_case(case, by)
    check_can_work(by, case)
    rows = Consent.objects.select_for_update(of=("self",))
    held = rows.filter(case=case, person=person, state=Consent.State.GIVEN).first()
    if held is None:
        return
    if held.holds(local_date(now)):
        _check_no_narrower(held, data, allows)
        held.replace()
    else:
        held.expire()
    held.bump()
    held.save()


def _check_no_narrower(held: Consent, data: list[str], allows: dict[str, bool]) -> None:
    errors: dict[str, Text] = {}
    if not set(held.data) <= set(data):
        errors["data"] = _("The consent in force covers more: taking a part back is a withdrawal.")
    for name, allowed in allows.items():
        if getattr(held, name) and not allowed:
            errors[name] = _("The consent in force allows this: taking it back is a withdrawal.")
    if errors:
        raise Invalid("consent_narrower", fields=errors)


def withdraw_consent(
    *, consent: Consent, reason: str, by: Actor, now: datetime, version: int | None = None
) -> Consent:
    """Record a withdrawal: processing has to stop, or be refused with reasons, within its term (94-V art. 8(7)).

    Errors: Missing outside the team, Conflict when stale or not in force, Invalid without a reason.
    """
    reason = _checked_reason(reason)
    with acting(by):
        case = locked_case(consent.case_id, by)
        check_can_work(by, case)
        consent = locked_consent(consent, version)
        if consent.state != Consent.State.GIVEN:
            raise Conflict("consent_not_given", _("Only a consent in force can be withdrawn."))
        consent.withdraw()
        consent.reason = reason
        consent.bump()
        consent.save()
        open_deadline(
            term=WITHDRAWAL,
            started_at=now,
            by=by,
            now=now,
            center=case.center,
            case_id=case.pk,
            subject=("cases.consent", consent.pk),
        )
        record(case, "consent.withdrawn", by=by, now=now, subject=("cases.consent", consent.pk))
    return consent


def settle_withdrawal(
    *,
    consent: Consent,
    stopped: bool | None,
    settlement: str,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Consent:
    """Stop processing, or refuse to with the reason of the law that forbids it; meets the term of the withdrawal.

    Once stopped, the bodies' tasks are taken back by those who hear the event (94-V art. 8(7)). Errors: Missing
    outside the team, Conflict when stale, not withdrawn or settled already, Invalid without decision or answer.
    """
    if stopped is None:
        raise Invalid("no_decision", fields={"stopped": _("Say whether processing stops.")})
    settlement = _checked_reason(settlement, "settlement")
    with acting(by):
        case = locked_case(consent.case_id, by)
        check_can_work(by, case)
        consent = locked_consent(consent, version)
        if consent.state != Consent.State.WITHDRAWN or consent.settled_at is not None:
            raise Conflict("nothing_to_settle", _("There is no open withdrawal of this consent."))
        consent.settled_at, consent.settlement, consent.stopped = now, settlement, stopped
        consent.bump()
        consent.save()
        meet(terms=WITHDRAWAL, subject=("cases.consent", consent.pk), by=by, now=now)
        record(case, "consent.settled", by=by, now=now, subject=("cases.consent", consent.pk))
        emit("consent.settled", case_id=case.pk, consent=consent.pk, stopped=stopped)
    return consent


def expire_consents(*, now: datetime, by: Actor = SYSTEM) -> int:
    """Mark consents whose last day has passed; how many. Runs daily, harmless when repeated."""
    with acting(by):
        rows = Consent.objects.select_for_update(skip_locked=True, of=("self",)).select_related("case")
        found = list(rows.filter(state=Consent.State.GIVEN, valid_until__lt=local_date(now)).order_by("pk"))
        for consent in found:
            consent.expire()
            consent.bump()
            consent.save()
            record(consent.case, "consent.expired", by=by, now=now, subject=("cases.consent", consent.pk))
    return len(found)


def _check_asked(consent: Consent) -> None:
    if consent.state != Consent.State.ASKED:
        raise Conflict("consent_decided", _("This consent has been decided already."))


def _checked_reason(reason: str, field: str = "reason") -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={field: _("Write what was said or decided.")})
    with invalid_field(field):
        validators.check_text(reason)
    return reason
