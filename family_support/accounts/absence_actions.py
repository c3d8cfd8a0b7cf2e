"""Who is away and who stands in: pending work is rerouted while the absence lasts, and no longer (ADR 22)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Absence, ActingDirector, Membership
from family_support.accounts.permissions import check_can_record_absence
from family_support.accounts.roles import STANDS_IN, Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.outbox.events import emit


def record_absence(
    *,
    membership: Membership,
    substitute: Membership,
    starts_on: date,
    ends_on: date,
    reason: str,
    by: Actor,
    now: datetime,
    order_number: str = "",
) -> Absence:
    """Record that somebody is away from a day to a day, and who stands in.

    From the first day on the substitute works on the ordinary cases of the absent (restricted ones only by named
    grant), is told what the absent is told and finds the absent's terms on My day. Both rows of people are locked, so
    that of two recorded at once the second is told on its field; the database itself refuses a substitute who is away.

    Errors: Forbidden, Missing (another Center or body), Invalid with `fields` (period, reason, somebody who cannot
    stand in, is away or stands in then).
    """
    with acting(by, reason=order_number):
        check_can_record_absence(by, membership)
        people = Membership.objects.select_for_update(of=("self",)).order_by("pk")
        list(people.filter(pk__in=(membership.pk, substitute.pk)))
        _check_period(membership, starts_on, ends_on, reason, now)
        _check_substitute(membership, substitute, starts_on, ends_on, by)
        absence = Absence.objects.create(
            membership=membership,
            substitute=substitute,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            order_number=order_number,
            recorded_by_id=by.membership_id,
            recorded_at=now,
        )
        emit("accounts.absence_recorded", absence=absence.pk, by=by.membership_id)
    return absence


def end_absence(*, absence: Absence, by: Actor, now: datetime) -> Absence:
    """End an absence now, also one that has not begun: from this moment nobody stands in by it.

    Errors: Forbidden, Missing (another Center or body), Conflict (over already).
    """
    with acting(by):
        row = Absence.objects.select_for_update(of=("self",)).select_related("membership").get(pk=absence.pk)
        check_can_record_absence(by, row.membership)
        if row.ended_at is not None or row.ends_on < local_date(now):
            raise Conflict("absence_over", _("This absence is over already."))
        row.ended_at, row.ended_by_id = now, by.membership_id
        row.save(update_fields=["ended_at", "ended_by"])
        emit("accounts.absence_ended", absence=row.pk, by=by.membership_id)
    return row


def sharing_days(starts_on: date, ends_on: date) -> Q:
    """Rows with a first and a last day that share a day with a period."""
    return Q(starts_on__lte=ends_on, ends_on__gte=starts_on)


def overlapping(starts_on: date, ends_on: date) -> Q:
    """Absences that share a day with a period."""
    return Q(ended_at__isnull=True) & sharing_days(starts_on, ends_on)


def is_away(membership: Membership, starts_on: date, ends_on: date) -> bool:
    """Whether somebody is away on a day of a period."""
    return Absence.objects.filter(overlapping(starts_on, ends_on), membership=membership).exists()


def director_away(substitute: Membership, starts_on: date, ends_on: date) -> bool:
    """Whether a director is away in a period with this person in the place."""
    rows = Absence.objects.filter(overlapping(starts_on, ends_on), substitute=substitute)
    return rows.filter(membership__role=Role.DIRECTOR).exists()


def _check_period(membership: Membership, starts_on: date, ends_on: date, reason: str, now: datetime) -> None:
    if reason not in Absence.Reason.values:
        raise Invalid("reason", fields={"reason": _("Choose the reason.")})
    if ends_on < starts_on:
        raise Invalid("ends_before_start", fields={"ends_on": _("The last day lies before the first one.")})
    if ends_on < local_date(now):
        raise Invalid("past", fields={"ends_on": _("The period lies in the past.")})
    if is_away(membership, starts_on, ends_on):
        raise Invalid(
            "away_already", fields={"starts_on": _("An absence in these days is recorded already.")}
        )
    if Absence.objects.filter(overlapping(starts_on, ends_on), substitute=membership).exists():
        text = _("This person stands in for a colleague in these days: end that or choose other days.")
        raise Invalid("stands_in", fields={"membership": text})
    if ActingDirector.objects.filter(sharing_days(starts_on, ends_on), membership=membership).exists():
        text = _(
            "This person stands in for the director in these days by an order: end that or choose other days."
        )
        raise Invalid("acts", fields={"membership": text})


def _check_substitute(
    membership: Membership, substitute: Membership, starts_on: date, ends_on: date, by: Actor
) -> None:
    if substitute.user_id == membership.user_id:
        _refuse("oneself", _("Nobody stands in for oneself."))
    if (substitute.center_id, substitute.agency_id) != (membership.center_id, membership.agency_id):
        _refuse("elsewhere", _("This person works elsewhere."))
    if membership.role == Role.DIRECTOR:
        _check_acts_for_director(substitute, starts_on, ends_on)
    elif substitute.role not in STANDS_IN.get(membership.role, frozenset()):
        _refuse("role", _("This person has another role and cannot do this work."))
    if substitute.user_id == by.user_id and membership.role != Role.DIRECTOR:
        # The access that comes with it is given by somebody else, like every right.
        _refuse("by_oneself", _("Somebody else has to name you: choose another colleague."))
    if not working_through(substitute.pk, starts_on, ends_on):
        _refuse("not_staff", _("This person does not work here for the whole period."))
    if is_away(substitute, starts_on, ends_on):
        _refuse("away_too", _("This person is away in these days too."))


def _check_acts_for_director(substitute: Membership, starts_on: date, ends_on: date) -> None:
    """Decision 6.13: only by an order that covers the whole absence."""
    named = ActingDirector.objects.filter(
        membership=substitute, center_id=substitute.center_id, starts_on__lte=starts_on, ends_on__gte=ends_on
    )
    if not named.exists():
        _refuse("not_acting", _("First name this person acting director for these days, by an order."))


def working_through(membership_id: int, starts_on: date, ends_on: date) -> bool:
    """Whether a membership is in force for the whole period."""
    rows = Membership.objects.active(starts_on).filter(pk=membership_id)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=ends_on)).exists()


def _refuse(code: str, text: object) -> None:
    raise Invalid(code, fields={"substitute": text})  # type: ignore[dict-item]
