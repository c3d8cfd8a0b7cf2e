"""A membership's due dates as an iCalendar file that tells nothing to whoever looks over a shoulder.

A phone's calendar may be seen by an abuser who is a colleague: an event holds no person, names the term only where that
is an ordinary step of the office, and the case's number only where the case is not restricted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from family_support.access.subjects import CaseLine, case_lines
from family_support.accounts.actors import load_actor
from family_support.agenda.models import CalendarFeed, index_of
from family_support.agenda.scope import READERS, deadlines_of
from family_support.base.crypto import blind_index
from family_support.deadlines.models import Deadline
from family_support.workdays.calendar import ALMATY

# Everything else (threats, violence, children, stays, consent) is "a term ends".
NAMED = frozenset(
    {
        "consultation",
        "assessment",
        "plan_preparation",
        "plan_approval",
        "plan_rework",
        "plan_end",
        "handoff",
        "task_report",
        "task_rework",
        "report_review",
        "decline_settlement",
        "completion_mark",
        "intake_registration",
        "quarterly_conclusion",
        "group_mandate",
    }
)
LOOK_BACK = timedelta(days=60)
LOOK_AHEAD = timedelta(days=400)
MOST = 1000
# An event of no length is not shown by every calendar: it ends at the due moment.
LENGTH = timedelta(minutes=30)
REFRESH = timedelta(hours=1)


def feed_behind(token: str) -> CalendarFeed | None:
    """The feed of a link in force, or None: unknown and taken back are the same."""
    rows = CalendarFeed.objects.in_force().filter(token_index=index_of(token))
    return rows.select_related("membership__user").first()


def calendar_of(feed: CalendarFeed, now: datetime) -> bytes | None:
    """The owner's own due dates, in the active language; None once the membership or the account has ended."""
    actor = load_actor(feed.membership_id, now)
    if actor is None or actor.role not in READERS:
        return None
    rows = deadlines_of(actor).filter(due_at__gte=now - LOOK_BACK, due_at__lte=now + LOOK_AHEAD)
    found = list(rows.for_display().order_by("due_at", "pk")[:MOST])
    cases = case_lines([row.case_id for row in found if row.case_id], actor)
    calendar = Calendar()
    calendar.add("prodid", f"-//Due dates//{get_language()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Due dates"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for row in found:
        calendar.add_component(_event(row, cases.get(row.case_id or 0), now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(row: Deadline, case: CaseLine | None, now: datetime) -> Event:
    due = row.due_at.astimezone(ALMATY)
    open_case = row.case_id is None or (case is not None and not case.restricted)
    # A body has no list of cases: what its sector does is the same office work for every one of them.
    named = row.code in NAMED and (open_case or row.agency_id is not None)
    event = Event()
    # A number that leads nowhere without the key, and stays the same as long as the term runs.
    event.add(
        "uid", f"{blind_index(str(row.pk), 'calendar_event')[:32]}@{urlsplit(settings.BASE_URL).hostname}"
    )
    event.add("dtstamp", now)
    event.add("dtstart", due - LENGTH)
    event.add("dtend", due)
    event.add("summary", _summary(row, case if named else None) if named else _("A term ends"))
    address = reverse("deadline-explain", args=(row.pk,)) if named else reverse("home")
    event.add("url", f"{settings.BASE_URL}{address}")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _summary(row: Deadline, case: CaseLine | None) -> str:
    return f"{row.term.name} · {case.number}" if case is not None else str(row.term.name)
