"""The read log: who looked at which case, when and why (data.md 4). Written through a database function only."""

from collections.abc import Collection

from django.db import connection

from family_support.access.models import ReadEntry
from family_support.base.actor import Actor

WHAT_LENGTH = 100
# A search that met a case kept from who searched: nothing of it was shown.
SEARCHED = "searched"


def log_read(actor: Actor, case_id: int, what: str, reason: str = "") -> None:
    """Write one row of the read log; the moment is the database's own.

    `what` is a short code of what was read ("case", "assessment", "attachment 12"), never its content. Call it in the
    view, after the permission check and before the answer, so that nothing is read without a trace. Reads of the
    product itself (sweep, renderings) are not logged.
    """
    if actor.user_id is None or actor.membership_id is None:
        if actor.is_system:
            return
        raise ValueError("nobody reads a case without a membership")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_log_read(%s, %s, %s, %s, %s)",
            (case_id, actor.user_id, actor.membership_id, what[:WHAT_LENGTH], reason),
        )


def log_reads(actor: Actor, case_ids: Collection[int], what: str, reason: str = "") -> None:
    """The same for the cases of a list, in one statement."""
    if not case_ids:
        return
    if actor.user_id is None or actor.membership_id is None:
        raise ValueError("nobody reads a case without a membership")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_log_read(listed, %s, %s, %s, %s) FROM unnest(%s::bigint[]) AS listed",
            (actor.user_id, actor.membership_id, what[:WHAT_LENGTH], reason, sorted(case_ids)),
        )


def readings_of_case(case_id: int, limit: int = 200) -> list[ReadEntry]:
    """The latest readings of a case, newest first: the lead's answer to "who read my case"."""
    return list(ReadEntry.objects.filter(case_id=case_id).order_by("-at")[:limit])
