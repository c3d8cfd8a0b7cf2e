"""Changes of the calendar and of Centers' hours: published as a version, then open deadlines are counted again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from family_support.accounts.permissions import check_can_set_hours
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.deadlines.models import Recount
from family_support.deadlines.recount import Preview, concerned, preview
from family_support.directory.models import Center, Region
from family_support.workdays.calendar import Hours
from family_support.workdays.edition import (
    DayChange,
    HoursChange,
    Line,
    Order,
    Scope,
    after,
    after_hours,
    check_hours,
    day_changes,
)
from family_support.workdays.publishing import hold_version, next_version, write_days, write_hours
from family_support.workdays.queries import calendar_of, load_edition

logger = logging.getLogger(__name__)
RECOUNT_TASK = "deadlines.recount"
# The calendar reaches so far ahead that no term goes beyond it.
FAR = timedelta(days=3650)


def check_can_edit_calendar(by: Actor) -> None:
    """Raise Forbidden unless the actor edits the calendar for the ministry."""
    if not by.is_system and by.role != Role.MINISTRY_EDITOR:
        raise Forbidden()


def check_order(number: str, day: date | None, today: date) -> Order:
    """The order that a change stands on. Raises Invalid where number or date are missing or impossible."""
    number = number.strip().removeprefix("№").strip()
    if not number:
        raise Invalid("order_missing", fields={"order_number": _("Give the number of the order.")})
    if day is None:
        raise Invalid("order_missing", fields={"order_date": _("Give the date of the order.")})
    if day > today:
        raise Invalid(
            "order_in_future", fields={"order_date": _("The order's date cannot be later than today.")}
        )
    return Order(number, day)


def scope_of(region: Region | None, center: Center | None) -> Scope:
    """Whom an order concerns. Raises Invalid for a region and a Center at once."""
    if region is not None and center is not None:
        raise Invalid("scope", fields={"center": _("Choose either a region or a Center.")})
    return Scope(region.pk if region else None, center.pk if center else None)


def preview_calendar(
    *,
    lines: Sequence[Line],
    order_number: str,
    order_date: date | None,
    region: Region | None,
    center: Center | None,
    by: Actor,
    now: datetime,
) -> Preview:
    """How many open deadlines an order would move. Errors: Forbidden, Invalid."""
    check_can_edit_calendar(by)
    order = check_order(order_number, order_date, local_date(now))
    scope = scope_of(region, center)
    edition = load_edition()
    changes = _changes(lines, order, scope, center, now)
    rows = concerned(scope, changes[0].date, changes[-1].date, calendar_of(edition, None))
    return preview(rows, after(edition, scope, changes), now)


def publish_calendar(
    *,
    lines: Sequence[Line],
    order_number: str,
    order_date: date | None,
    region: Region | None,
    center: Center | None,
    seen: int,
    by: Actor,
    now: datetime,
) -> Recount:
    """Publish an order as the next version of the calendar; open deadlines are counted again in the background.

    Errors: Forbidden, Invalid, Conflict `stale_version` when another version came out since `seen`.
    """
    with acting(by):
        check_can_edit_calendar(by)
        order = check_order(order_number, order_date, local_date(now))
        hold_version(seen)
        scope = scope_of(region, center)
        changes = _changes(lines, order, scope, center, now)
        version = next_version(seen=seen, order=order, note=_places(scope, region, center), now=now)
        write_days(version, scope, changes)
        return _recount(version.number, order, scope, changes[0].date, changes[-1].date, by, now)


def preview_hours(
    *,
    center: Center,
    opens: time,
    closes: time,
    valid_from: date,
    order_number: str,
    order_date: date | None,
    by: Actor,
    now: datetime,
) -> Preview:
    """How many open deadlines of the Center other hours would move. Errors: Forbidden, Missing, Invalid."""
    check_can_set_hours(by, center.pk)
    today = local_date(now)
    check_hours(opens, closes, valid_from, today)
    check_order(order_number, order_date, today)
    edition = load_edition()
    change = HoursChange(center.pk, Hours(valid_from, opens, closes))
    rows = concerned(Scope(center_id=center.pk), valid_from, None, calendar_of(edition, center))
    return preview(rows, after_hours(edition, change, today), now)


def publish_hours(
    *,
    center: Center,
    opens: time,
    closes: time,
    valid_from: date,
    order_number: str,
    order_date: date | None,
    seen: int,
    by: Actor,
    now: datetime,
) -> Recount:
    """Set when the Center opens and closes from a day on (decision 6.1); a change that waits is replaced.

    Errors: Forbidden, Missing (another Center), Invalid, Conflict `stale_version`.
    """
    with acting(by):
        check_can_set_hours(by, center.pk)
        check_hours(opens, closes, valid_from, local_date(now))
        order = check_order(order_number, order_date, local_date(now))
        change = HoursChange(center.pk, Hours(valid_from, opens, closes))
        return _publish_hours(change, valid_from, order, seen, by, now)


def take_back_hours(
    *, center: Center, order_number: str, order_date: date | None, seen: int, by: Actor, now: datetime
) -> Recount:
    """Take back the change of hours that waits. Errors: as of `publish_hours`; Conflict when none waits."""
    with acting(by):
        check_can_set_hours(by, center.pk)
        today = local_date(now)
        order = check_order(order_number, order_date, today)
        hold_version(seen)
        waiting = [each for each in load_edition().hours.get(center.pk, ()) if each.since > today]
        if not waiting:
            raise Conflict("nothing_waits", _("No change of the hours is waiting."))
        return _publish_hours(HoursChange(center.pk, None), waiting[0].since, order, seen, by, now)


def _publish_hours(
    change: HoursChange, first: date, order: Order, seen: int, by: Actor, now: datetime
) -> Recount:
    hold_version(seen)
    today = local_date(now)
    waiting = [each.since for each in load_edition().hours.get(change.center_id, ()) if each.since > today]
    version = next_version(seen=seen, order=order, note="", now=now)
    write_hours(version, change, order, today)
    scope = Scope(center_id=change.center_id)
    return _recount(version.number, order, scope, min([first, *waiting]), today + FAR, by, now)


def _changes(
    lines: Sequence[Line], order: Order, scope: Scope, center: Center | None, now: datetime
) -> list[DayChange]:
    region_id = center.district.region_id if center else None
    return day_changes(load_edition(), scope, lines, order, local_date(now), region_id)


def _places(scope: Scope, region: Region | None, center: Center | None) -> str:
    place = center or region
    return place.name_ru if scope.is_local and place is not None else ""


def _recount(
    version: int, order: Order, scope: Scope, first: date, last: date, by: Actor, now: datetime
) -> Recount:
    edition = load_edition(version - 1)
    recount = Recount.objects.create(
        version=version,
        note=f"№ {order.number}, {order.day:%d.%m.%Y}",
        by_id=by.membership_id,
        region_id=scope.region_id,
        center_id=scope.center_id,
        first_day=first,
        last_day=last,
        started_at=now,
        total=concerned(scope, first, last, calendar_of(edition, None)).count(),
    )
    if not clock.is_told():
        transaction.on_commit(hurry, robust=True)
    return recount


def hurry() -> None:
    """Ask a worker to begin at once. Only a shortcut: without a broker the minute's sweep begins it."""
    try:
        current_app.send_task(RECOUNT_TASK, retry=False, ignore_result=True)
    except Exception as error:  # whatever the broker's client raises: the recount is a row and waits
        logger.warning("broker unavailable, the sweep will recount: %s", type(error).__name__)
