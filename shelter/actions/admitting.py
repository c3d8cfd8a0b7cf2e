"""The person comes: the basis, who came along, the month, and with a minor both notices (R256 23(5), 25, 26)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from cases.actions.violence import write_support
from cases.models import Case, Person, ViolenceRecord, ViolenceSupport
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.deadlines.actions import open_deadline
from family_support.deadlines.models import Term
from family_support.directory.models import Agency
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from shelter.actions.locking import (
    PLACE_TAKEN,
    SUBJECT,
    check_nobody_barred,
    check_state,
    locked_place,
    locked_stay,
)
from shelter.actions.reserving import end_of_month
from shelter.models import MinorNotice, Place, Resident, Stay
from shelter.permissions import check_can_place
from shelter.rules import (
    ADDRESSEES,
    NOTICE_KINDS,
    Basis,
    check_admitted_at,
    check_ages,
    check_basis,
    check_beds,
    exit_plan_day,
    last_day,
)

NOTICE = "shelter.minornotice"
# Where the term's row does not say otherwise (states.md, defaults).
EVERY_HOURS = 4
THIRD_NOTICE = _("Both notices about the minors who came together exist already: a third one is not made.")


def check_in(
    *,
    stay: Stay,
    admitted_at: datetime,
    basis: Basis,
    scan: UploadedFile | None,
    minors: Sequence[Person] = (),
    adults: Sequence[Person] = (),
    place: Place | None = None,
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Stay:
    """Admit the person to the place (or to another one given) on exactly one basis, from the exact moment on.

    The stay ends a month later, on a day that does not roll; with a minor both notices are due within 24 hours by the
    clock. Errors: Forbidden, Missing outside the team, Conflict when stale, not reserved, not allowed by the head or
    for a place that is taken; Invalid for no basis or two, missing parts, an admission in the future, ages that
    disagree with birth dates, or more people than beds.
    """
    with acting(by):
        case, stay = locked_stay(stay, by, version)
        check_can_place(by, case)
        check_state(stay, Stay.State.RESERVED)
        if stay.waits_for_head:
            raise Conflict("head_missing", _("The head has not allowed the new stay of this person yet."))
        check_nobody_barred(case, [stay.person], "place")
        first_heard = case.intakes.aggregate(first=Min("received_at"))["first"]
        check_admitted_at(admitted_at, first_heard, now)
        admitted_on = local_date(admitted_at)
        sectors = list(basis.agency.sectors.values_list("code", flat=True)) if basis.agency else []
        check_basis(basis, sectors, local_date(now), has_scan=scan is not None)
        people = _companions(case, stay, minors, adults, admitted_at)
        stay.place = locked_place(place or stay.place_id, case)
        check_beds([stay.person, *people], stay.place.beds, admitted_on)
        _check_place_was_free(stay, admitted_at)
        _settle(case, stay, basis, admitted_at, by)
        Resident.objects.create(stay=stay, person=stay.person, came_at=admitted_at)
        for person in people:
            is_minor = person in minors
            Resident.objects.create(stay=stay, person=person, came_at=admitted_at, is_minor=is_minor)
        if scan is not None:
            _keep(case, stay, scan, by, now)
        _open_terms(case, stay, admitted_at, by, now)
        if minors:
            open_notices(case, stay, admitted_at, by=by, now=now)
        _note_support(case, admitted_at, by, now)
        record(case, "stay.admitted", by=by, now=now, subject=(SUBJECT, stay.pk))
        emit("stay.admitted", case_id=case.pk, stay=stay.pk, by=by.membership_id)
    return stay


def admit_minor(*, stay: Stay, minor: Person, came_at: datetime, by: Actor, now: datetime) -> Stay:
    """A child comes to the stay later: both notices about them begin then, whatever was sent about others before.

    Children who came at the same moment share their notices as long as neither is sent. Errors: Forbidden, Missing,
    Conflict when nobody lives there, Invalid for an adult, a stranger to the case, who lives there already, or a
    moment in the future or before the stay began.
    """
    with acting(by):
        case, stay = locked_stay(stay, by)
        check_can_place(by, case)
        check_state(stay, Stay.State.RESIDENT)
        if came_at > now:
            raise Invalid("future", fields={"came_at": _("The moment is in the future.")})
        if stay.admitted_at is not None and came_at < stay.admitted_at:
            raise Invalid("too_early", fields={"came_at": _("The stay began later than this moment.")})
        _check_members(case, [minor], "minor")
        check_nobody_barred(case, [minor], "minor")
        on = local_date(came_at)
        if minor.birth_date is not None and not minor.is_minor(on):
            text = _("{name} is an adult by birth date.").format(name=minor.full_name)
            raise Invalid("adult", fields={"minor": text})
        if stay.residents.filter(person=minor).exists():
            raise Invalid("resident_already", fields={"minor": _("This person lives in this stay already.")})
        arrival, waits = _arrival(stay, came_at)
        Resident.objects.create(stay=stay, person=minor, came_at=came_at, is_minor=True, arrival=arrival)
        if not waits:
            open_notices(case, stay, came_at, arrival=arrival, by=by, now=now)
        record(case, "stay.minor", by=by, now=now, subject=(SUBJECT, stay.pk))
    return stay


def _arrival(stay: Stay, came_at: datetime) -> tuple[int, bool]:
    """Which coming of minors this is, and whether its two notices wait already, neither of them sent.

    A notice that is out named those who were there: whoever comes after it, or at another moment, needs both anew.
    """
    last = stay.notices.order_by("-arrival").values_list("arrival", flat=True).first()
    if last is None:
        return 1, False
    waiting = stay.notices.filter(arrival=last, counted_from=came_at).missing().count()
    return (last, True) if waiting == len(NOTICE_KINDS) else (last + 1, False)


def open_notices(
    case: Case, stay: Stay, counted_from: datetime, *, arrival: int = 1, by: Actor, now: datetime
) -> list[MinorNotice]:
    """Both notices with their 24 hours from the minor's admission, inside an action that has locked the stay."""
    found = []
    for kind in NOTICE_KINDS:
        notice = MinorNotice.objects.create(
            stay=stay,
            kind=kind,
            arrival=arrival,
            agency=_addressee(case, kind),
            opened_at=now,
            counted_from=counted_from,
            next_reminder_at=first_reminder(kind, counted_from, now),
        )
        open_deadline(
            term=notice.term,
            started_at=counted_from,
            subject=(NOTICE, notice.pk),
            by=by,
            now=now,
            center=case.center,
            case_id=case.pk,
        )
        found.append(notice)
    return found


def first_reminder(kind: str, counted_from: datetime, now: datetime) -> datetime:
    """The director hears of it when the term ends (or is written down as ended), and again so many hours later."""
    row = notice_term(kind, counted_from)
    return max(counted_from + timedelta(hours=row.length or 0), now) + reminded_every(row)


def notice_term(kind: str, at: datetime) -> Term:
    return Term.objects.in_force(f"minor_notice_{kind}", local_date(at))


def reminded_every(row: Term) -> timedelta:
    return timedelta(hours=int(row.escalation.get("every_hours", EVERY_HOURS)))


def _addressee(case: Case, kind: str) -> Agency | None:
    """The body of the Center's district that gets the notice, where there is exactly one of the closest sector."""
    rows = Agency.objects.active().in_district(case.center.district_id)
    for sector in ADDRESSEES[kind]:
        found = list(rows.of_sector(sector)[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _companions(
    case: Case, stay: Stay, minors: Sequence[Person], adults: Sequence[Person], admitted_at: datetime
) -> list[Person]:
    check_ages(minors, adults, local_date(admitted_at))
    for field, people in (("minors", minors), ("adults", adults)):
        _check_members(case, people, field)
        check_nobody_barred(case, people, field)
        if stay.person in people:
            text = _("The stay is given to this person already.")
            raise Invalid("same_person", fields={field: text})
    return [*minors, *adults]


def _check_members(case: Case, people: Sequence[Person], field: str) -> None:
    keys = {person.pk for person in people}
    if case.members.filter(person_id__in=keys).count() != len(keys):
        raise Invalid("not_of_family", fields={field: _("This person is not of the family of the case.")})


def _check_place_was_free(stay: Stay, admitted_at: datetime) -> None:
    """Nobody lives in the place, and nobody left it after the admission. Errors: Conflict."""
    others = Stay.objects.filter(place=stay.place).exclude(pk=stay.pk)
    there = others.filter(state=Stay.State.RESIDENT) | others.filter(
        admitted_at__lt=admitted_at, checked_out_at__gt=admitted_at
    )
    if there.exists():
        raise Conflict("place_taken", PLACE_TAKEN)


def _settle(case: Case, stay: Stay, basis: Basis, admitted_at: datetime, by: Actor) -> None:
    stay.admit()
    stay.basis = Stay.Basis(basis.kind)
    if basis.has_referral:
        stay.referral_agency, stay.referral_number = basis.agency, basis.number.strip()
        stay.referral_on = basis.referral_on
    else:
        stay.application_on = basis.application_on
    stay.admitted_at, stay.admitted_by_id = admitted_at, by.membership_id
    stay.last_day = last_day(local_date(admitted_at))
    stay.claim_from, stay.claim_to = admitted_at, end_of_month(case, admitted_at)
    stay.bump()
    stay.save()


def _keep(case: Case, stay: Stay, scan: UploadedFile, by: Actor, now: datetime) -> None:
    attach(
        case_id=case.pk,
        subject=(SUBJECT, stay.pk),
        kind=Attachment.Kind.LETTER if stay.basis == Stay.Basis.REFERRAL else Attachment.Kind.SIGNED_PAPER,
        upload=scan,
        by=by,
        now=now,
        field="scan",
    )


def _open_terms(case: Case, stay: Stay, admitted_at: datetime, by: Actor, now: datetime) -> None:
    for term, due_on in (("stay_limit", None), ("exit_plan", exit_plan_day(local_date(admitted_at)))):
        open_deadline(
            term=term,
            started_at=admitted_at,
            due_on=due_on,
            subject=(SUBJECT, stay.pk),
            by=by,
            now=now,
            center=case.center,
            case_id=case.pk,
        )


def _note_support(case: Case, admitted_at: datetime, by: Actor, now: datetime) -> None:
    """The stay is the fifth kind of support where signs of violence are noted (R256 23(5))."""
    found = ViolenceRecord.objects.open().filter(case=case).first()
    if found is not None:
        day, kind = local_date(admitted_at), ViolenceSupport.Kind.STAY
        write_support(case, found, kind, day, None, "", by=by, now=now)
