"""The daily digest: what is new and not urgent, gathered into one neutral mail a person and day of work.

One a person, not one a role: the mail goes to one address and says figures only, so that a second one on the same
morning would tell nothing but that there is a second role. It goes out when the first place opens in which the person
has something new: a Center at its own hour by its own calendar, bodies, ministry and operator at nine of a working day.
After an outage it goes out as soon as it can within the hours of work, once: there is one row a person and day, written
in one statement with the notices it tells of and the mail itself, so that a kill leaves all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from family_support.accounts.models import User
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from family_support.directory.models import Center
from family_support.notifications.models import Digest, Notice
from family_support.notifications.registry import late_kinds, mornings
from family_support.outbox.models import Delivery
from family_support.workdays.calendar import SATURDAY, OutsideCalendar, WorkCalendar
from family_support.workdays.queries import Calendars, calendar_of, load_edition

# People of one transaction.
BATCH = 500
# One gatherer at a time (advisory lock of the transaction): two that share the notices of one person between them would
# leave what the second one holds out of the only digest of the day.
LOCK = 7_261_004

# A notice of a case that keeps the reader out by name is not even counted. Rows that somebody just reads are skipped;
# the unique key (person, day) is the last word should two runs ever meet: who lost it gathers nothing.
_GATHER = """
WITH fresh AS MATERIALIZED (
    SELECT n.id, n.kind, n.recipient_id, m.user_id
    FROM notifications_notice n
    JOIN accounts_membership m ON m.id = n.recipient_id
    JOIN accounts_user u ON u.id = m.user_id
    WHERE n.read_at IS NULL AND n.digest_id IS NULL AND n.loudness = 'digest'
      AND m.user_id = ANY(%(people)s) AND m.starts_on <= %(on)s AND (m.ends_on IS NULL OR m.ends_on >= %(on)s)
      AND u.is_active AND u.notice_mail = 'daily'
      AND NOT EXISTS (
          SELECT 1 FROM access_barred b
          WHERE b.case_id = n.case_id AND u.iin_index <> '' AND b.iin_index = u.iin_index
      )
    FOR UPDATE OF n SKIP LOCKED
), made AS (
    INSERT INTO notifications_digest (user_id, "on", created_at, total, late)
    SELECT user_id, %(on)s, %(now)s, count(*), count(*) FILTER (WHERE kind = ANY(%(late)s))
    FROM fresh GROUP BY user_id ORDER BY user_id
    ON CONFLICT (user_id, "on") DO NOTHING
    RETURNING id, user_id
), gathered AS (
    UPDATE notifications_notice n SET digest_id = made.id
    FROM fresh JOIN made USING (user_id) WHERE n.id = fresh.id
)
INSERT INTO notifications_mail
    (recipient_id, digest_id, message_id, created_at, next_attempt_at, attempts, error)
SELECT min(fresh.recipient_id), made.id,
    '<' || replace(gen_random_uuid()::text, '-', '') || '@' || %(host)s || '>', %(now)s, %(now)s, 0, ''
FROM made JOIN fresh USING (user_id) GROUP BY made.id
"""


def gather_digests(now: datetime) -> int:
    """Gather what is new for everybody whose working day has begun and who had no digest today; how many digests.

    Nothing while events still wait for their first delivery: what they tell belongs into the same digest, and the next
    run is a minute away. Beside another run it leaves the work to that one; whoever is killed, nothing is told twice.
    """
    if Delivery.objects.due(now).filter(attempts=0).exists():
        return 0
    for write in mornings():
        write(now)
    people = _whose_day_has_begun(now)
    return sum(_gather(people[start : start + BATCH], now) for start in range(0, len(people), BATCH))


def _whose_day_has_begun(now: datetime) -> list[int]:
    today = local_date(now)
    had = Digest.objects.filter(user_id=OuterRef("recipient__user_id"), on=today)
    rows = (
        Notice.objects.for_digest()
        .filter(~Exists(had), recipient__user__notice_mail=User.NoticeMail.DAILY)
        .values_list("recipient__user_id", "recipient__center_id")
        .order_by()
        .distinct()
    )
    waiting = list(rows)
    if not waiting:
        return []
    open_now = _open_places({center for _person, center in waiting}, now)
    return sorted({person for person, center in waiting if center in open_now})


def _open_places(wanted: Iterable[int | None], now: datetime) -> set[int | None]:
    """Those of the Centers (None: everybody else) that are at work."""
    edition = load_edition()
    calendars = Calendars(edition)
    keys = set(wanted)
    found: set[int | None] = set()
    if None in keys and _at_work(calendar_of(edition, None), now):
        found.add(None)
    centers = Center.objects.select_related("district").filter(pk__in=keys - {None})
    return found | {center.pk for center in centers if _at_work(calendars.of(center), now)}


def _at_work(calendar: WorkCalendar, now: datetime) -> bool:
    today = calendar.local_date(now)
    return _is_working(calendar, today) and calendar.opening(today) <= now < calendar.due_end_of_working_day(
        today
    )


def _is_working(calendar: WorkCalendar, day: date) -> bool:
    try:
        return calendar.is_working(day)
    except OutsideCalendar:
        # A calendar that nobody has prolonged yet may not silence the mail.
        return day.weekday() < SATURDAY


def _gather(people: list[int], now: datetime) -> int:
    values: dict[str, Any] = {
        "people": people,
        "on": local_date(now),
        "now": now,
        "late": late_kinds(),
        "host": urlsplit(settings.BASE_URL).hostname,
    }
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_GATHER, values)
        return cursor.rowcount
