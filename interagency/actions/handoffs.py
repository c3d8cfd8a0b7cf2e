"""Each body its own part within two working days of approval, and no more (R192 9, 7(3))."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.consent import check_consent
from cases.models import Case
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import AppError, Conflict
from family_support.base.rows import one
from family_support.deadlines.actions import hand_over, meet, open_deadline
from family_support.deadlines.models import Holder
from family_support.outbox.events import emit
from interagency.actions.amending import carry_tasks_over
from interagency.actions.tasks import take_back
from interagency.grants import sync_task_grants
from interagency.models import Handoff, Task
from interagency.permissions import check_coordinates
from interagency.rules import check_reason, check_version_in_force
from ipr.changes import told_changes
from ipr.models import Measure, PlanVersion
from ipr.parts import Source, part_for

REPORT = "task_report"


def create_handoffs(*, version: PlanVersion, by: Actor, now: datetime) -> list[Handoff]:
    """One hand-off a body of an approved version, each sent at once where the consent allows it.

    Called by the handler of `plan.approved`; called again it changes nothing. After an amendment only new and changed
    measures go out again (R256 17). The Center's own measures become tasks of its own. Errors: Conflict when the
    version is not approved.
    """
    with acting(by):
        version = (
            PlanVersion.objects.select_for_update(of=("self",))
            .select_related("plan__case__center")
            .get(pk=version.pk)
        )
        check_version_in_force(version)
        carry_tasks_over(version, by, now)
        waiting = _not_handed_off(version.measures.all())
        handoffs = [
            Handoff.objects.get_or_create(
                plan_version=version, agency=agency, defaults={"case": version.plan.case, "created_at": now}
            )[0]
            for agency in dict.fromkeys(measure.agency for measure in waiting if measure.agency is not None)
        ]
        for handoff in handoffs:
            if handoff.state == Handoff.State.PENDING and not handoff.held_told:
                part = [measure for measure in waiting if measure.agency_id == handoff.agency_id]
                _send_or_hold(handoff, part, by, now)
        for measure in waiting:
            if measure.by_center:
                _own_task(version, measure, now)
        _meet_when_all_sent(version, by, now)
    return handoffs


def send_handoff(*, handoff: Handoff, by: Actor, now: datetime) -> Handoff:
    """Send a part that was held back or did not arrive.

    Errors: Forbidden, Missing, Conflict (plan not approved, already sent, no consent to transfer).
    """
    with acting(by):
        handoff = _lock(handoff, by)
        check_version_in_force(handoff.plan_version)
        if handoff.state not in (Handoff.State.PENDING, Handoff.State.FAILED):
            raise Conflict("handoff_sent", _("This part has already been sent."))
        check_consent(handoff.case, third_parties=True, on=local_date(now))
        measures = _not_handed_off(handoff.plan_version.measures.filter(agency=handoff.agency_id))
        _send(handoff, measures, by, now)
        _meet_when_all_sent(handoff.plan_version, by, now)
    return handoff


def mark_undelivered(*, handoff: Handoff, reason: str, by: Actor, now: datetime) -> Handoff:
    """A part that was sent turned out not to have arrived: said by the worker, who then sends it again.

    The term of the hand-off runs anew from that moment (ours: the law counts from approval, R192 9). Errors:
    Forbidden, Missing, Invalid, Conflict for a part that is not on its way or that the body has opened.
    """
    with acting(by, reason=reason):
        handoff = _lock(handoff, by)
        if handoff.state != Handoff.State.SENT:
            raise Conflict(
                "handoff_state",
                _("Only a part that was sent and that the body has not opened can be so marked."),
            )
        handoff.fail()
        handoff.failure = check_reason(reason)[:200]
        handoff.bump()
        handoff.save()
        open_deadline(
            term="handoff",
            started_at=now,
            by=by,
            now=now,
            center=handoff.case.center,
            case_id=handoff.case_id,
            subject=("ipr.planversion", handoff.plan_version_id),
            if_absent=True,
        )
        waiting = handoff.tasks.open().values_list("measure", flat=True)
        _pass_reports(list(waiting), Holder.CENTER, by, now)
        record(
            handoff.case,
            "handoff.failed",
            by=by,
            now=now,
            subject=("interagency.handoff", handoff.pk),
            body=handoff.agency.names,
        )
    return handoff


def stop_sharing(*, case: Case, by: Actor, now: datetime) -> int:
    """The person's consent ended: bodies' open tasks are taken back, parts not yet sent are held; how many were open.

    Called by the handler of `consent.settled` (94-V art. 8(7)).
    """
    with acting(by, reason=str(Handoff.Held.WITHDRAWN.label)):
        tasks = (
            Task.objects.select_for_update(of=("self",))
            .filter(case=case, agency__isnull=False)
            .open()
            .select_related("agency", "case__center")
            .order_by("pk")
        )
        for task in tasks:
            take_back(task, Task.Closing.CONSENT, by, now)
        waiting = Handoff.objects.select_for_update(of=("self",)).filter(
            case=case,
            state__in=(Handoff.State.PENDING, Handoff.State.FAILED),
            held_code="",
            held_reason="",
        )
        for handoff in waiting.select_related("case"):
            _hold(handoff, Handoff.Held.WITHDRAWN, by, now)
            _await_consent(handoff, by, now)
    return len(tasks)


def hold_handoff(*, handoff: Handoff, reason: str, by: Actor, now: datetime) -> Handoff:
    """Keep a pending part back, with a reason; the term runs on. Errors: Forbidden, Missing, Invalid, Conflict."""
    with acting(by, reason=reason):
        handoff = _lock(handoff, by)
        if handoff.state != Handoff.State.PENDING:
            raise Conflict("handoff_sent", _("This part has already been sent."))
        _hold(handoff, check_reason(reason), by, now)
    return handoff


def _lock(handoff: Handoff, by: Actor) -> Handoff:
    """The hand-off of a case the actor works on, locked. Errors: Forbidden, Missing."""
    check_coordinates(by)
    return one(
        Handoff.objects.select_for_update(of=("self",)).select_related(
            "case__center", "plan_version__plan", "agency"
        ),
        pk=handoff.pk,
        case__in=Case.objects.writable_by(by).values("pk"),
    )


def _not_handed_off(measures: Iterable[Measure]) -> list[Measure]:
    """Those of the measures (a queryset) that no executor has in hand."""
    in_hand = Task.objects.exclude(state=Task.State.WITHDRAWN).values("measure")
    return list(measures.exclude(pk__in=in_hand).select_related("agency", "sector", "person", "service"))  # type: ignore[attr-defined]


def _send_or_hold(handoff: Handoff, measures: list[Measure], by: Actor, now: datetime) -> None:
    try:
        check_consent(handoff.case, third_parties=True, on=local_date(now))
    except AppError as error:
        _hold(handoff, Handoff.Held(error.code), by, now)
        _await_consent(handoff, by, now)
        return
    _send(handoff, measures, by, now)


def _await_consent(handoff: Handoff, by: Actor, now: datetime) -> None:
    """Nothing may be told before the family consents (94-V art. 8): the term of the hand-off lies with it."""
    subject = ("ipr.planversion", handoff.plan_version_id)
    hand_over(to=Holder.FAMILY, terms="handoff", subjects=[subject], by=by, now=now)


def _hold(handoff: Handoff, reason: Handoff.Held | str, by: Actor, now: datetime) -> None:
    of_product = isinstance(reason, Handoff.Held)
    handoff.held_code, handoff.held_reason = (reason, "") if of_product else ("", reason)
    handoff.bump()
    handoff.save()
    record(handoff.case, "handoff.held", by=by, now=now, subject=("interagency.handoff", handoff.pk))


def _send(handoff: Handoff, measures: list[Measure], by: Actor, now: datetime) -> None:
    handoff.send()
    handoff.sent_at, handoff.held_code, handoff.held_reason, handoff.failure = now, "", "", ""
    handoff.bump()
    handoff.save()
    today = local_date(now)
    source = Source.of(handoff.case, today)
    for measure in measures:
        part = part_for(handoff.agency, measure, handoff.case, on=today, source=source)
        before = _before(handoff, measure)
        task = Task.objects.create(
            case=handoff.case,
            handoff=handoff,
            measure=measure,
            agency=handoff.agency,
            snapshot=part,
            due_on=measure.due_on,
            sent_at=now,
            replaces=before,
            changes=told_changes(before.snapshot, part) if before else [],
        )
        if before is not None:
            _keep_officer(task, before, now)
            emit("task.changed", case_id=handoff.case_id, task_id=task.pk)
    _pass_reports([measure.pk for measure in measures], Holder.AGENCY, by, now)
    record(
        handoff.case,
        "handoff.sent",
        by=by,
        now=now,
        subject=("interagency.handoff", handoff.pk),
        body=handoff.agency.names,
        count=len(measures),
    )
    emit("handoff.sent", case_id=handoff.case_id, handoff_id=handoff.pk)


def _pass_reports(measures: Collection[int], to: Holder, by: Actor, now: datetime) -> None:
    """The reports of these measures lie with the body from when it has its part."""
    hand_over(to=to, terms=REPORT, subjects=[("ipr.measure", pk) for pk in measures], by=by, now=now)


def _before(handoff: Handoff, measure: Measure) -> Task | None:
    """The task of the same body for the same measure that this one takes the place of, if there was one."""
    taken_back = Task.objects.filter(
        case=handoff.case_id, agency=handoff.agency_id, measure__key=measure.key, state=Task.State.WITHDRAWN
    )
    return taken_back.filter(replaced_by__isnull=True).order_by("-closed_at", "-pk").first()


def _keep_officer(task: Task, before: Task, now: datetime) -> None:
    """Whom the body had given the measure to keeps it."""
    if before.assigned_to_id is not None:
        task.assigned_to_id, task.assigned_at = before.assigned_to_id, before.assigned_at
        task.save(update_fields=["assigned_to", "assigned_at"])
        sync_task_grants(task, now=now)


def _own_task(version: PlanVersion, measure: Measure, now: datetime) -> None:
    """A measure of the Center itself is in its hands from the start: nobody has to accept it."""
    task = Task(case=version.plan.case, measure=measure, due_on=measure.due_on, sent_at=now)
    task.save()
    task.accept()
    task.save()


def _meet_when_all_sent(version: PlanVersion, by: Actor, now: datetime) -> None:
    if not version.handoffs.filter(state__in=(Handoff.State.PENDING, Handoff.State.FAILED)).exists():
        meet(terms=("handoff",), subject=("ipr.planversion", version.pk), by=by, now=now)
