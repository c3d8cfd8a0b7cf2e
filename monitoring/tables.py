"""Lists of quarterly reports, events and notes."""

from datetime import datetime

import django_tables2
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from family_support.ui.components import Badge
from family_support.ui.tables import Table
from family_support.ui.templatetags.ui import badge, day, moment
from monitoring.models import AnalyticNote, OutreachEvent, QuarterlyReport

TONES = {"computing": "grey", "draft": "yellow", "signed": "blue", "sent": "green", "received": "green"}


def state_badge(report: QuarterlyReport) -> Badge:
    return Badge(report.get_state_display(), TONES[report.state])  # type: ignore[arg-type]


class QuarterTable(Table):
    """A Center's quarters."""

    quarter = django_tables2.Column(
        verbose_name=_("Quarter"), linkify=("quarter", {"pk": django_tables2.A("pk")})
    )
    state = django_tables2.Column(verbose_name=_("State"))
    computed_at = django_tables2.Column(verbose_name=_("Figures as of"))
    sent_at = django_tables2.Column(verbose_name=_("Sent"))

    class Meta(Table.Meta):
        empty_text = _("The first report appears here when a quarter has ended.")

    def render_quarter(self, record: QuarterlyReport) -> str:
        return str(_("Quarter {number}, {year}")).format(number=record.quarter, year=record.year)

    def render_state(self, record: QuarterlyReport) -> SafeString:
        return badge(state_badge(record))

    def render_computed_at(self, value: datetime) -> SafeString:
        return format_html('<span class="numbers">{}</span>', day(value))

    render_sent_at = render_computed_at


class MinistryTable(Table):
    """All Centers' reports that were sent."""

    center = django_tables2.Column(
        verbose_name=_("Center"),
        accessor="center__name",
        linkify=("ministry-report", {"pk": django_tables2.A("pk")}),
    )
    region = django_tables2.Column(verbose_name=_("Region"), accessor="center__district__region__name")
    quarter = django_tables2.Column(verbose_name=_("Quarter"))
    state = django_tables2.Column(verbose_name=_("State"))
    sent_at = django_tables2.Column(verbose_name=_("Sent"))

    class Meta(Table.Meta):
        empty_text = _("No report fits: change the filter.")

    render_quarter = QuarterTable.render_quarter
    render_state = QuarterTable.render_state
    render_sent_at = QuarterTable.render_computed_at


class DistrictTable(MinistryTable):
    """Reports sent by the Centers of a district."""

    center = django_tables2.Column(
        verbose_name=_("Center"),
        accessor="center__name",
        linkify=("district-report", {"pk": django_tables2.A("pk")}),
    )

    class Meta(Table.Meta):
        exclude = ("region",)
        empty_text = _("A report appears here when a Center of the district has sent it.")


EVENT_TONES = {"planned": "blue", "held": "green", "cancelled": "grey"}
NOTE_TONES = {"draft": "yellow", "sent": "green"}


def event_badge(event: OutreachEvent) -> Badge:
    return Badge(event.get_state_display(), EVENT_TONES[event.state])  # type: ignore[arg-type]


def note_badge(note: AnalyticNote) -> Badge:
    return Badge(note.get_state_display(), NOTE_TONES[note.state])  # type: ignore[arg-type]


class EventTable(Table):
    """Trainings and outreach of a Center."""

    starts_at = django_tables2.Column(verbose_name=_("When"))
    topic = django_tables2.Column(verbose_name=_("Topic"), linkify=("event", {"pk": django_tables2.A("pk")}))
    kind = django_tables2.Column(verbose_name=_("Kind"))
    audience = django_tables2.Column(verbose_name=_("Audience"))
    place = django_tables2.Column(verbose_name=_("Place"))
    participants = django_tables2.Column(verbose_name=_("Participants"), default="—")
    state = django_tables2.Column(verbose_name=_("State"))

    class Meta(Table.Meta):
        empty_text = _("No event yet: plan a training or an outreach event.")

    def render_starts_at(self, value: datetime) -> SafeString:
        return format_html('<span class="numbers">{}</span>', moment(value))

    def render_state(self, record: OutreachEvent) -> SafeString:
        return badge(event_badge(record))


class NoteTable(Table):
    """Analytic notes of a Center, or of all of them."""

    title = django_tables2.Column(verbose_name=_("Title"), linkify=("note", {"pk": django_tables2.A("pk")}))
    center = django_tables2.Column(verbose_name=_("Center"), accessor="center__name")
    kind = django_tables2.Column(verbose_name=_("Kind"))
    quarter = django_tables2.Column(verbose_name=_("Quarter"))
    state = django_tables2.Column(verbose_name=_("State"))
    sent_at = django_tables2.Column(verbose_name=_("Sent"))

    class Meta(Table.Meta):
        empty_text = _("No note yet.")

    render_quarter = QuarterTable.render_quarter
    render_sent_at = QuarterTable.render_computed_at

    def render_state(self, record: AnalyticNote) -> SafeString:
        return badge(note_badge(record))
