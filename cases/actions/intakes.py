"""Intakes from the five channels: received, registered with number, slip and terms, or refused (R256 12–14)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_intake
from cases.actions.people import PROFILE_FIELDS, PersonData, cleaned, fill, name_family
from cases.actions.steps import put_restriction, raise_threat
from cases.actions.team import place_lead
from cases.models import Case, CaseMember, Intake, NumberCounter, Person, Threat
from cases.numbers import next_number
from cases.permissions import check_can_register
from cases.timeline import record
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Missing, Text, invalid_field
from family_support.base.idempotency import run_once
from family_support.deadlines.actions import open_deadline
from family_support.directory.models import Agency, Center
from family_support.outbox.events import emit
from family_support.workdays.calendar import effective_registration
from family_support.workdays.queries import load_calendar

Channel, Form = Intake.Channel, Intake.Form
# How each channel reaches a Center (R256 12).
FORMS: Mapping[str, frozenset[str]] = {
    Channel.SELF: frozenset({Form.DESK, Form.PHONE, Form.LETTER, Form.PUBLIC}),
    Channel.CONTACT_CENTER: frozenset({Form.PHONE, Form.SYSTEM}),
    Channel.STATE_SYSTEM: frozenset({Form.SYSTEM}),
    Channel.BODY: frozenset({Form.DESK, Form.PHONE, Form.LETTER, Form.SYSTEM}),
    Channel.MEDIA: frozenset({Form.LINK, Form.PHONE, Form.LETTER}),
}
SLIP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SLIP_LENGTH = 8


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
    lead: Membership | None = None,
    key: UUID | str | None = None,
) -> Intake:
    """Receive and register in one act: number, slip, a new case or the family's open one, and the terms of
    R256 13 or 14.

    `person` is whom it concerns (self-referral needs one); `lead` the worker to lead a *new* case, by default the
    one who registers. What was received after hours counts as registered the next working day, a threat or
    violence at once (rules.md 6.2). `key` makes a repeat give the same intake. Errors: Forbidden for roles that
    do not register, Missing for another Center, Invalid with `fields` named as the parameters and as of
    `people.cleaned`.
    """
    check_can_register(by)
    _check_center(center, by)

    def write() -> Intake:
        intake, who = _received(
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
        )
        return _register(intake, who, lead, by, now)

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
        }
        return run_once(key, by, "cases.register_intake", body, write)


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
) -> Intake:
    """Keep what came in without registering it yet (a letter to be read, the public form); threats are
    registered at once.

    Errors: as of `register_intake`.
    """
    check_can_register(by)
    _check_center(center, by)
    with acting(by):
        intake, who = _received(
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
        )
        if threat or violence:
            return _register(intake, who, None, by, now)
        if who is not None:
            who.save()
            intake.applicant = who
            intake.save(update_fields=("applicant",))
    return intake


def register_received(
    *, intake: Intake, by: Actor, now: datetime, lead: Membership | None = None, version: int | None = None
) -> Intake:
    """Register what was only received. Errors: Forbidden, Missing, Conflict when stale or no longer just received."""
    check_can_register(by)
    with acting(by):
        intake = locked_intake(intake, by, version)
        if intake.state != Intake.State.RECEIVED:
            raise Conflict("intake_decided", _("This intake has been registered or refused already."))
        return _register(intake, intake.applicant, lead, by, now)


def refuse_intake(
    *, intake: Intake, reason: str, by: Actor, now: datetime, version: int | None = None
) -> Intake:
    """Refuse what is spam or no request; the sender is told neutrally.

    Errors: Forbidden, Missing, Invalid without a reason, Conflict when stale, registered, or about a threat.
    """
    check_can_register(by)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    with acting(by, reason=reason):
        intake = locked_intake(intake, by, version)
        if intake.state != Intake.State.RECEIVED:
            raise Conflict("intake_decided", _("This intake has been registered or refused already."))
        intake.refuse()
        intake.refusal_reason = reason
        intake.bump()
        intake.save()
    return intake


def _check_center(center: Center, by: Actor) -> None:
    if not by.is_system and center.pk != by.center_id:
        raise Missing


def _received(
    center: Center,
    channel: str,
    form: str,
    received_at: datetime,
    said: str,
    by: Actor,
    now: datetime,
    person: PersonData | None,
    threat: bool,
    violence: bool,
    minor_at_risk: bool,
    sender_name: str,
    sender_agency: Agency | None,
) -> tuple[Intake, Person | None]:
    """The stored intake and the person it concerns, checked and not stored."""
    sender_name = " ".join(sender_name.split())
    errors = wrong_parts(channel, form, received_at, said, person, sender_name, sender_agency, now)
    who = None
    if person is not None and not person.is_empty:
        try:
            who = fill(Person(), _minimal(cleaned(person, today=local_date(now))))
        except Invalid as error:
            errors |= {name: texts[0] for name, texts in error.fields.items()}
    if errors:
        raise Invalid("intake_invalid", fields=errors)
    for field, text in (("said", said), ("sender_name", sender_name)):
        with invalid_field(field):
            validators.check_text(text)
    intake = Intake.objects.create(
        center=center,
        channel=channel,
        form=form,
        received_at=received_at,
        said=said.strip(),
        contact=_contact(who),
        threat=threat,
        violence=violence,
        minor_at_risk=minor_at_risk,
        sender_name=sender_name,
        sender_agency=sender_agency,
        registered_by_id=by.membership_id,
    )
    return intake, who


def wrong_parts(
    channel: str,
    form: str,
    received_at: datetime,
    said: str,
    person: PersonData | None,
    sender_name: str,
    sender_agency: Agency | None,
    now: datetime,
) -> dict[str, Text]:
    """Field -> message for what is missing or cannot be, the person's own data aside; the form asks the same."""
    errors: dict[str, Text] = {}
    if channel not in Channel.values:
        errors["channel"] = _("Choose the channel.")
    elif form not in FORMS[channel]:
        errors["form"] = _("This channel does not come in this form.")
    if received_at > now:
        errors["received_at"] = _("The moment is in the future.")
    if not said.strip():
        errors["said"] = _("Write what was said.")
    if channel == Channel.SELF and (person is None or person.is_empty):
        errors["last_name"] = _("Enter at least the last name or the first name.")
    if channel == Channel.BODY and not sender_name and sender_agency is None:
        errors["sender_name"] = _("Say who sent it: choose a body or write a name.")
    return errors


def _minimal(data: PersonData) -> PersonData:
    """A signal is lawful without consent only while it is minimal: no profile is taken from it (94-V art. 8)."""
    if data.has_profile:
        given = [name for name in PROFILE_FIELDS if getattr(data, name).strip()]
        raise Invalid(
            "profile_too_early",
            fields=dict.fromkeys(given, _("The full profile is filled in after consent.")),
        )
    return data


def _contact(person: Person | None) -> str:
    if person is None:
        return ""
    parts = (person.phone, person.get_safe_contact_display(), person.safe_contact_note)
    return "; ".join(str(part) for part in parts if part)


def _register(
    intake: Intake, person: Person | None, lead: Membership | None, by: Actor, now: datetime
) -> Intake:
    """Number, slip, case, terms, event. The intake was stored as received in the same or an earlier transaction."""
    center = intake.center
    immediate = intake.threat or intake.violence
    calendar = load_calendar(center=center)
    arrived = intake.received_at if immediate else now
    registered_at = max(effective_registration(arrived, calendar, immediate), intake.received_at)
    # The counter's lock comes first: two intakes about one family at once would else open two cases.
    number = next_number(center=center, kind=NumberCounter.Kind.INTAKE, now=now)
    case = _open_case_of(person, center)
    attached = case is not None
    if case is None:
        case = _new_case(intake, person, center, now)
    else:
        intake.applicant = _known(case, person)
    intake.case = case
    intake.number = number
    intake.slip_code = "".join(secrets.choice(SLIP_ALPHABET) for _each in range(SLIP_LENGTH))
    intake.registered_at = registered_at
    intake.registered_by_id = by.membership_id
    intake.register()
    intake.bump()
    intake.save()
    if not attached:
        _lead_new_case(case, lead, by, now)
    _protect(case, intake, by, now)
    _open_terms(case, intake, registered_at, by, now, attached=attached)
    kind = "intake.attached" if attached else "intake.registered"
    record(case, kind, by=by, now=now, subject=("cases.intake", intake.pk), channel=str(intake.channel))
    emit("intake.registered", case_id=case.pk, intake=intake.pk, attached=attached, by=by.membership_id)
    return intake


def _open_case_of(person: Person | None, center: Center) -> Case | None:
    """The Center's open case of the same IIN, locked: whoever registers may not see it, and learns nothing."""
    if person is None or not person.iin_index:
        return None
    rows = Case.objects.open().filter(center=center, members__person__iin_index=person.iin_index)
    return (
        rows.select_for_update(of=("self",))
        .select_related("center__district")
        .order_by("opened_at", "pk")
        .first()
    )


def _known(case: Case, person: Person | None) -> Person | None:
    """The person as the case knows them: what a repeat says stays in the intake and overwrites nothing."""
    if person is None:
        return None
    if person.pk is not None:
        Intake.objects.filter(applicant=person).update(applicant=None)
        person.delete()
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
        previous=_previous_case(person, center),
    )
    if person is not None:
        name_family(case, person)
    case.save()
    if person is not None:
        # Whom a signal names is the person of the case, whoever wrote.
        CaseMember.objects.create(case=case, person=person, relation=CaseMember.Relation.SELF, added_at=now)
    return case


def _previous_case(person: Person | None, center: Center) -> Case | None:
    if person is None or not person.iin_index:
        return None
    rows = Case.objects.filter(
        center=center, stage=Case.Stage.CLOSED, members__person__iin_index=person.iin_index
    )
    return rows.order_by("-closed_at", "-pk").first()


def _lead_new_case(case: Case, lead: Membership | None, by: Actor, now: datetime) -> None:
    if lead is None and by.role in WORKERS and by.membership_id is not None:
        lead = Membership.objects.select_related("user").get(pk=by.membership_id)
    if lead is not None:
        try:
            place_lead(case, lead, by=by, now=now)
        except Invalid as error:
            raise Invalid(error.code, fields={"lead": error.fields["membership"]}) from error


def _protect(case: Case, intake: Intake, by: Actor, now: datetime) -> None:
    """Restrict at once on violence, a minor at risk, or a person who works at the Center (security.md)."""
    if case.restricted:
        return
    if intake.violence:
        put_restriction(case, Case.Restriction.VIOLENCE, by=by, now=now)
    elif intake.minor_at_risk:
        put_restriction(case, Case.Restriction.MINOR_AT_RISK, by=by, now=now)
    elif _is_staff(intake.applicant, case.center, now):
        put_restriction(case, Case.Restriction.STAFF, by=by, now=now)


def _is_staff(person: Person | None, center: Center, now: datetime) -> bool:
    if person is None or not person.iin_index:
        return False
    staff = Membership.objects.active(local_date(now)).of_center(center.pk)
    return staff.filter(user__iin_index=person.iin_index).exists()


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
    if intake.violence:
        open_deadline(term="violence_redirection", subject=subject, if_absent=True, **common)
    if intake.threat and not Threat.objects.open().filter(case=case).exists():
        raise_threat(case, intake.said, by=by, now=now)
