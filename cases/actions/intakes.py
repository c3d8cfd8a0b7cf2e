"""Intakes from the five channels: received, registered with number, slip and terms, or refused (R256 12–14)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case, locked_intake
from cases.actions.people import PersonData, name_family
from cases.actions.protecting import protect_from_colleagues
from cases.actions.receiving import received, slip_code
from cases.actions.sources import NO_SOURCE, Source
from cases.actions.steps import put_restriction, raise_threat
from cases.actions.team import place_lead
from cases.actions.violence import open_record
from cases.models import (
    Case,
    CaseMember,
    FamilyCard,
    Intake,
    NumberCounter,
    Person,
    Threat,
    ViolenceRecord,
)
from cases.numbers import next_number
from cases.permissions import check_can_register, check_open
from cases.timeline import record
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS, Role
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Invalid, Missing, invalid_field
from family_support.base.idempotency import run_once
from family_support.base.prepared import Given, Prepared
from family_support.deadlines.actions import meet, open_deadline
from family_support.directory.models import Agency, Center
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from family_support.workdays.calendar import effective_registration
from family_support.workdays.queries import load_calendar

# What was only received waits no longer than this internal term for a decision.
REGISTRATION = "intake_registration"
# The action's name with the key of a form.
REGISTER = "cases.register_intake"

_last_closed = Prepared(
    lambda: (
        Case.objects.filter(
            center=Given("center"), stage=Case.Stage.CLOSED, members__person__iin_index=Given("iin")
        )
        .order_by("-closed_at", "-pk")
        .values_list("pk")[:1]
    )
)


def register_intake(
    *,
    center: Center,
    channel: str,
    form: str,
    received_at: datetime,
    said: str,
    by: Actor,
    now: datetime,
    person: PersonData | None = None,
    threat: bool = False,
    violence: bool = False,
    minor_at_risk: bool = False,
    sender_name: str = "",
    sender_agency: Agency | None = None,
    source: Source = NO_SOURCE,
    attach_to: Case | None = None,
    lead: Membership | None = None,
    key: UUID | str | None = None,
    family: Collection[str] = frozenset(),
) -> Intake:
    """Receive and register in one act: number, slip, a new case or the family's open one, and the terms of
    R256 13 or 14.

    `person` is whom it concerns (self-referral needs one); `lead` the worker to lead a *new* case, by default the
    one who registers; `attach_to` an open case that the worker sees and recognized the family in; `family` blind
    indexes that a Digital Family Card knows the family by, whose open case is joined. What was received after hours
    counts as registered the next working day, a threat or violence at once (rules.md 6.2). `key` makes a repeat give
    the same intake. Errors: Forbidden for roles that do not register, Missing for another Center, Invalid with `fields`
    named as the parameters and as of
    `people.cleaned`.
    """
    check_can_register(by, channel)
    _check_center(center, by)

    def write() -> Intake:
        intake, who = received(
            center,
            channel,
            form,
            received_at,
            said,
            by,
            now,
            person,
            threat,
            violence,
            minor_at_risk,
            sender_name,
            sender_agency,
            source,
        )
        return _register(intake, who, lead, by, now, attach_to=attach_to, family=family)

    with acting(by):
        if key is None:
            return write()
        body = {
            "channel": channel,
            "form": form,
            "received_at": received_at,
            "said": said,
            "person": repr(person),
            "signs": [threat, violence, minor_at_risk],
            "sender": [sender_name, sender_agency.pk if sender_agency else None],
            "lead": lead.pk if lead else None,
            "source": source.plain(),
            "attach_to": attach_to.pk if attach_to else None,
        }
        return run_once(key, by, REGISTER, body, write)


def receive_intake(
    *,
    center: Center,
    channel: str,
    form: str,
    received_at: datetime,
    said: str,
    by: Actor,
    now: datetime,
    person: PersonData | None = None,
    threat: bool = False,
    violence: bool = False,
    minor_at_risk: bool = False,
    sender_name: str = "",
    sender_agency: Agency | None = None,
    source: Source = NO_SOURCE,
    submitted_by: Actor | None = None,
    about: str = "",
) -> Intake:
    """Keep what came in without registering it yet (a letter to be read, the public form, a body's inbox); threats
    are registered at once by the product itself. Who is outside the Center gets a reference and a code at once.

    `submitted_by` is the officer who sends it, who has asked through `send_to_center`. Errors: as of
    `register_intake`.
    """
    check_can_register(by)
    _check_center(center, by)
    with acting(by):
        intake, who = received(
            center,
            channel,
            form,
            received_at,
            said,
            by,
            now,
            person,
            threat,
            violence,
            minor_at_risk,
            sender_name,
            sender_agency,
            source,
            submitted_by,
            about,
        )
        if threat or violence:
            return _register(intake, who, None, by, now)
        if who is not None:
            who.save()
            intake.applicant = who
            intake.save(update_fields=("applicant",))
        _wait_for_decision(intake, by, now)
    return intake


def _wait_for_decision(intake: Intake, by: Actor, now: datetime) -> None:
    """Somebody of the Center has to register or refuse it within the internal term."""
    calendar = load_calendar(center=intake.center)
    open_deadline(
        term=REGISTRATION,
        started_at=effective_registration(intake.received_at, calendar, False),
        subject=("cases.intake", intake.pk),
        center=intake.center,
        case_id=None,
        by=by,
        now=now,
    )
    emit("intake.received", intake=intake.pk, center=intake.center_id, by=by.membership_id)


def register_received(
    *,
    intake: Intake,
    by: Actor,
    now: datetime,
    lead: Membership | None = None,
    attach_to: Case | None = None,
    version: int | None = None,
) -> Intake:
    """Register what was only received, in a new case, the family's open one, or the one given.

    Errors: Forbidden, Missing, Conflict when stale, no longer just received, or for a closed case.
    """
    check_can_register(by)
    with acting(by):
        intake = locked_intake(intake, by, version)
        if intake.state != Intake.State.RECEIVED:
            raise Conflict("intake_decided", _("This intake has been registered or refused already."))
        return _register(intake, intake.applicant, lead, by, now, attach_to=attach_to)


def refuse_intake(
    *,
    intake: Intake,
    reason: str,
    by: Actor,
    now: datetime,
    kind: str = Intake.Refusal.NOT_REQUEST,
    version: int | None = None,
) -> Intake:
    """Refuse what is spam or no request; the sender is told neutrally.

    Errors: Forbidden, Missing, Invalid without a reason, Conflict when stale, registered, or about a threat.
    """
    check_can_register(by)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    if kind not in Intake.Refusal.values:
        raise Invalid("kind_unknown", fields={"kind": _("Choose why it is refused.")})
    with invalid_field("reason"):
        validators.check_text(reason)
    with acting(by, reason=reason):
        intake = locked_intake(intake, by, version)
        if intake.state != Intake.State.RECEIVED:
            raise Conflict("intake_decided", _("This intake has been registered or refused already."))
        intake.refuse()
        intake.refusal_kind, intake.refusal_reason = kind, reason
        intake.bump()
        intake.save()
        meet(terms=REGISTRATION, subject=("cases.intake", intake.pk), by=by, now=now)
    return intake


def register_as(
    intake: Intake,
    person: Person | None,
    *,
    registered_at: datetime,
    attach_to: Case | None,
    previous: Case | None,
    now: datetime,
) -> Intake:
    """Register an intake that another Center had, at the moment it had (`carrying`); the caller checks and acts."""
    intake = _register(intake, person, None, SYSTEM, now, attach_to=attach_to, registered_at=registered_at)
    case = intake.case
    if case is not None and case.previous_id is None and case.opened_at == now:
        case.previous = previous
        case.save(update_fields=("previous",))
    return intake


def _check_center(center: Center, by: Actor) -> None:
    """A program sends to any Center; people register at their own."""
    if not by.is_system and by.role != Role.MACHINE and center.pk != by.center_id:
        raise Missing


def _register(
    intake: Intake,
    person: Person | None,
    lead: Membership | None,
    by: Actor,
    now: datetime,
    *,
    attach_to: Case | None = None,
    registered_at: datetime | None = None,
    family: Collection[str] = frozenset(),
) -> Intake:
    """Number, slip, case, terms, event. The intake was stored as received in the same or an earlier transaction."""
    center = intake.center
    immediate = intake.threat or intake.violence
    calendar = load_calendar(center=center)
    arrived = intake.received_at if immediate else now
    if registered_at is None:
        registered_at = max(effective_registration(arrived, calendar, immediate), intake.received_at)
    # The counter's lock comes first: two intakes about one family at once would else open two cases.
    number = next_number(center=center, kind=NumberCounter.Kind.INTAKE, now=now)
    known_by = {person.iin_index if person else "", *family} - {""}
    case = _open_case_of(known_by, center)
    if case is None and attach_to is not None:
        case = _chosen(attach_to, by)
    attached = case is not None
    if case is None:
        case = _new_case(intake, person, center, now)
    else:
        known = _known(case, person)
        if known is None and person is not None:
            # Recognized by the worker, not by the number: who was named this time stays readable.
            intake.contact = "; ".join(part for part in (person.full_name, intake.contact) if part)
        intake.applicant = known
    intake.case = case
    intake.number = number
    intake.slip_code = intake.slip_code or slip_code()
    intake.registered_at = registered_at
    intake.registered_by_id = by.membership_id
    intake.register()
    intake.bump()
    intake.save()
    subject = ("cases.intake", intake.pk)
    meet(terms=REGISTRATION, subject=subject, by=by, now=now)
    Attachment.objects.of_subject(*subject).filter(case_id=None).update(case_id=case.pk)
    if not attached:
        _lead_new_case(case, lead, by, now)
    _protect(case, intake, by, now, known_by)
    _open_terms(case, intake, registered_at, by, now, attached=attached)
    kind = "intake.attached" if attached else "intake.registered"
    record(case, kind, by=by, now=now, subject=subject, channel=str(intake.channel))
    emit("intake.registered", case_id=case.pk, intake=intake.pk, attached=attached, by=by.membership_id)
    return intake


def _open_case_of(known_by: Collection[str], center: Center) -> Case | None:
    """The Center's open case of a family known by one of these indexes, as its member or from a Digital Family Card,
    locked: whoever registers may not see it, and learns nothing."""
    if not known_by:
        return None
    members = CaseMember.objects.filter(person__iin_index__in=known_by)
    cards = FamilyCard.objects.about(known_by)
    rows = Case.objects.open().filter(
        Q(pk__in=members.values("case"))
        | Q(pk__in=cards.values("submission__intake__case"))
        | Q(pk__in=cards.values("submission__intake__transfers__new_intake__case")),
        center=center,
    )
    return (
        rows.select_for_update(of=("self",))
        .select_related("center__district")
        .order_by("opened_at", "pk")
        .first()
    )


def _chosen(case: Case, by: Actor) -> Case:
    """The case in which the worker recognized the family, locked. Errors: Missing out of scope, Conflict if closed."""
    found = locked_case(case, by)
    check_open(found)
    return found


def _known(case: Case, person: Person | None) -> Person | None:
    """The person as the case knows them: what a repeat says stays in the intake and overwrites nothing."""
    if person is None:
        return None
    if person.pk is not None:
        Intake.objects.filter(applicant=person).update(applicant=None)
        person.delete()
    if not person.iin_index:
        return None
    return Person.objects.filter(places__case=case, iin_index=person.iin_index).order_by("pk").first()


def _new_case(intake: Intake, person: Person | None, center: Center, now: datetime) -> Case:
    if person is not None and person.pk is None:
        person.save()
    intake.applicant = person
    high = intake.violence or intake.minor_at_risk
    case = Case(
        number=next_number(center=center, kind=NumberCounter.Kind.CASE, now=now),
        center=center,
        district=(person.district if person else None) or center.district,
        opened_at=now,
        risk=Case.Risk.HIGH if high else Case.Risk.LOW,
        previous_id=_previous_case(person, center),
    )
    if person is not None:
        name_family(case, person)
    case.save()
    if person is not None:
        # Whom a signal names is the person of the case, whoever wrote.
        CaseMember.objects.create(case=case, person=person, relation=CaseMember.Relation.SELF, added_at=now)
    return case


def _previous_case(person: Person | None, center: Center) -> int | None:
    """The person's last closed case at the Center, by key."""
    if person is None or not person.iin_index:
        return None
    return next((pk for (pk,) in _last_closed(center=center.pk, iin=person.iin_index)), None)


def _lead_new_case(case: Case, lead: Membership | None, by: Actor, now: datetime) -> None:
    if lead is None and by.role in WORKERS and by.membership_id is not None:
        lead = Membership.objects.select_related("user").get(pk=by.membership_id)
    if lead is not None:
        try:
            place_lead(case, lead, by=by, now=now)
        except Invalid as error:
            raise Invalid(error.code, fields={"lead": error.fields["membership"]}) from error


def _protect(case: Case, intake: Intake, by: Actor, now: datetime, known_by: Collection[str]) -> None:
    """Restrict at once on violence, a minor at risk, or a person who works at the Center (security.md)."""
    if case.restricted:
        return
    if intake.violence:
        put_restriction(case, Case.Restriction.VIOLENCE, by=by, now=now)
    elif intake.minor_at_risk:
        put_restriction(case, Case.Restriction.MINOR_AT_RISK, by=by, now=now)
    else:
        protect_from_colleagues(case, known_by, by=by, now=now)


def _open_terms(
    case: Case, intake: Intake, registered_at: datetime, by: Actor, now: datetime, *, attached: bool
) -> None:
    """Consultation and assessment run in parallel from registration (rules.md 6.7); a threat has terms of its own."""
    common: dict[str, Any] = {
        "started_at": registered_at,
        "by": by,
        "now": now,
        "center": case.center,
        "case_id": case.pk,
    }
    open_deadline(term="consultation", subject=("cases.intake", intake.pk), **common)
    subject = ("cases.case", case.pk)
    if not attached:
        open_deadline(term="assessment_urgent" if intake.threat else "assessment", subject=subject, **common)
    if intake.violence and not ViolenceRecord.objects.open().filter(case=case).exists():
        source = ViolenceRecord.Source.INTAKE
        open_record(case, intake.said, source, by=by, now=now, intake=intake, started_at=registered_at)
    if intake.threat and not Threat.objects.open().filter(case=case).exists():
        raise_threat(case, intake.said, by=by, now=now)
