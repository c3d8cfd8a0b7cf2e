"""What the methodology unit did: trainings, outreach, analytic notes (R256 9)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from family_support.base.figures import Column
from family_support.directory.models import Center
from monitoring.counting import Part, choices
from monitoring.indicators.registry import add
from monitoring.models import AnalyticNote, OutreachEvent
from monitoring.quarters import Quarter

_HELD = Q(state=OutreachEvent.State.HELD)
_CANCELLED = Q(state=OutreachEvent.State.CANCELLED)
EVENT_COLUMNS = (
    Column("held", _("Held")),
    Column("participants", _("Participants")),
    Column("cancelled", _("Cancelled")),
)


def _events(center: Center, quarter: Quarter) -> QuerySet:
    return OutreachEvent.objects.filter(center=center)


def _notes(center: Center, quarter: Quarter) -> QuerySet:
    return AnalyticNote.objects.filter(center=center)


def _event_parts(by: str) -> tuple[Part, ...]:
    return (
        Part(_events, "starts_at", _HELD, by=by, column="held", case=None),
        Part(_events, "starts_at", _HELD, by=by, column="participants", case=None, weight="participants"),
        Part(_events, "starts_at", _CANCELLED, by=by, column="cancelled", case=None),
    )


add(
    "events",
    "unit",
    _("Trainings and outreach"),
    _("Events of the quarter by kind: held, how many took part, cancelled (R256 9)."),
    *_event_parts("kind"),
    labels=choices(OutreachEvent.Kind.choices),
    columns=EVENT_COLUMNS,
    chart=True,
)
add(
    "audiences",
    "unit",
    _("Whom the events reached"),
    _("The same events by audience."),
    *_event_parts("audience"),
    labels=choices(OutreachEvent.Audience.choices),
    columns=EVENT_COLUMNS,
)
add(
    "notes",
    "unit",
    _("Analytic notes"),
    _("Notes sent to the authorized body in the quarter (R256 9)."),
    Part(_notes, "sent_at", by="kind", case=None),
    labels=choices(AnalyticNote.Kind.choices),
)
