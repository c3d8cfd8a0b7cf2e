"""Telling people: notices in the product, and for urgent ones a mail that says only that there is something to read."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Missing
from family_support.base.loudness import Loudness
from family_support.notifications.models import IN_PLACE_OF, Mail, MailDecision, Notice
from family_support.notifications.permissions import check_can_decide_mail
from family_support.notifications.recipients import standing_in
from family_support.notifications.registry import kind_of
from family_support.outbox.events import ask_worker

SEND_TASK = "notifications.send_mail"
ASK_AGAIN = 5  # seconds
_asked: float | None = None


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
    if not connection.in_atomic_block:
        raise RuntimeError("notify needs the transaction of its cause")
    kind_loudness = kind_of(kind).loudness
    loud = Loudness(loudness) if loudness else kind_loudness
    told = set(recipients)
    in_place_of = standing_in(told, case_id, local_date(now))
    rows = [
        Notice(
            recipient_id=pk,
            kind=kind,
            case_id=case_id,
            subject_type=subject[0],
            subject_id=subject[1],
            params={**(params or {}), IN_PLACE_OF: in_place_of[pk]} if pk in in_place_of else params or {},
            loudness=loud,
            created_at=now,
            event_id=event_id,
        )
        for pk in _who_may_know(told | set(in_place_of), case_id, now)
    ]
    if not rows:
        return 0
    if event_id is None:
        Notice.objects.bulk_create(rows)
        written = rows
    else:
        known = Notice.objects.filter(event_id=event_id, kind=kind)
        before = set(known.values_list("recipient_id", flat=True))
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        written = list(known.exclude(recipient_id__in=before)) if before else list(known)
    if loud == Loudness.URGENT:
        Mail.objects.bulk_create(
            [
                Mail(
                    recipient_id=notice.recipient_id,
                    notice=notice,
                    message_id=new_message_id(),
                    created_at=now,
                    next_attempt_at=now,
                )
                for notice in written
            ],
            ignore_conflicts=True,
        )
        if written and not clock.is_told():
            transaction.on_commit(send_soon, robust=True)
    return len(written)


def send_soon() -> None:
    """Have urgent mail sent now, not with the next minute's run; asked for once in a few seconds is enough."""
    global _asked
    if _asked is None or time.monotonic() - _asked > ASK_AGAIN:
        _asked = time.monotonic()
        ask_worker(SEND_TASK)


def _who_may_know(recipients: Iterable[int], case_id: int | None, now: datetime) -> list[int]:
    today = local_date(now)
    people = Membership.objects.active(today).filter(pk__in=list(recipients))
    if case_id is not None:
        people = people.exclude(
            user__iin_index__in=Barred.objects.filter(case_id=case_id).values("iin_index")
        )
    return list(people.order_by("pk").values_list("pk", flat=True))


def new_message_id() -> str:
    """A Message-ID that says nothing; kept with the mail, so that a repeat can be recognized."""
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.BASE_URL).hostname}>"


def mark_read(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Mark one of the actor's own notices as read; read before is no error. Errors: Missing."""
    with acting(by):
        notice = Notice.objects.visible_to(by).select_for_update().filter(pk=notice_id).first()
        if notice is None:
            raise Missing
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
    mail = rows.select_for_update().filter(pk=mail_id).first()
    if mail is None:
        raise Missing
    if mail.parked_at is None or mail.given_up_at is not None:
        raise Conflict("not_parked", _("This mail is not parked any more."))
    return [mail]


def _decided(rows: list[Mail], decision: str, by: Actor, now: datetime) -> None:
    MailDecision.objects.bulk_create(
        [MailDecision(mail=mail, decision=decision, by_id=by.membership_id, at=now) for mail in rows], 500
    )
