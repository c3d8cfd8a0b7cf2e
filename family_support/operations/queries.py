"""What the operator sees: states, counts, codes of errors, incidents. No person, no case, no text of a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from family_support.deadlines import signs
from family_support.deadlines.models import Deadline, Heartbeat, Recount
from family_support.deadlines.queries import Sign, last_sweep
from family_support.documents.models import Rendering
from family_support.notifications.models import Mail
from family_support.operations import broker
from family_support.operations.models import Incident, Part
from family_support.operations.parts import State, all_signs, silent_after, states, workers
from family_support.outbox import queries as outbox
from family_support.outbox.models import Delivery, DeliveryState
from family_support.outbox.queries import OutboxHealth
from family_support.ui.components import Badge, Tile

# Names of workers that are gone (each new container has another) are shown for so long.
GONE_AFTER = timedelta(hours=1)
INCIDENTS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A part on the page."""

    name: str | Promise
    badge: Badge
    at: datetime | None
    since: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """Deliveries given up for the same reason: an event type, the app whose handler failed, a class of error."""

    type: str
    handler: str
    error: str
    number: int
    first: datetime
    last: datetime

    @property
    def app(self) -> str:
        """The handler without the package that all have: "notifications.tell_level"."""
        module, _dot, name = self.handler.rpartition(".")
        return f"{module.removeprefix('family_support.').removesuffix('.handlers')}.{name}"


@dataclass(frozen=True, slots=True)
class MailHealth:
    """How sending stands; `oldest` is when the longest waiting mail was written."""

    waiting: int
    retrying: int
    parked: int
    oldest: datetime | None
    errors: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page."""

    tiles: list[Tile]
    lines: list[Line]
    sweep: Sign
    outbox: OutboxHealth
    parked: list[Parked]
    mail: MailHealth
    recounts: list[Recount]
    incidents: list[Incident]
    well: bool


def overview(now: datetime) -> Overview:
    """The state at a moment; the same number of queries however much there is."""
    found = all_signs()
    known = states(now, found)
    swept, events, mails, queue = last_sweep(now), outbox.health(), mail_health(), broker.waiting()
    return Overview(
        tiles=_tiles(swept, events, mails, queue),
        lines=_lines(known, found, swept, queue, now),
        sweep=swept,
        outbox=events,
        parked=parked(),
        mail=mails,
        recounts=list(Recount.objects.unfinished()),
        incidents=list(Incident.objects.order_by("-opened_at", "-pk")[:INCIDENTS]),
        well=not any(state.wrong for state in known.values()),
    )


def mail_health() -> MailHealth:
    """Counts over the mail that has not gone out, by class of the last error."""
    waiting = Q(sent_at__isnull=True, parked_at__isnull=True)
    unsent = Mail.objects.filter(sent_at__isnull=True, given_up_at__isnull=True)
    row = unsent.aggregate(
        waiting=Count("pk", filter=waiting),
        retrying=Count("pk", filter=waiting & Q(attempts__gt=0)),
        parked=Count("pk", filter=Q(parked_at__isnull=False)),
        oldest=Min("created_at", filter=waiting),
    )
    errors = unsent.exclude(error="").values_list("error").annotate(n=Count("pk"))
    return MailHealth(**row, errors=list(errors.order_by("-n", "error")))


def parked() -> list[Parked]:
    """Deliveries that were given up, in groups of one cause, the latest first."""
    rows = (
        Delivery.objects.parked()
        .values_list("event__type", "handler", "last_error")
        .annotate(number=Count("pk"), first=Min("parked_at"), last=Max("parked_at"))
        .order_by("-last", "event__type", "handler")
    )
    return [Parked(*row) for row in rows]


def _tiles(swept: Sign, events: OutboxHealth, mails: MailHealth, queue: int | None) -> list[Tile]:
    drawn = Rendering.objects.queued().count()
    return [
        Tile(swept.waiting, _("levels wait for the sweep"), "clock", "orange" if swept.waiting else "green"),
        Tile("–" if queue is None else queue, _("tasks wait in the broker"), "checklist",
             "red" if queue is None else "blue"),
        Tile(events.pending, _("events to be delivered"), "send", "blue"),
        Tile(events.parked, _("deliveries given up"), "alert-triangle", "red" if events.parked else "green"),
        Tile(mails.waiting, _("mails wait to be sent"), "mail", "orange" if mails.retrying else "blue"),
        Tile(mails.parked, _("mails parked"), "alert-triangle", "red" if mails.parked else "green"),
        Tile(drawn, _("documents being prepared"), "report", "blue"),
    ]  # fmt: skip


def _lines(
    known: dict[Part, State], found: dict[str, Heartbeat], swept: Sign, queue: int | None, now: datetime
) -> list[Line]:
    lines = []
    for part in (Part.BEAT, Part.WORKER, Part.WATCH, Part.BROKER, Part.SWEEP):
        state = known[part]
        note = ""
        if part == Part.SWEEP and swept.at is not None:
            note = _("found %(found)d, took %(ms)d ms") % {"found": swept.found, "ms": swept.milliseconds}
        # The page has just asked the broker itself: without a watch nobody leaves its sign.
        alive = queue is not None if part == Part.BROKER else not state.wrong
        lines.append(Line(part.label, _alive(alive), state.at, state.since, note))
        if part == Part.WORKER:
            lines += _workers(found, now)
    return lines


def _workers(found: dict[str, Heartbeat], now: datetime) -> list[Line]:
    """Each worker by its node's name, where there are several."""
    lately = [sign for sign in workers(found) if abs(now - sign.at) < GONE_AFTER]
    if len(lately) < 2:
        return []
    after = silent_after(Part.WORKER)
    return [
        Line(
            sign.name.removeprefix(signs.WORKER),
            _alive(not signs.is_silent(sign, now, after)),
            sign.at,
            sign.since,
        )
        for sign in lately
    ]


def _alive(alive: bool) -> Badge:
    return (
        Badge(_("works"), "green", "circle-check") if alive else Badge(_("silent"), "red", "alert-triangle")
    )


def for_monitors(now: datetime) -> dict[str, object]:
    """The same in words and numbers for programs that ask `/health/`."""
    known = states(now)
    counts = Delivery.objects.exclude(state=DeliveryState.DONE).aggregate(
        pending=Count("pk", filter=Q(state=DeliveryState.PENDING)),
        parked=Count("pk", filter=Q(state=DeliveryState.PARKED)),
    )
    mail = Mail.objects.filter(sent_at__isnull=True, given_up_at__isnull=True).aggregate(
        waiting=Count("pk", filter=Q(parked_at__isnull=True)),
        parked=Count("pk", filter=Q(parked_at__isnull=False)),
    )
    parts = {
        part.value: {"at": state.at.isoformat() if state.at else None, "silent": state.wrong}
        for part, state in known.items()
        if part in (Part.BEAT, Part.WORKER, Part.WATCH, Part.SWEEP)
    }
    parts["sweep"]["waiting"] = Deadline.objects.open().filter(next_at__lt=now).count()
    return {**parts, "outbox": counts, "mail": mail, "incidents": Incident.objects.open().count()}
