"""Each body its own part within two working days of approval, and no more (R192 9, 7(3))."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.consent import check_consent
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import AppError, Conflict, Missing
from family_support.deadlines.actions import meet
from family_support.directory.models import Agency
from family_support.outbox.events import emit
from interagency.models import Handoff, Task
from interagency.rules import check_reason, check_version_in_force
from ipr.models import Measure, PlanVersion
from ipr.parts import Source, part_for


def create_handoffs(*, version: PlanVersion, by: Actor, now: datetime) -> list[Handoff]:
    """One hand-off a body of an approved version, each sent at once where the consent allows it.

    Called by the handler of `plan.approved`; called again it changes nothing. The Center's own measures become tasks of
    its own. Errors: Conflict when the version is not approved.
    """
    with acting(by):
        version = (
            PlanVersion.objects.select_for_update(of=("self",))
            .select_related("plan__case__center")
            .get(pk=version.pk)
        )
        check_version_in_force(version)
        measures = list(version.measures.select_related("agency", "sector", "person", "service"))
        handoffs = [
            Handoff.objects.get_or_create(
                plan_version=version, agency=agency, defaults={"case": version.plan.case, "created_at": now}
            )[0]
            for agency in dict.fromkeys(measure.agency for measure in measures if measure.agency is not None)
        ]
        for handoff in handoffs:
            if handoff.state == Handoff.State.PENDING and not handoff.held_reason:
                _send_or_hold(
                    handoff,
                    [measure for measure in measures if measure.agency_id == handoff.agency_id],
                    by,
                    now,
                )
        for measure in measures:
            if measure.by_center:
                _own_task(version, measure, now)
        _meet_when_all_sent(version, by, now)
    return handoffs


def send_handoff(*, handoff: Handoff, by: Actor, now: datetime) -> Handoff:
    """Send a part that was held back or did not arrive. Errors: Conflict (plan not approved, already sent, no consent
    to transfer)."""
    with acting(by):
        handoff = _lock(handoff, by)
        check_version_in_force(handoff.plan_version)
        if handoff.state not in (Handoff.State.PENDING, Handoff.State.FAILED):
            raise Conflict("handoff_sent", _("This part has already been sent."))
        check_consent(handoff.case, third_parties=True)
        measures = list(
            handoff.plan_version.measures.filter(agency=handoff.agency_id).select_related(
                "agency", "sector", "person", "service"
            )
        )
        _send(handoff, measures, by, now)
        _meet_when_all_sent(handoff.plan_version, by, now)
    return handoff


def hold_handoff(*, handoff: Handoff, reason: str, by: Actor, now: datetime) -> Handoff:
    """Keep a pending part back, with a reason; the term runs on. Errors: Invalid, Conflict."""
    with acting(by, reason=reason):
        handoff = _lock(handoff, by)
        if handoff.state != Handoff.State.PENDING:
            raise Conflict("handoff_sent", _("This part has already been sent."))
        handoff.held_reason = check_reason(reason)
        handoff.bump()
        handoff.save()
        record(handoff.case, "handoff.held", by=by, now=now, subject=("interagency.handoff", handoff.pk))
    return handoff


def acknowledge(*, handoff: Handoff, by: Actor, now: datetime) -> Handoff:
    """The body's first officer opened its part; later openings change nothing."""
    with acting(by):
        handoff = Handoff.objects.select_for_update().get(pk=handoff.pk)
        if handoff.agency_id != by.agency_id:
            raise Missing()
        if handoff.state == Handoff.State.SENT:
            handoff.acknowledge()
            handoff.acknowledged_at, handoff.acknowledged_by_id = now, by.membership_id
            handoff.bump()
            handoff.save()
    return handoff


def _lock(handoff: Handoff, by: Actor) -> Handoff:
    """The hand-off of a case the actor works on, locked. Errors: Missing."""
    found = (
        Handoff.objects.select_for_update(of=("self",))
        .select_related("case__center", "plan_version__plan")
        .filter(pk=handoff.pk, case__in=Case.objects.writable_by(by).values("pk"))
        .first()
    )
    if found is None:
        raise Missing()
    return found


def _send_or_hold(handoff: Handoff, measures: list[Measure], by: Actor, now: datetime) -> None:
    try:
        check_consent(handoff.case, third_parties=True)
    except AppError as error:
        handoff.held_reason = str(error.detail)
        handoff.bump()
        handoff.save()
        record(handoff.case, "handoff.held", by=by, now=now, subject=("interagency.handoff", handoff.pk))
        return
    _send(handoff, measures, by, now)


def _send(handoff: Handoff, measures: list[Measure], by: Actor, now: datetime) -> None:
    handoff.send()
    handoff.sent_at, handoff.held_reason, handoff.failure = now, "", ""
    handoff.bump()
    handoff.save()
    agency: Agency = handoff.agency
    today = local_date(now)
    source = Source.of(handoff.case, today)
    for measure in measures:
        Task.objects.create(
            case=handoff.case,
            handoff=handoff,
            measure=measure,
            agency=agency,
            snapshot=part_for(agency, measure, handoff.case, on=today, source=source),
            due_on=measure.due_on,
            sent_at=now,
        )
    record(
        handoff.case,
        "handoff.sent",
        by=by,
        now=now,
        subject=("interagency.handoff", handoff.pk),
        body=agency.names,
        count=len(measures),
    )
    emit("handoff.sent", case_id=handoff.case_id, handoff_id=handoff.pk)


def _own_task(version: PlanVersion, measure: Measure, now: datetime) -> None:
    """A measure of the Center itself is in its hands from the start: nobody has to accept it."""
    if Task.objects.filter(measure=measure).exists():
        return
    task = Task(case=version.plan.case, measure=measure, due_on=measure.due_on, sent_at=now)
    task.save()
    task.accept()
    task.save()


def _meet_when_all_sent(version: PlanVersion, by: Actor, now: datetime) -> None:
    if not version.handoffs.filter(state__in=(Handoff.State.PENDING, Handoff.State.FAILED)).exists():
        meet(terms=("handoff",), subject=("ipr.planversion", version.pk), by=by, now=now)
