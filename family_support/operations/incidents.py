"""Opening and closing incidents: each exactly once, told to the system administrators in the same transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines import signs
from family_support.deadlines.models import Heartbeat
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.notifications.registry import register_kind
from family_support.operations.models import Incident, Part
from family_support.operations.parts import State, all_signs, silent_after, states

logger = logging.getLogger(__name__)
SUBJECT = "operations.incident"
# A broker that answered the watch so lately counts as there.
ANSWERS_WITHIN = timedelta(seconds=30)
_PART = {"part": "part"}
SILENT, GIVEN_UP, WELL = "operations.silent", "operations.given_up", "operations.well"

register_kind(SILENT, _("No sign of life: %(part)s"), "alert-triangle", urgent=True, tone="red", names=_PART)
# Not by mail: where mail does not go out, one more helps nobody.
register_kind(GIVEN_UP, _("Given up after all attempts: %(part)s"), "alert-triangle", tone="red", names=_PART)
register_kind(WELL, _("Works again: %(part)s"), "circle-check", tone="green", names=_PART)


def look(now: datetime) -> list[Part]:
    """What the watch does each time: compare every part with what it should be; the parts that are wrong now.

    A part is called silent only if the watch itself has looked for that long without a gap: after a pause, or a clock
    that jumped, everybody first gets the time to leave a sign. A worker is not blamed for a broker that is away.
    """
    signs.leave(signs.WATCH, now)
    found = all_signs()
    watching, asked = found[signs.WATCH].since, _asked_since(found, now)
    wrong = []
    for part, state in states(now, found).items():
        since = asked if part == Part.WORKER else watching
        sure = part in (Part.EVENTS, Part.MAIL) or (since is not None and now - since >= silent_after(part))
        if state.wrong and sure:
            wrong.append(part)
            open_incident(state, now)
        elif not state.wrong:
            close_incident(part, now)
    return wrong


def _asked_since(found: Mapping[str, Heartbeat], now: datetime) -> datetime | None:
    """Since when workers could be asked for a sign without a gap; None while the broker does not answer."""
    watching, broker = found[signs.WATCH].since, found.get(signs.BROKER)
    if broker is None or signs.is_silent(broker, now, ANSWERS_WITHIN) or not watching or not broker.since:
        return None
    return max(watching, broker.since)


def look_at_the_watch(now: datetime) -> bool:
    """What a worker does each minute: whether the watch is silent. It has to have looked before, as the watch has."""
    signs.leave("look", now)
    found = all_signs()
    state, since = states(now, found)[Part.WATCH], found["look"].since
    if not state.wrong:
        close_incident(Part.WATCH, now)
    elif since is not None and now - since >= silent_after(Part.WATCH):
        open_incident(state, now)
        return True
    return False


def open_incident(state: State, now: datetime) -> Incident:
    """The part's open incident, made and told if there is none; whoever comes second finds the first one's."""
    known = Incident.objects.open().filter(part=state.part).first()
    if known is not None:
        return known
    try:
        with acting(SYSTEM, reason="watch"):
            incident = Incident.objects.create(part=state.part, opened_at=now, last_sign_at=state.at)
            _tell(GIVEN_UP if state.part in (Part.EVENTS, Part.MAIL) else SILENT, incident, now)
    except IntegrityError:
        return Incident.objects.open().get(part=state.part)
    logger.error("watch: %s is not well, last sign %s", state.part.value, state.at)
    return incident


def close_incident(part: Part, now: datetime) -> None:
    """End the part's incident, if one is open, and tell."""
    if not Incident.objects.open().filter(part=part).exists():
        return
    with acting(SYSTEM, reason="watch"), transaction.atomic():
        incident = Incident.objects.open().filter(part=part).select_for_update().first()
        if incident is None:
            return
        # The clock may have been set back since.
        incident.closed_at = max(now, incident.opened_at)
        incident.save(update_fields=("closed_at",))
        _tell(WELL, incident, now)
    logger.warning("watch: %s is well again", part.value)


def _tell(kind: str, incident: Incident, now: datetime) -> None:
    notify(
        of_role(Role.SYSTEM_ADMIN, on=clock.local_date(now)),
        kind,
        subject=(SUBJECT, incident.pk),
        case_id=None,
        params={"part": incident.part},
        now=now,
    )
