"""Alarms: set off by every threat, acknowledged, engaged, closed (R256 22, states.md)."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.actions import end_threat
from cases.models import Intake, Threat
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Invalid, Text, invalid_field
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.deadlines.actions import cancel, hand_over, meet
from family_support.deadlines.models import Deadline, Holder
from family_support.outbox.events import emit
from family_support.ui.templatetags.ui import moment
from mobile_groups.actions.calling import group_in_force, reminder_after, tell_called
from mobile_groups.loading import alarms_at_hand, with_case_access
from mobile_groups.models import Alarm, ResponsePlan
from mobile_groups.permissions import check_can_answer, check_can_close, check_can_draft, check_commands

RESPONSE_TERM = "response_plan"
BRIEF_LENGTH = 500


def set_off(threat: Threat, brief: str, *, by: Actor, now: datetime) -> None:
    """The reaction to a threat, in its transaction: call the group in force; with none, coordinator and director."""
    case = threat.case
    group = group_in_force(case.center.district_id, now)
    intakes = Intake.objects.filter(case=case)
    alarm = Alarm.objects.create(
        threat=threat,
        case=case,
        district_id=case.center.district_id,
        group=group,
        violence=intakes.filter(violence=True).exists(),
        minor_at_risk=intakes.filter(minor_at_risk=True).exists(),
        brief=brief.strip()[:BRIEF_LENGTH],
        raised_at=now,
        next_reminder_at=reminder_after(now),
    )
    if group is not None:
        _pass(alarm, Holder.AGENCY, by, now)
    tell_called(alarm, group, by=by, now=now)


def remind_alarms(*, now: datetime) -> int:
    """Everybody called hears again of alarms that nobody has acknowledged, every so many hours; how many alarms.

    Safe beside another worker; an outage is caught up with one reminder, not with all that were missed.
    """
    with acting(SYSTEM):
        waiting = Alarm.objects.filter(state=Alarm.State.RAISED, next_reminder_at__lte=now)
        rows = list(waiting.select_for_update(of=("self",), skip_locked=True).select_related("case"))
        for alarm in rows:
            alarm.reminders += 1
            alarm.next_reminder_at = reminder_after(now)
            alarm.save(update_fields=("reminders", "next_reminder_at"))
            record(alarm.case, "alarm.reminded", by=SYSTEM, now=now, subject=subject_of(alarm))
            emit("alarm.reminded", case_id=alarm.case_id, alarm=alarm.pk)
    return len(rows)


def acknowledge_alarm(*, alarm: Alarm, by: Actor, now: datetime) -> Alarm:
    """The group on call has the alarm, or the coordinator, or the director: the reminders end.

    Errors: Missing, Forbidden, Conflict when it was acknowledged already, naming by whom and when.
    """
    with acting(by):
        alarm = locked_alarm(alarm, by)
        check_can_answer(by, alarm)
        if alarm.state != Alarm.State.RAISED:
            raise Conflict("alarm_acknowledged", _already(alarm))
        alarm.acknowledge()
        alarm.acknowledged_at, alarm.acknowledged_by_id = now, by.membership_id
        alarm.next_reminder_at = None
        _save(alarm)
        _pass(alarm, Holder.AGENCY if by.agency_id else Holder.CENTER, by, now)
        record(alarm.case, "alarm.acknowledged", by=by, now=now, subject=subject_of(alarm))
        emit("alarm.acknowledged", case_id=alarm.case_id, alarm=alarm.pk, by=by.membership_id)
    return alarm


def _pass(alarm: Alarm, to: Holder, by: Actor, now: datetime) -> None:
    """The response is worked out by the group that was called, or by the Center where it takes it on itself."""
    hand_over(to=to, terms=RESPONSE_TERM, subjects=[("cases.threat", alarm.pk)], by=by, now=now)


def _already(alarm: Alarm) -> Text:
    who = alarm.acknowledged_by.user.short_name if alarm.acknowledged_by else ""
    return format_lazy(
        _("This alarm was acknowledged already: {who}, {moment}."),
        who=who,
        moment=moment(alarm.acknowledged_at),
    )


def brief_group(
    *, alarm: Alarm, brief: str, expected_version: int | str | None, by: Actor, now: datetime
) -> Alarm:
    """What the group is told: what threatens, without names and addresses. Errors: Missing, Forbidden, Conflict."""
    brief = brief.strip()
    with invalid_field("brief"):
        validators.check_text(brief)
    with acting(by):
        alarm = locked_alarm(alarm, by, expected_version)
        check_can_draft(by, alarm)
        check_alarm_open(alarm)
        alarm.brief = brief
        _save(alarm)
    return alarm


def engage_group(
    *, alarm: Alarm, instead: str = "", expected_version: int | str | None, by: Actor, now: datetime
) -> Alarm:
    """Engage the group in force to work out the response (R256 22). Where none is, say whom instead: the term of the
    response plan then stays open, because the law names the group.

    Errors: Missing, Forbidden, Conflict (stale, not acknowledged, engaged already), Invalid without group and text.
    """
    instead = instead.strip()
    with invalid_field("instead"):
        validators.check_text(instead)
    with acting(by):
        alarm = locked_alarm(alarm, by, expected_version)
        check_commands(by, alarm)
        if alarm.state == Alarm.State.RAISED:
            raise Conflict("alarm_not_acknowledged", _("Acknowledge the alarm first."))
        if alarm.state != Alarm.State.ACKNOWLEDGED:
            raise Conflict("alarm_engaged", _("The group is engaged already."))
        alarm.group = group_in_force(alarm.district_id, now)
        if alarm.group is None and not instead:
            raise Invalid(
                "nobody_engaged",
                fields={
                    "instead": _(
                        "No mobile group is in force in this district: write whom you engaged instead, and enter "
                        "the akim's order."
                    )
                },
            )
        alarm.engaged_instead = "" if alarm.group else instead
        alarm.engage()
        alarm.engaged_at, alarm.engaged_by_id = now, by.membership_id
        _save(alarm)
        meet_response_term(alarm, by=by, now=now)
        record(alarm.case, "alarm.engaged", by=by, now=now, subject=subject_of(alarm))
        emit("alarm.engaged", case_id=alarm.case_id, alarm=alarm.pk, by=by.membership_id)
    return alarm


def meet_response_term(alarm: Alarm, *, by: Actor, now: datetime) -> None:
    """`response_plan` is met when both are there: a plan in force, and the mobile group engaged (rules.md 4)."""
    engaged = alarm.engaged_at is not None and alarm.group_id is not None
    if engaged and alarm.plans.filter(in_force_at__isnull=False).exclude(state="cancelled").exists():
        meet(terms=RESPONSE_TERM, subject=("cases.threat", alarm.pk), by=by, now=now)


def close_alarm(
    *, alarm: Alarm, outcome: str, note: str, expected_version: int | str | None, by: Actor, now: datetime
) -> Alarm:
    """The danger is over, taken over by the competent bodies, or was not confirmed; the threat ends with it.

    Errors: Missing, Forbidden, Conflict (stale, not engaged, an open plan or visit), Invalid: no outcome, no note, or
    no response plan that was carried out.
    """
    note = note.strip()
    if outcome not in Alarm.Outcome.values:
        raise Invalid("outcome_missing", fields={"outcome": _("Choose how it ended.")})
    if not note:
        raise Invalid("note_missing", fields={"note": _("Write how it ended and who watches over it now.")})
    with invalid_field("note"):
        validators.check_text(note)
    with acting(by, reason=note):
        alarm = locked_alarm(alarm, by, expected_version)
        check_can_close(by, alarm)
        if alarm.state != Alarm.State.ENGAGED:
            raise Conflict(
                "alarm_not_engaged", _("An alarm is closed after the group has been engaged: it is not yet.")
            )
        _check_nothing_open(alarm)
        carried_out = alarm.plans.filter(state=ResponsePlan.State.COMPLETED).exists()
        if outcome == Alarm.Outcome.OVER and not carried_out:
            raise Invalid(
                "no_response_plan",
                fields={
                    "outcome": _(
                        "No response plan was carried out: say who took the danger over, or that it was not "
                        "confirmed (R256 22)."
                    )
                },
            )
        _end_term(alarm, outcome, by, now)
        alarm.close()
        alarm.outcome, alarm.closed_at, alarm.closed_by_id = outcome, now, by.membership_id
        _save(alarm)
        end_threat(threat=alarm.threat, response=note, by=by, now=now)
        emit("alarm.closed", case_id=alarm.case_id, alarm=alarm.pk, by=by.membership_id)
    return alarm


def _check_nothing_open(alarm: Alarm) -> None:
    if alarm.plans.open().exists():
        raise Conflict(
            "response_plan_open", _("Complete or cancel the response plan first: the alarm rests on it.")
        )
    if alarm.visits.open().exists():
        raise Conflict(
            "visit_open", _("A visit is not finished: have its protocol signed, or cancel it, first.")
        )


def _end_term(alarm: Alarm, outcome: str, by: Actor, now: datetime) -> None:
    """A term still running is not made to look met: it falls away with its reason."""
    subject = ("cases.threat", alarm.pk)
    if Deadline.objects.open().of_subject(*subject).filter(code=RESPONSE_TERM).exists():
        unfounded = outcome == Alarm.Outcome.UNFOUNDED
        reason = (
            _("the threat was not confirmed") if unfounded else _("no mobile group was engaged under a plan")
        )
        cancel(terms=RESPONSE_TERM, subject=subject, reason=reason, by=by, now=now)


def subject_of(alarm: Alarm) -> tuple[str, int]:
    return ("mobile_groups.alarm", alarm.pk)


def check_alarm_open(alarm: Alarm) -> None:
    """Errors: Conflict."""
    if not alarm.is_open:
        raise Conflict("alarm_closed", _("The alarm is closed: nothing in it can be changed any more."))


def _save(alarm: Alarm) -> None:
    alarm.bump()
    alarm.save()


def locked_alarm(alarm: Alarm | int, by: Actor, expected_version: int | str | None = None) -> Alarm:
    """The alarm anew, locked, its case with what permissions read on it. Errors: Missing, Conflict when stale."""
    pk = alarm if isinstance(alarm, int) else alarm.pk
    found = one(alarms_at_hand(by).select_for_update(of=("self",)), pk=pk)
    if expected_version is not None:
        check_version(found, expected_version)
    return with_case_access(found, by)
