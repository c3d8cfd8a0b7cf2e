"""The operator's decisions: what was given up is tried again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden
from family_support.operations.incidents import open_incident
from family_support.operations.models import Incident, Part
from family_support.operations.parts import State
from family_support.outbox.delivery import retry_parked_like
from family_support.outbox.events import kick


def check_can_retry(actor: Actor) -> None:
    """Errors: Forbidden for anybody but the system administrator."""
    if not actor.has_role(Role.SYSTEM_ADMIN):
        raise Forbidden


def can_retry(actor: Actor) -> bool:
    return actor.has_role(Role.SYSTEM_ADMIN)


def retry_deliveries(*, event_type: str, handler: str, error: str, by: Actor, now: datetime) -> int:
    """Try deliveries given up for one cause again, with fresh attempts; how many. The history keeps who decided so.

    Errors: Forbidden, Conflict when none are given up for that cause any more.
    """
    check_can_retry(by)
    with acting(by):
        number = retry_parked_like(event_type, handler, error, now)
        if not number:
            raise Conflict("nothing_parked", _("Nothing is given up for this reason any more."))
        note_retry(Part.EVENTS, by=by, now=now)
        transaction.on_commit(kick, robust=True)
    return number


def note_retry(part: Part, *, by: Actor, now: datetime) -> Incident:
    """Keep with the part's incident who tried again what it had given up, and when; inside the retry's transaction."""
    incident = open_incident(State(part, None, None, True), now)
    Incident.objects.filter(pk=incident.pk).update(
        retried_at=now, retried_by_id=by.membership_id, retried=F("retried") + 1
    )
    return incident
