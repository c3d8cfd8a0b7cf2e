"""The ministry's editor at work: a term that will change, a region closed by a snowstorm, winter hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from family_support.accounts.actors import load_actor
from family_support.accounts.demo import DOMAIN
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.deadlines.calendar_actions import publish_calendar, publish_hours
from family_support.deadlines.catalog import TERMS
from family_support.deadlines.models import Term
from family_support.deadlines.recount import run_all
from family_support.directory.models import Center
from family_support.reference import actions
from family_support.reference.actions import Act
from family_support.workdays.calendar import Names
from family_support.workdays.edition import Line, What
from family_support.workdays.queries import current_version, load_calendar

STORM = Names(
    "Қатты бұрқасынға байланысты өңірдегі орталықтардың жабылуы",
    "Закрытие центров региона из-за сильной метели",
    "Centers of the region closed by a snowstorm",
)


def change_reference(now: datetime) -> None:
    """Enter what is to come, by the same actions as the pages; deadlines that move are counted again at once."""
    with clock.at(now):
        editor, today = _member(Role.MINISTRY_EDITOR, now), clock.local_date(now)
        _longer_review(editor, now, today)
        center = Center.objects.select_related("district__region").order_by("pk").first()
        if center is None:
            return
        _storm(editor, center, now, today)
        _winter_hours(center, now, today)
        run_all(now)


def _member(role: Role, now: datetime, center: Center | None = None) -> Actor:
    rows = Membership.objects.filter(role=role, user__email__endswith=f"@{DOMAIN}", center=center)
    found = load_actor(rows.order_by("pk")[0], now)
    if found is None:
        raise LookupError(f"nobody is {role} in the demo")
    return found


def _longer_review(editor: Actor, now: datetime, today: date) -> None:
    """From the first of the month after next, three working days instead of two for the mark of a report."""
    row = Term.objects.in_force("report_review", today)
    content = {name: getattr(row, name) for name in TERMS.content} | {"length": 3}
    first = (today.replace(day=1) + timedelta(days=62)).replace(day=1)
    actions.change_row(
        catalog=TERMS,
        row=row,
        content=content,
        valid_from=first,
        act=Act("214", today - timedelta(days=3)),
        seen=actions.seen_of(list(TERMS.chain(row))),
        by=editor,
        now=now,
    )


def _storm(editor: Actor, center: Center, now: datetime, today: date) -> None:
    """The next working day but one, in the first Center's region."""
    day, _steps = load_calendar(center=center).add_working_days(today, 2)
    publish_calendar(
        lines=[Line(What.CLOSURE, day, names=STORM)],
        order_number="87",
        order_date=today,
        region=center.district.region,
        center=None,
        seen=current_version(),
        by=editor,
        now=now,
    )


def _winter_hours(center: Center, now: datetime, today: date) -> None:
    """The first Center closes half an hour earlier from the first of next month."""
    opens, closes = load_calendar(center=center).hours_of(today)
    publish_hours(
        center=center,
        opens=opens,
        closes=closes.replace(hour=18, minute=0),
        valid_from=(today.replace(day=1) + timedelta(days=32)).replace(day=1),
        order_number="14-ж",
        order_date=today - timedelta(days=1),
        seen=current_version(),
        by=_member(Role.DIRECTOR, now, center),
        now=now,
    )
