"""A place kept for somebody who is to come, the head's word on a new episode, and a reservation given up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case
from cases.actions.steps import put_restriction
from cases.models import Case, Person
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, invalid_field
from family_support.base.idempotency import run_once
from family_support.outbox.events import emit
from family_support.workdays.queries import load_calendar
from shelter.actions.locking import (
    PLACE_TAKEN,
    SUBJECT,
    check_nobody_barred,
    check_state,
    locked_place,
    locked_stay,
    required_text,
)
from shelter.models import Place, Stay
from shelter.permissions import check_can_decide, check_can_place
from shelter.rules import check_beds, last_day


def reserve_place(
    *,
    case: Case,
    person: Person,
    place: Place,
    arrives_at: datetime,
    by: Actor,
    now: datetime,
    episode_note: str = "",
    key: UUID | str | None = None,
) -> Stay:
    """Keep a place for a month from the expected arrival; the case becomes restricted.

    A person who has stayed in this case before needs a new episode: `episode_note` says what happened anew, and the
    head has to allow the stay before the check-in (rules.md 6.9). Errors: Forbidden, Missing outside the team, Conflict
    for a closed case, a person who has a place already, or a place that is taken for a part of this time; Invalid for
    a minor, a stranger to the case, a place not in use or a day that has passed.
    """
    episode_note = episode_note.strip()
    with invalid_field("episode_note"):
        validators.check_text(episode_note)
    if local_date(arrives_at) < local_date(now):
        raise Invalid("arrival_passed", fields={"arrives_at": _("This day has passed.")})

    def write() -> Stay:
        locked = locked_case(case, by)
        check_can_place(by, locked)
        _check_person(locked, person, arrives_at)
        episode = _episode(locked, person, episode_note)
        free = locked_place(place, locked)
        check_beds([person], free.beds, local_date(arrives_at))
        check_nobody_overstays(free, now)
        stay = Stay.objects.create(
            case=locked,
            person=person,
            place=free,
            claim_from=arrives_at,
            claim_to=end_of_month(locked, arrives_at),
            reserved_at=now,
            reserved_by_id=by.membership_id,
            episode=episode,
            episode_note=episode_note if episode > 1 else "",
        )
        if not locked.restricted:
            put_restriction(locked, Case.Restriction.SHELTER, by=by, now=now)
        record(locked, "stay.reserved", by=by, now=now, subject=(SUBJECT, stay.pk))
        if stay.waits_for_head:
            emit("stay.new_episode", case_id=locked.pk, stay=stay.pk, by=by.membership_id)
        return stay

    with acting(by):
        if key is None:
            return write()
        body = {
            "case": case.pk,
            "person": person.pk,
            "place": place.pk,
            "arrives_at": arrives_at,
            "episode_note": episode_note,
        }
        return run_once(key, by, "shelter.reserve_place", body, write)


def end_of_month(case: Case, begins_at: datetime) -> datetime:
    """24:00 of the last day of a stay that begins at this moment."""
    return load_calendar(center=case.center).end_of_day(last_day(local_date(begins_at)))


def check_nobody_overstays(place: Place, now: datetime) -> None:
    """A place is taken as long as somebody lives there, though their last day has passed. Errors: Conflict."""
    if Stay.objects.filter(place=place, state=Stay.State.RESIDENT, claim_to__lt=now).exists():
        raise Conflict("place_taken", PLACE_TAKEN)


def _check_person(case: Case, person: Person, arrives_at: datetime) -> None:
    if not case.members.filter(person=person).exists():
        raise Invalid("not_of_family", fields={"person": _("This person is not of the family of the case.")})
    check_nobody_barred(case, [person], "person")
    if person.is_minor(local_date(arrives_at)):
        text = _("A stay is given to an adult: children come along with one.")
        raise Invalid("minor_alone", fields={"person": text})
    if Stay.objects.active().filter(case=case, person=person).exists():
        raise Conflict("stay_active", _("This person has a place already."))


def _episode(case: Case, person: Person, note: str) -> int:
    """The number of the stay among the person's in this case. Errors: Invalid for a second one without a note."""
    earlier = Stay.objects.filter(case=case, person=person).exclude(state=Stay.State.CANCELLED)
    last = earlier.order_by("-episode").values_list("episode", flat=True).first()
    if last is None:
        return 1
    if not note:
        text = _(
            "This person has stayed here before: write what happened anew. The head has to allow the stay."
        )
        raise Invalid("episode_missing", fields={"episode_note": text})
    return last + 1


def allow_new_stay(*, stay: Stay, reason: str, by: Actor, now: datetime, version: int | None = None) -> Stay:
    """The head allows a new episode, with the reason (rules.md 6.9).

    Errors: Forbidden for others than the director, Missing out of scope, Conflict when stale or nothing waits for the
    head, Invalid without a reason.
    """
    reason = required_text(reason, "reason", _("State the reason."))
    with acting(by, reason=reason):
        case, stay = locked_stay(stay, by, version)
        check_can_decide(by, case)
        check_state(stay, Stay.State.RESERVED)
        if not stay.waits_for_head:
            raise Conflict("nothing_waits", _("This stay does not wait for the head."))
        stay.allowed_reason, stay.allowed_at, stay.allowed_by_id = reason, now, by.membership_id
        stay.bump()
        stay.save()
        record(case, "stay.allowed", by=by, now=now, subject=(SUBJECT, stay.pk))
        emit("stay.allowed", case_id=case.pk, stay=stay.pk, by=by.membership_id)
    return stay


def cancel_reservation(
    *, stay: Stay, reason: str, by: Actor, now: datetime, version: int | None = None
) -> Stay:
    """Give a reserved place up.

    Errors: Forbidden, Missing, Conflict when stale or lived in, Invalid without a reason.
    """
    reason = required_text(reason, "reason", _("State the reason."))
    with acting(by, reason=reason):
        case, stay = locked_stay(stay, by, version)
        check_can_place(by, case)
        check_state(stay, Stay.State.RESERVED)
        stay.cancel()
        stay.cancel_reason = reason
        stay.bump()
        stay.save()
        record(case, "stay.cancelled", by=by, now=now, subject=(SUBJECT, stay.pk))
    return stay
