"""Each working day a body's head reads how its work stands: counts only, once a day, mailed in their daily digest."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from family_support.access.barred import memberships_kept_out
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.notifications.registry import register_kind, register_morning
from family_support.workdays.queries import load_calendar
from interagency.models import BodyDigest, Task
from interagency.subjects import BODY

# Local time from which the day's digest goes out, and for how long it is the morning's.
FROM = time(9, 0)
MORNING = timedelta(minutes=10)

register_kind(
    "body.digest",
    _("Your body today: %(overdue)s overdue, %(returned)s returned, %(unassigned)s given to nobody"),
    "report",
    late=True,
    tone="orange",
)


def send_digests(now: datetime) -> int:
    """Tell the heads of bodies with late, returned or unassigned tasks; how many bodies. Nothing on days off.

    Called every hour: the row of the day keeps it to one, whoever calls twice.
    """
    calendar = load_calendar()
    local = calendar.local(now)
    if local.time() < FROM or not calendar.is_working(local.date()):
        return 0
    told = 0
    for row in _counts(now):
        with acting(SYSTEM):
            counts = {name: row[name] for name in ("open", "overdue", "returned", "unassigned")}
            _digest, created = BodyDigest.objects.get_or_create(
                agency_id=row["agency_id"], on=local.date(), defaults=counts
            )
            if created:
                heads = _heads(row["agency_id"], local.date())
                params = {name: counts[name] for name in ("overdue", "returned", "unassigned")}
                subject = (BODY, row["agency_id"])
                notify(heads, "body.digest", subject=subject, case_id=None, params=params, now=now)
                told += 1
    return told


def morning(now: datetime) -> None:
    """Before the daily digests gather what is new: the figures of the morning belong into the mail of that morning."""
    local = load_calendar().local(now)
    if FROM <= local.time() < (datetime.combine(local.date(), FROM) + MORNING).time():
        send_digests(now)


register_morning(morning)


def _heads(agency_id: int, on: date) -> list[int]:
    """The body's heads, without who is kept out of a case that the counts hold (security.md)."""
    heads = of_role(Role.BODY_ADMIN, on=on, agency_id=agency_id)
    cases = Task.objects.open().filter(agency_id=agency_id).values("case_id")
    kept_out = memberships_kept_out(heads, cases)
    return [pk for pk in heads if pk not in kept_out]


def _counts(now: datetime) -> QuerySet[Any]:
    """Per body: its open tasks, and those that are late, returned, given to nobody. One query."""
    today = load_calendar().local_date(now)
    awaited = Q(state__in=("sent", "accepted", "returned"))
    rows = (
        Task.objects.open()
        .filter(agency__isnull=False)
        .values("agency_id")
        .annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=awaited & Q(due_on__lt=today)),
            returned=Count("pk", filter=Q(state="returned")),
            unassigned=Count("pk", filter=Q(assigned_to__isnull=True) & ~Q(state="declined")),
        )
        .order_by("agency_id")
    )
    return rows.filter(Q(overdue__gt=0) | Q(returned__gt=0) | Q(unassigned__gt=0))
