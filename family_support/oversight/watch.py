"""Unusual looking, found in the read log: the product asks the security officer to look, and says no more than that.

The thresholds stand here in one place. An alert is raised once a period and account, by the unique constraint, however
often and by how many processes this runs.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count
from redis.exceptions import RedisError

from family_support.access.models import CaseOpening, ReadEntry
from family_support.access.reads import SEARCHED
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.oversight.models import LookAlert
from family_support.workdays.calendar import OutsideCalendar
from family_support.workdays.queries import Calendars, load_edition

logger = logging.getLogger(__name__)
Kind = LookAlert.Kind
# So many answers "not found" to one account within so many minutes.
MISSES, MISSES_MINUTES = 20, 10
# So many searches in a day that would have met people of restricted cases, had they been open to the account.
SEARCHES_A_DAY = 1
# More emergency accesses in a month than this.
GLASS_A_MONTH = 2
# So many different cases read on one day outside the Center's hours.
OUT_OF_HOURS_CASES = 15
LOOKED_BACK = timedelta(hours=26)


def note_miss(membership_id: int, now: datetime) -> None:
    """Count one "not found" of an account, in the cache; the one that is too many raises the alert.

    Minutes are counted apart, so that the ten minutes slide. Without the cache nothing is counted: an answer never
    fails because a counter cannot be kept.
    """
    minute = int(now.timestamp() // 60)
    key = f"oversight:misses:{membership_id}:"
    try:
        cache.add(f"{key}{minute}", 0, (MISSES_MINUTES + 1) * 60)
        cache.incr(f"{key}{minute}")
        counted = cache.get_many([f"{key}{minute - back}" for back in range(MISSES_MINUTES)])
    except (RedisError, OSError, ValueError):
        logger.warning("misses_not_counted")
        return
    count = sum(counted.values())
    if count >= MISSES:
        # Once an hour: who goes on trying is not a new alert every minute.
        raise_alert(Kind.MISSES, membership_id, f"{now:%Y-%m-%dT%H}", count, now)


def raise_alert(kind: Kind, membership_id: int, period: str, count: int, now: datetime) -> bool:
    """Raise an alert and tell the security officers, unless it was raised for the period already; whether it is new."""
    with acting(SYSTEM, reason="oversight"):
        alert, created = LookAlert.objects.get_or_create(
            kind=kind,
            membership_id=membership_id,
            period=period,
            defaults={"count": count, "noticed_at": now},
        )
        if created:
            notify(
                of_role(Role.SECURITY_OFFICER, on=local_date(now)),
                "looks.unusual",
                subject=("oversight.lookalert", alert.pk),
                case_id=None,
                now=now,
            )
    return created


def watch(now: datetime) -> int:
    """Look through what was read lately; how many alerts are new."""
    found = [*_searches(now), *_glass(now), *_out_of_hours(now)]
    return sum(raise_alert(kind, who, period, count, now) for kind, who, period, count in found)


Unusual = tuple[Kind, int, str, int]


def _searches(now: datetime) -> list[Unusual]:
    rows = ReadEntry.objects.filter(at__gt=now - LOOKED_BACK, what=SEARCHED).values_list(
        "membership_id", "at"
    )
    days: dict[tuple[int, str], int] = defaultdict(int)
    for membership, at in rows:
        days[membership, f"{local_date(at)}"] += 1
    return [(Kind.SEARCHES, who, day, count) for (who, day), count in days.items() if count >= SEARCHES_A_DAY]


def _glass(now: datetime) -> list[Unusual]:
    month = local_date(now).replace(day=1)
    rows = CaseOpening.objects.exclude(code="").filter(opened_at__gt=now - timedelta(days=32))
    months: dict[int, int] = defaultdict(int)
    for membership, at in rows.values_list("membership_id", "opened_at"):
        if local_date(at) >= month:
            months[membership] += 1
    return [
        (Kind.GLASS, who, f"{month:%Y-%m}", count) for who, count in months.items() if count > GLASS_A_MONTH
    ]


def _out_of_hours(now: datetime) -> list[Unusual]:
    lately = ReadEntry.objects.filter(at__gt=now - LOOKED_BACK).exclude(what=SEARCHED)
    many = (
        lately.order_by()
        .values("membership_id")
        .annotate(cases=Count("case_id", distinct=True))
        .filter(cases__gte=OUT_OF_HOURS_CASES)
        .values_list("membership_id", flat=True)
    )
    people = Membership.objects.filter(pk__in=list(many), center__isnull=False).select_related(
        "center__district"
    )
    centers = {row.pk: row.center for row in people}
    if not centers:
        return []
    calendars = Calendars(load_edition())
    seen: dict[tuple[int, str], set[int]] = defaultdict(set)
    for membership, case, at in lately.filter(membership_id__in=centers).values_list(
        "membership_id", "case_id", "at"
    ):
        center = centers[membership]
        assert center is not None  # noqa: S101 - filtered above
        calendar = calendars.of(center)
        local = calendar.local(at)
        try:
            opens, closes = calendar.hours_of(local.date())
            working = calendar.is_working(local.date()) and opens <= local.time() <= closes
        except OutsideCalendar:
            continue
        if not working:
            seen[membership, f"{local.date()}"].add(case)
    return [
        (Kind.OUT_OF_HOURS, who, day, len(cases))
        for (who, day), cases in seen.items()
        if len(cases) >= OUT_OF_HOURS_CASES
    ]
