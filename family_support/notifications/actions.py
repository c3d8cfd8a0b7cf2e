"""Telling people: notices in the product, and for urgent ones a mail that says only that there is something to read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Missing
from family_support.notifications.models import Mail, Notice
from family_support.notifications.recipients import with_substitutes
from family_support.notifications.registry import kind_of


def notify(
    recipients: Iterable[int],
    kind: str,
    *,
    subject: tuple[str, int],
    case_id: int | None,
    now: datetime,
    event_id: int | None = None,
    params: dict[str, Any] | None = None,
    urgent: bool | None = None,
) -> int:
    """Tell memberships (by key) one thing about a subject; how many notices are new.

    With `event_id` the same event tells each recipient once, however often it is delivered. Memberships that have ended
    and people barred from the case are left out; who stands in for somebody absent is told as well. `params` hold
    numbers and codes, never personal data. `urgent` makes a mail too; by default the kind decides. Errors: LookupError
    for an unknown kind, RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("notify needs the transaction of its cause")
    mailed = kind_of(kind).urgent if urgent is None else urgent
    rows = [
        Notice(
            recipient_id=pk,
            kind=kind,
            case_id=case_id,
            subject_type=subject[0],
            subject_id=subject[1],
            params=params or {},
            urgent=mailed,
            created_at=now,
            event_id=event_id,
        )
        for pk in _who_may_know(recipients, case_id, now)
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
    if mailed:
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
    return len(written)


def _who_may_know(recipients: Iterable[int], case_id: int | None, now: datetime) -> list[int]:
    today = local_date(now)
    people = Membership.objects.active(today).filter(pk__in=with_substitutes(recipients, case_id, today))
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
