"""Changes that nobody signed: raw SQL of whoever got at the database. Told once, a task until it is decided."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.audit.queries import unsigned_transactions
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.base.rows import one
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.notifications.registry import register_kind
from family_support.oversight.actions import check_waiting, checked_note
from family_support.oversight.models import UnsignedChanges
from family_support.oversight.permissions import check_can_review

SUBJECT = "oversight.unsignedchanges"
NOTICE = "history.unsigned"
# Longer than the product is ever out: nothing written meanwhile is passed over.
LOOKED_BACK = timedelta(days=14)
LOCK = 7_261_002  # one watch at a time (advisory lock of the transaction)

register_kind(
    NOTICE,
    _("Changes without an author were found in the history"),
    "alert-triangle",
    urgent=True,
    tone="red",
)


def alarm_unsigned(now: datetime) -> int:
    """Make one batch of all unsigned changes that were in none yet and tell the security officers; how many changes.

    However often and by how many processes it runs, a change is in one batch: transactions of the database are
    remembered, not moments or row numbers, which appear out of their order.
    """
    since = now - LOOKED_BACK
    with acting(SYSTEM, reason="oversight"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        rows = unsigned_transactions(since)
        known: set[int] = set()
        if rows:
            told = UnsignedChanges.objects.filter(last_at__gte=since)
            known = {number for numbers in told.values_list("transactions", flat=True) for number in numbers}
        fresh = [row for row in rows if row.transaction not in known]
        if not fresh:
            return 0
        batch = UnsignedChanges.objects.create(
            first_change=fresh[0].first_id,
            transactions=sorted({row.transaction for row in fresh}),
            tables=sorted({row.table for row in fresh}),
            count=sum(row.rows for row in fresh),
            first_at=min(row.first_at for row in fresh),
            last_at=max(row.last_at for row in fresh),
            noticed_at=now,
        )
        notify(
            of_role(Role.SECURITY_OFFICER, on=local_date(now)),
            NOTICE,
            subject=(SUBJECT, batch.pk),
            case_id=None,
            now=now,
        )
    return batch.count


def decide_unsigned(
    *, batch: UnsignedChanges, decision: str, note: str, by: Actor, now: datetime
) -> UnsignedChanges:
    """Close a batch, once, with what was found.

    Errors: Forbidden for others than the security officer, Missing, Conflict when it is decided, Invalid without
    decision or note.
    """
    check_can_review(by)
    note = checked_note(decision, UnsignedChanges.Decision.values, note)
    with acting(by, reason=note):
        found = one(UnsignedChanges.objects.select_for_update(of=("self",)), pk=batch.pk)
        check_waiting(found)
        found.decision, found.note = decision, note
        found.decided_by_id, found.decided_at = by.membership_id, now
        found.save(update_fields=("decision", "note", "decided_by", "decided_at"))
    return found
