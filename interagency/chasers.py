"""A late body is asked again: officer, then also its head, then coordinator and director are told (experience.md).

The moments are levels of the report's term (`deadlines.schedule`), each reached exactly once; here stands who is
told. A grade whose moment passed while the product was down is recorded and overtaken by the next one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from cases.timeline import record
from family_support.access.barred import memberships_kept_out
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.models import DeadlineLevel
from family_support.notifications.actions import notify
from family_support.notifications.models import Notice
from family_support.notifications.recipients import directors, of_role
from family_support.notifications.registry import register_kind
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from interagency.models import Task
from interagency.subjects import BODY, CASE, DISTRICT, TASK

IN_DISTRICT = "district.chaser_3"
GRADES = {"chaser_1": 1, "chaser_2": 2, "chaser_3": 3}
# A report is awaited from the body in these states.
AWAITED = (Task.State.SENT, Task.State.ACCEPTED, Task.State.RETURNED)

# (kind, sentence, whether it goes out as mail too)
_KINDS = (
    ("task.chaser_1", _("Your report is late: the first chaser"), False),
    ("task.chaser_2", _("Your report is late: the second chaser"), True),
    ("task.chaser_3", _("Your report is late: the third chaser"), True),
    ("body.chaser_2", _("An officer of your body is late with a report: the second chaser"), False),
    ("body.chaser_3", _("An officer of your body is late with a report: the third chaser"), True),
    (IN_DISTRICT, _("Bodies of your district are late with their reports by five working days"), False),
    ("center.chaser_3", _("A body is five working days late with a report"), False),
)
for _kind, _text, _urgent in _KINDS:
    register_kind(_kind, _text, "alarm", _urgent, late=True, tone="red")


@handles("deadline.level_reached", only={"term": {"task_report"}, "level": GRADES})
def chase(event: Event) -> None:
    """Tell who is to be told of a chaser; nothing where no report is awaited any more."""
    if not event["agency_id"]:
        return
    grade = GRADES[event["level"]]
    tasks = Task.objects.select_related("agency", "case").filter(measure_id=event["subject_id"])
    task = tasks.filter(agency_id=event["agency_id"], state__in=AWAITED).first()
    if task is None:
        return
    # Whose report is late is told as loudly as the ladder of the term says, the others by their kind.
    officers = officers_of(task)
    _tell(event, f"task.chaser_{grade}", officers, (TASK, task.pk), loudness=event.payload.get("loudness"))
    if grade > 1:
        heads = of_role(Role.BODY_ADMIN, on=_today(), agency_id=task.agency_id)
        _tell(event, f"body.chaser_{grade}", heads, (BODY, event["agency_id"]))
    if grade > 2:
        district = task.agency.district_id if task.agency else 0
        # The coordinator is told of lateness, never of a case.
        _tell(event, IN_DISTRICT, _untold_today(district, event.pk), (DISTRICT, district), of_case=False)
        _tell(event, "center.chaser_3", directors(event["center_id"], _today()), (CASE, task.case_id))
    with acting(SYSTEM):
        names = task.agency.names if task.agency else {}
        kind = f"task.chaser_{grade}"
        record(task.case, kind, by=SYSTEM, now=clock.now(), subject=(TASK, task.pk), body=names)


def _untold_today(district: int, event_id: int) -> list[int]:
    """The district's coordinators who have not been told of lateness today. One notice a day, however many bodies and
    tasks: notices that can be counted would give back the small numbers that the district's figures hide."""
    rows = Membership.objects.active(_today()).filter(role=Role.COORDINATOR, agency__district_id=district)
    # Locked, so that two events delivered at once do not both find nobody told.
    locked = [row.pk for row in rows.select_for_update(of=("self",)).order_by("pk")]
    others = Notice.objects.filter(recipient__in=locked, kind=IN_DISTRICT).exclude(event_id=event_id)
    told = {
        row.recipient_id
        for row in others.filter(created_at__gte=clock.now() - timedelta(days=1))
        if clock.local_date(row.created_at) == _today()
    }
    return [pk for pk in locked if pk not in told]


def officers_of(task: Task) -> list[int]:
    """Whom of its officers the body gave the task to; all of them while it is given to nobody in force, or to somebody
    whom the case keeps out since."""
    officers = of_role(Role.AGENCY_OFFICER, on=_today(), agency_id=task.agency_id)
    kept_out = memberships_kept_out(officers, [task.case_id])
    everybody = [pk for pk in officers if pk not in kept_out]
    return [task.assigned_to_id] if task.assigned_to_id in everybody else everybody


def sent_chasers(measure_ids: Collection[int]) -> dict[int, list[DeadlineLevel]]:
    """Measure -> the chasers that went out for its report, the first first; one query."""
    rows = DeadlineLevel.objects.filter(
        deadline__code="task_report",
        deadline__subject_type="ipr.measure",
        deadline__subject_id__in=measure_ids,
        level__in=GRADES,
        told=True,
    )
    found: dict[int, list[DeadlineLevel]] = {}
    for row in rows.select_related("deadline").order_by("reached_at", "pk"):
        found.setdefault(row.deadline.subject_id, []).append(row)
    return found


def _today() -> date:
    return clock.local_date(clock.now())


def _tell(
    event: Event,
    kind: str,
    recipients: list[int],
    subject: tuple[str, int],
    *,
    of_case: bool = True,
    loudness: str | None = None,
) -> None:
    case_id = event.case_id if of_case else None
    with acting(SYSTEM):
        notify(
            recipients,
            kind,
            subject=subject,
            case_id=case_id,
            event_id=event.pk,
            loudness=loudness,
            now=clock.now(),
        )
