"""How each part of the product stands at a moment: read from the signs they left and from what was given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from family_support.deadlines import signs
from family_support.deadlines.models import Heartbeat
from family_support.notifications.models import Mail
from family_support.operations.models import Part
from family_support.outbox.models import Delivery

SIGNS = {
    Part.BEAT: signs.BEAT,
    Part.WATCH: signs.WATCH,
    Part.BROKER: signs.BROKER,
    Part.SWEEP: signs.SWEEP,
}

# Mail that has waited so long for a server is shown as trouble before it is given up.
MAIL_WAITS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class State:
    """A part at a moment: its last sign, since when it lives without a gap, and whether something is wrong."""

    part: Part
    at: datetime | None
    since: datetime | None
    wrong: bool


def silent_after(part: Part) -> timedelta:
    """How long a part may be without a sign: always less than the three minutes within which it is noticed."""
    usual = timedelta(seconds=settings.SILENT_SECONDS)
    return max(usual, timedelta(seconds=settings.SWEEP_SECONDS) * 2.5) if part == Part.SWEEP else usual


def all_signs() -> dict[str, Heartbeat]:
    return {sign.name: sign for sign in Heartbeat.objects.all()}


def workers(found: Mapping[str, Heartbeat]) -> list[Heartbeat]:
    """The signs of all workers, the latest first."""
    return sorted(
        (sign for name, sign in found.items() if name.startswith(signs.WORKER)),
        key=lambda sign: sign.at,
        reverse=True,
    )


def sign_of(part: Part, found: Mapping[str, Heartbeat], now: datetime) -> Heartbeat | None:
    """The sign that counts for a part: of several workers that of the one nearest to now."""
    if part == Part.WORKER:
        return min(workers(found), key=lambda sign: abs(now - sign.at), default=None)
    return found.get(SIGNS[part])


def states(now: datetime, found: Mapping[str, Heartbeat] | None = None) -> dict[Part, State]:
    """Every part at a moment. A few small queries, whatever the size of the database."""
    known = all_signs() if found is None else found
    result = {}
    for part in (Part.BEAT, Part.WORKER, Part.WATCH, Part.BROKER, Part.SWEEP):
        sign = sign_of(part, known, now)
        wrong = signs.is_silent(sign, now, silent_after(part))
        result[part] = State(part, sign.at if sign else None, sign.since if sign else None, wrong)
    result[Part.EVENTS] = State(Part.EVENTS, None, None, Delivery.objects.parked().exists())
    result[Part.MAIL] = State(Part.MAIL, None, None, mail_is_stuck(now))
    return result


def mail_is_stuck(now: datetime) -> bool:
    """Whether mail was given up, or waits for longer than a server is restarted in."""
    if Mail.objects.parked().exists():
        return True
    return Mail.objects.waiting().filter(attempts__gt=0, created_at__lt=now - MAIL_WAITS).exists()
