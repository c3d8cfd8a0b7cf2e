"""Telling people: notices in the product, and for urgent ones a mail that says only that there is something to read."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from family_support.access.models import Barred
from family_support.access.scopes import families_behind
from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict
from family_support.base.loudness import Loudness
from family_support.base.rows import one
from family_support.notifications.models import IN_PLACE_OF, Mail, MailDecision, Notice
from family_support.notifications.permissions import check_can_decide_mail
from family_support.notifications.recipients import standing_in, who_is_away
from family_support.notifications.registry import kind_of
from family_support.outbox.events import ask_worker

SEND_TASK = "notifications.send_mail"
ASK_AGAIN = 5  # seconds
_asked: float | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that some memberships (by key) are told about a subject."""

    recipients: Iterable[int]
    kind: str
    subject: tuple[str, int]
    case_id: int | None
    event_id: int | None = None
    params: dict[str, Any] | None = None
    loudness: str | None = None

    @property
    def loud(self) -> Loudness:
        """Errors: LookupError for an unknown kind, ValueError for an unknown loudness."""
        by_kind = kind_of(self.kind).loudness
        return Loudness(self.loudness) if self.loudness else by_kind


def notify(
    recipients: Iterable[int],
    kind: str,
    *,
    subject: tuple[str, int],
    case_id: int | None,
    now: datetime,
    event_id: int | None = None,
    params: dict[str, Any] | None = None,
    loudness: str | None = None,
) -> int:
    """Tell memberships (by key) one thing about a subject; how many notices are new.

    With `event_id` the same event tells each recipient once, however often it is delivered. Memberships that have ended
    and people barred from the case are left out; who stands in for somebody absent is told as well. `params` hold
    numbers and codes, never personal data. `loudness` says what is mailed: at once, in the day's digest, or nothing; by
    default the kind decides. Errors: LookupError for an unknown kind, ValueError for an unknown loudness, RuntimeError
    outside a transaction.
    """
    one = Telling(recipients, kind, subject, case_id, event_id, params, loudness)
    return notify_many([one], now=now)


def notify_many(tellings: Sequence[Telling], *, now: datetime) -> int:
    """As `notify`, for many things at once: as many statements for a hundred as for one, where nobody is away."""
    if not connection.in_atomic_block:
        raise RuntimeError("notify needs the transaction of its cause")
    rows = _unknown(_notices(tellings, now))
    repeatable = [row for row in rows if row.event_id is not None]
    Notice.objects.bulk_create([row for row in rows if row.event_id is None])
    Notice.objects.bulk_create(repeatable, ignore_conflicts=True)
    urgent = [row for row in rows if row.loudness == Loudness.URGENT]
    if urgent:
        Mail.objects.bulk_create(
            [
                Mail(
                    recipient_id=notice.recipient_id,
                    notice=notice,
                    message_id=new_message_id(),
                    created_at=now,
                    next_attempt_at=now,
                )
                for notice in _as_written(urgent)
            ],
            ignore_conflicts=True,
        )
        if not clock.is_told():
            transaction.on_commit(send_soon, robust=True)
    return len(rows)


def _notices(tellings: Sequence[Telling], now: datetime) -> list[Notice]:
    """The notices of all who may know, not written yet."""
    rows = []
    for telling, told, in_place_of in _audience(tellings, now):
        params, loud = telling.params or {}, telling.loud
        rows += [
            Notice(
                recipient_id=pk,
                kind=telling.kind,
                case_id=telling.case_id,
                subject_type=telling.subject[0],
                subject_id=telling.subject[1],
                params={**params, IN_PLACE_OF: in_place_of[pk]} if pk in in_place_of else params,
                loudness=loud,
                created_at=now,
                event_id=telling.event_id,
            )
            for pk in told
        ]
    return rows


def _unknown(rows: list[Notice]) -> list[Notice]:
    """Those that no earlier delivery of their event has written."""
    events = {row.event_id for row in rows if row.event_id is not None}
    if not events:
        return rows
    known = set(Notice.objects.filter(event_id__in=events).values_list("event_id", "kind", "recipient_id"))
    return [row for row in rows if (row.event_id, row.kind, row.recipient_id) not in known]


def _as_written(rows: list[Notice]) -> list[Notice]:
    """The rows with their keys, which the database does not give back where it may meet known ones."""
    written = [row for row in rows if row.event_id is None]
    wanted = {(row.event_id, row.kind, row.recipient_id): row for row in rows if row.event_id is not None}
    found = Notice.objects.filter(event_id__in={event_id for event_id, _kind, _recipient in wanted})
    return written + [row for row in found if (row.event_id, row.kind, row.recipient_id) in wanted]


def send_soon() -> None:
    """Have urgent mail sent now, not with the next minute's run; asked for once in a few seconds is enough."""
    global _asked
    if _asked is None or time.monotonic() - _asked > ASK_AGAIN:
        _asked = time.monotonic()
        ask_worker(SEND_TASK)


def _audience(
    tellings: Sequence[Telling], now: datetime
) -> Iterator[tuple[Telling, list[int], dict[int, int]]]:
    """Who is told of each: the named and who stands in for them (substitute -> the absent), none barred or gone."""
    today = local_date(now)
    named = [set(telling.recipients) for telling in tellings]
    away = who_is_away(set().union(*named), today)
    in_place = [
        standing_in(told, telling.case_id, today) if told & away else {}
        for telling, told in zip(tellings, named, strict=True)
    ]
    everybody = set().union(*named, *in_place)
    people = dict(
        Membership.objects.active(today).filter(pk__in=everybody).values_list("pk", "user__iin_index")
    )
    over = _cases_over(tellings)
    barred = _barred(set().union(*over), set(people.values()))
    for telling, told, substitutes, cases in zip(tellings, named, in_place, over, strict=True):
        yield (
            telling,
            sorted(
                pk
                for pk in told | set(substitutes)
                if pk in people and not any((case, people[pk]) in barred for case in cases)
            ),
            substitutes,
        )


def _cases_over(tellings: Sequence[Telling]) -> list[set[int]]:
    """The cases whose barred lists go over each telling: its own, or those of the family that it is about."""
    without = {telling.subject for telling in tellings if telling.case_id is None}
    behind = families_behind(without)
    return [
        behind.get(telling.subject, set()) if telling.case_id is None else {telling.case_id}
        for telling in tellings
    ]


def _barred(cases: set[int], indexes: set[str]) -> set[tuple[int, str]]:
    """Pairs of a case and the index of a person whom it keeps out by name."""
    of_people = indexes - {""}
    if not cases or not of_people:
        return set()
    rows = Barred.objects.filter(case_id__in=cases, iin_index__in=of_people)
    return set(rows.values_list("case_id", "iin_index"))


def new_message_id() -> str:
    """A Message-ID that says nothing; kept with the mail, so that a repeat can be recognized."""
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.BASE_URL).hostname}>"


def mark_read(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Mark one of the actor's own notices as read; read before is no error. Errors: Missing."""
    with acting(by):
        notice = one(Notice.objects.visible_to(by).select_for_update(), pk=notice_id)
        if notice.read_at is None:
            notice.read_at = now
            notice.save(update_fields=("read_at",))
    return notice


def mark_all_read(*, by: Actor, now: datetime) -> int:
    """Mark all of the actor's own notices as read; how many."""
    with acting(by):
        return Notice.objects.visible_to(by).unread().update(read_at=now)


def retry_parked(*, by: Actor, now: datetime, mail_id: int | None = None) -> int:
    """Put a parked mail, or all of them, back for another day of tries, under the same Message-ID; how many.

    Errors: Forbidden, Missing for no such mail, Conflict when it is not parked (any more).
    """
    with acting(by):
        rows = _parked(by, mail_id)
        _decided(rows, MailDecision.Decision.AGAIN, by, now)
        for mail in rows:
            mail.parked_at, mail.attempts = None, 0
            mail.again_from = mail.next_attempt_at = now
        Mail.objects.bulk_update(rows, ("parked_at", "attempts", "again_from", "next_attempt_at"), 500)
    return len(rows)


def give_up_parked(*, by: Actor, now: datetime, mail_id: int | None = None) -> int:
    """Give a parked mail, or all of them, up: nobody tries again, the notices stay unread in the product; how many.

    Errors: as of `retry_parked`.
    """
    with acting(by):
        rows = _parked(by, mail_id)
        _decided(rows, MailDecision.Decision.GIVEN_UP, by, now)
        Mail.objects.filter(pk__in=[mail.pk for mail in rows]).update(given_up_at=now)
    return len(rows)


def _parked(by: Actor, mail_id: int | None) -> list[Mail]:
    check_can_decide_mail(by)
    rows = Mail.objects.visible_to(by)
    if mail_id is None:
        return list(rows.parked().select_for_update().order_by("pk"))
    mail = one(rows.select_for_update(), pk=mail_id)
    if mail.parked_at is None or mail.given_up_at is not None:
        raise Conflict("not_parked", _("This mail is not parked any more."))
    return [mail]


def _decided(rows: list[Mail], decision: str, by: Actor, now: datetime) -> None:
    MailDecision.objects.bulk_create(
        [MailDecision(mail=mail, decision=decision, by_id=by.membership_id, at=now) for mail in rows], 500
    )
