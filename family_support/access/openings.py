"""Opening a case outside one's team: with a stated reason, for an hour, logged (security.md, mark R)."""

from datetime import datetime

from django.utils.translation import ngettext_lazy

from family_support.access.models import OPEN_FOR, CaseOpening
from family_support.access.reads import log_read
from family_support.access.scopes import listed_cases
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden, Invalid, Missing

REASON_LENGTH = 10
# A clerk sees the list only; methodology and bodies have no route to a case at all.
OPENING_ROLES = WORKERS | UNIT_HEADS | {Role.DIRECTOR}


def can_open(actor: Actor) -> bool:
    """Whether the role may open cases of its list with a reason."""
    return actor.role in OPENING_ROLES or actor.is_director


def open_with_reason(*, case_id: int, by: Actor, reason: str, now: datetime) -> CaseOpening:
    """Let the actor read a case of its list for 60 minutes; the reason goes into the read log.

    Errors: Forbidden for a role without this function, Missing for a case outside the actor's list, Invalid for a
    reason shorter than 10 characters.
    """
    if not can_open(by):
        raise Forbidden
    reason = " ".join(reason.split())
    if len(reason) < REASON_LENGTH:
        raise Invalid(
            "reason_too_short",
            fields={
                "reason": ngettext_lazy(
                    "State why you open this case: at least %d character.",
                    "State why you open this case: at least %d characters.",
                    REASON_LENGTH,
                )
                % REASON_LENGTH
            },
        )
    with acting(by, reason=reason):
        if not listed_cases(by).filter(pk=case_id).exists():
            raise Missing
        opening = CaseOpening.objects.create(
            case_id=case_id,
            membership_id=by.membership_id,
            reason=reason,
            opened_at=now,
            ends_at=now + OPEN_FOR,
        )
        log_read(by, case_id, "opening", reason)
    return opening


def in_force(actor: Actor, case_id: int, now: datetime) -> CaseOpening | None:
    """The opening through which the actor reads the case now, if any."""
    return (
        CaseOpening.objects.filter(
            case_id=case_id, membership_id=actor.membership_id, opened_at__lte=now, ends_at__gt=now
        )
        .order_by("-ends_at")
        .first()
    )
