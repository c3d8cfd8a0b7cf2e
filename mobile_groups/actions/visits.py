"""Visits of the group: planned, left, back with a protocol, signed by everybody who was there (R256 20–22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.timeline import record
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Forbidden, Invalid, invalid_field
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from mobile_groups.actions.alarms import check_alarm_open, locked_alarm
from mobile_groups.actions.calling import group_in_force
from mobile_groups.loading import loaded_visits, visitable_case, with_case_access
from mobile_groups.models import Alarm, GroupMember, Visit, VisitMember
from mobile_groups.permissions import check_can_visit, check_visits
from mobile_groups.rules import check_departure, check_times

State = Visit.State
# A visit is noted down a little after it was decided on.
PLANNED_BEFORE = timedelta(hours=12)


def plan_visit(
    *,
    alarm: Alarm,
    planned_for: datetime | None,
    purpose: str,
    place: str = "",
    by: Actor,
    now: datetime,
) -> Visit:
    """Plan a visit of the group called. Errors: Missing, Forbidden, Conflict (alarm closed, no group), Invalid."""
    fields = _planned(planned_for, purpose, place, now)
    with acting(by):
        alarm = locked_alarm(alarm, by)
        check_can_visit(by, alarm)
        check_alarm_open(alarm)
        visit = _create(alarm.case, alarm.group_id, by, now, alarm=alarm, **fields)
    return visit


def plan_early_visit(
    *,
    case: Case,
    planned_for: datetime | None,
    purpose: str,
    place: str = "",
    by: Actor,
    now: datetime,
) -> Visit:
    """Plan a visit for early detection or support to a family without a threat (R256 20); the group in force and the
    coordinator are told.

    Errors: Forbidden, Missing, Conflict (case closed, an alarm open: its visits are planned there, no group), Invalid.
    """
    fields = _planned(planned_for, purpose, place, now)
    check_visits(by)
    with acting(by):
        case = visitable_case(case.pk, by, lock=True)
        _check_early(case)
        group = group_in_force(case.center.district_id, now)
        visit = _create(case, group.pk if group else None, by, now, alarm=None, **fields)
        emit("visit.planned", case_id=case.pk, visit=visit.pk, by=by.membership_id)
    return visit


def _check_early(case: Case) -> None:
    if case.is_closed:
        raise Conflict("case_closed", _("The case is closed: the group has nobody to visit in it."))
    if Alarm.objects.open().filter(case=case).exists():
        raise Conflict("alarm_open", _("An alarm is open in this case: plan the visit from the alarm."))


def _planned(planned_for: datetime | None, purpose: str, place: str, now: datetime) -> dict[str, Any]:
    purpose, place = purpose.strip(), place.strip()
    if planned_for is None or planned_for < now - PLANNED_BEFORE:
        raise Invalid("planned_for_past", fields={"planned_for": _("State when the group is to leave.")})
    if not purpose:
        raise Invalid("purpose_missing", fields={"purpose": _("Write what the visit is for.")})
    for field, text in (("purpose", purpose), ("place", place)):
        with invalid_field(field):
            validators.check_text(text)
    return {"planned_for": planned_for, "purpose": purpose, "place": place}


def _create(case: Case, group_id: int | None, by: Actor, now: datetime, **fields: Any) -> Visit:
    if group_id is None:
        raise Conflict(
            "no_group", _("No mobile group is in force in this district: there is nobody to send.")
        )
    visit = Visit.objects.create(
        case=case, group_id=group_id, planned_at=now, planned_by_id=by.membership_id, **fields
    )
    record(case, "visit.planned", by=by, now=now, subject=subject_of(visit))
    return visit


def depart(
    *,
    visit: Visit,
    departed_at: datetime | None,
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> Visit:
    """The group has left. Errors: Missing, Forbidden, Conflict (stale, not planned, the case closed before a visit for
    early detection), Invalid (no time, to come)."""
    with acting(by):
        visit = locked_visit(visit, by, expected_version)
        _check_state(visit, State.PLANNED)
        if visit.alarm is None and visit.case.is_closed:
            raise Conflict("case_closed", _("The case is closed: the group has nobody to visit in it."))
        visit.departed_at = check_departure(departed_at, now)
        visit.depart()
        _save(visit)
        record(visit.case, "visit.departed", by=by, now=now, subject=subject_of(visit))
    return visit


def record_protocol(
    *,
    visit: Visit,
    arrived_at: datetime | None,
    returned_at: datetime | None,
    members: Sequence[GroupMember],
    workers: Sequence[Membership] = (),
    result: str,
    protocol: str,
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> Visit:
    """The group is back: both times, who was there, what was found and done.

    Errors: Missing, Forbidden, Conflict (stale, not on the way), Invalid: a time missing, to come or out of order,
    nobody from outside the Center, no text, no result.
    """
    protocol = protocol.strip()
    if not protocol:
        raise Invalid("protocol_missing", fields={"protocol": _("Write what the group saw and did.")})
    with invalid_field("protocol"):
        validators.check_text(protocol)
    if result not in Visit.Result.values:
        raise Invalid("result_missing", fields={"result": _("Choose the result of the visit.")})
    with acting(by):
        visit = locked_visit(visit, by, expected_version)
        _check_state(visit, State.DEPARTED)
        visit.arrived_at, visit.returned_at = check_times(
            departed_at=check_departure(visit.departed_at, now),
            arrived_at=arrived_at,
            returned_at=returned_at,
            now=now,
        )
        _check_present(visit, members, workers, now)
        visit.result, visit.protocol = result, protocol
        visit.recorded_at, visit.recorded_by_id = now, by.membership_id
        visit.come_back()
        _save(visit)
        outside = [VisitMember(visit=visit, member=each, name=each.name, post=each.post) for each in members]
        own = [
            VisitMember(visit=visit, worker=each, name=each.user.full_name, post=each.role)
            for each in workers
        ]
        VisitMember.objects.bulk_create([*outside, *own])
        record(
            visit.case,
            "visit.back",
            by=by,
            now=now,
            subject=subject_of(visit),
            result=str(result),
        )
    return visit


def _check_present(
    visit: Visit, members: Sequence[GroupMember], workers: Sequence[Membership], now: datetime
) -> None:
    """At least one outside member (rules.md 6.14); everybody of this group, or a worker of the case's Center."""
    if not members:
        raise Invalid(
            "no_outside_member",
            fields={
                "members": _(
                    "Name at least one member of the group from outside the Center who was there (R256 21)."
                )
            },
        )
    if any(each.group_id != visit.group_id for each in members):
        raise Invalid("member_of_other_group", fields={"members": _("Choose members of this group.")})
    center_id = visit.case.center_id
    if any(each.center_id != center_id or each.role not in WORKERS for each in workers):
        raise Invalid("worker_of_other_center", fields={"workers": _("Choose workers of this Center.")})


def sign_protocol(*, visit: Visit, by: Actor, now: datetime) -> Visit:
    """Sign the protocol as somebody who was there; the last signature closes it.

    Errors: Missing, Conflict (no protocol, signed by this person already), Forbidden for who was not there.
    """
    with acting(by):
        visit = locked_visit(visit, by, None)
        _check_state(visit, State.BACK)
        rows = list(visit.present.select_related("member"))
        own = next((row for row in rows if row.signs_as == by.membership_id), None)
        if own is None:
            raise Forbidden("not_present", _("Only who was there signs the protocol."))
        if own.signed_at is not None:
            raise Conflict("signed_already", _("You have signed this protocol already."))
        own.signed_at = now
        own.save(update_fields=("signed_at",))
        _close_when_signed(visit, rows, by, now)
    return visit


def sign_on_paper(*, visit: Visit, upload: UploadedFile | None, by: Actor, now: datetime) -> Visit:
    """The others signed the printed protocol: its scan stands for their signatures.

    Errors: Missing, Forbidden, Conflict (no protocol, nobody left), Invalid without a scan or for a bad file.
    """
    if upload is None:
        raise Invalid("scan_missing", fields={"scan": _("Attach the scan of the signed protocol.")})
    with acting(by):
        visit = locked_visit(visit, by, None)
        _check_state(visit, State.BACK)
        rows = list(visit.present.select_related("member"))
        left = [row for row in rows if row.signed_at is None]
        attach(
            case_id=visit.case_id,
            subject=subject_of(visit),
            kind=Attachment.Kind.SIGNED_PAPER,
            upload=upload,
            by=by,
            now=now,
            field="scan",
        )
        for row in left:
            row.signed_at, row.on_paper = now, True
        VisitMember.objects.bulk_update(left, ("signed_at", "on_paper"))
        _close_when_signed(visit, rows, by, now)
    return visit


def _close_when_signed(visit: Visit, rows: Sequence[VisitMember], by: Actor, now: datetime) -> None:
    if all(row.signed_at is not None for row in rows):
        visit.sign()
        visit.signed_at = now
        _save(visit)
        record(visit.case, "visit.signed", by=by, now=now, subject=subject_of(visit))
    else:
        visit.bump()
        visit.save(update_fields=("version",))


def cancel_visit(
    *, visit: Visit, reason: str, expected_version: int | str | None, by: Actor, now: datetime
) -> Visit:
    """A planned visit does not take place. Errors: Missing, Forbidden, Conflict, Invalid without a reason."""
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    with invalid_field("reason"):
        validators.check_text(reason)
    with acting(by, reason=reason):
        visit = locked_visit(visit, by, expected_version)
        _check_state(visit, State.PLANNED)
        visit.cancelled_reason = reason
        visit.cancel()
        _save(visit)
        record(visit.case, "visit.cancelled", by=by, now=now, subject=subject_of(visit))
    return visit


def subject_of(visit: Visit) -> tuple[str, int]:
    return ("mobile_groups.visit", visit.pk)


def locked_visit(visit: Visit, by: Actor, expected_version: int | str | None) -> Visit:
    """The visit anew; its alarm, if any, is locked first. Errors: Missing, Forbidden, Conflict when stale."""
    alarm = locked_alarm(visit.alarm_id, by) if visit.alarm_id else None
    if alarm is None:
        found = one(loaded_visits(by).select_for_update(of=("self",)), pk=visit.pk, alarm=None)
        with_case_access(found, by)
    else:  # who sees the alarm sees its visits, and they are of its case
        rows = alarm.visits.select_for_update(of=("self",)).select_related("group__district")
        found = one(rows, pk=visit.pk)
        found.case = alarm.case
    check_can_visit(by, found.call)
    if expected_version is not None:
        check_version(found, expected_version)
    return found


def workers_of(case: Case, now: datetime) -> list[Membership]:
    """Workers of the case's team who can accompany the group."""
    team = case.team.filter(ends_at__isnull=True).values("membership_id")
    rows = Membership.objects.active(local_date(now)).filter(pk__in=team, role__in=WORKERS)
    return list(rows.with_names().order_by("user__last_name", "pk"))


def _check_state(visit: Visit, state: str) -> None:
    if visit.state != state:
        raise Conflict("visit_state", _("The state of the visit does not allow this any more."))


def _save(visit: Visit) -> None:
    visit.bump()
    visit.save()
