"""The list of cases: rows arrive with everything they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from cases.frame import risk_badge
from cases.models import Case, Intake
from cases.queries import Line
from cases.queues import Row, by_moment
from family_support.ui.tables import Table
from family_support.ui.templatetags.ui import badge, day, moment, tag

NOTHING = "—"


class CaseTable(Table):
    """Number, family, risk, stage, next action, due date, responsible worker."""

    number = tables.Column(verbose_name=_("Case No."), orderable=False)
    family = tables.Column(verbose_name=_("Family"), empty_values=(), orderable=False)
    risk = tables.Column(verbose_name=_("Risk"), orderable=False)
    stage = tables.Column(verbose_name=_("Stage"), orderable=False)
    action = tables.Column(verbose_name=_("Next action"), empty_values=(), orderable=False)
    next_due = tables.Column(verbose_name=_("Due"), empty_values=(), orderable=True)
    lead = tables.Column(verbose_name=_("Responsible"), empty_values=(), orderable=False)

    class Meta(Table.Meta):
        empty_text = ""

    # By case, set by the view once the rows of the page are known.
    lines: dict[int, Line]
    families: dict[int, str]

    def render_number(self, record: Case) -> SafeString:
        return format_html(
            '<a class="numbers" href="{}">{}</a>', reverse("case", args=(record.pk,)), record.number
        )

    def render_family(self, record: Case) -> SafeString:
        place = record.district.name if record.district else ""
        name = self.families.get(record.pk) or _("not known yet")
        return format_html('<div><b class="fw-semibold">{}</b><div class="sub">{}</div></div>', name, place)

    def render_risk(self, record: Case) -> SafeString:
        return badge(risk_badge(record))

    def render_action(self, record: Any) -> SafeString | str:
        line = self.lines.get(record.pk)
        if line is None:
            return "—"
        return format_html('<a href="{}">{}</a>', line.url, line.action) if line.url else line.action

    def render_next_due(self, record: Any) -> SafeString | str:
        line = self.lines.get(record.pk)
        if line is None or line.due.due_on is None:
            return "—"
        url = reverse("deadline-explain", args=(line.due.deadline.pk,))
        return format_html(
            '{} <a class="due-day numbers" href="{}">{}</a>', badge(line.due.badge), url, day(line.due.due_on)
        )

    def render_lead(self, record: Case) -> str:
        return record.lead.user.short_name if record.lead else "—"


class IntakeTable(Table):
    """What came in: number, whom it concerns, IIN, channel, when, what waits."""

    number = tables.Column(verbose_name=_("Intake No."), empty_values=(), orderable=False)
    name = tables.Column(verbose_name=_("Whom it concerns"), empty_values=(), orderable=False)
    iin = tables.Column(verbose_name=_("IIN"), empty_values=(), orderable=False)
    channel = tables.Column(verbose_name=_("Channel"), orderable=False)
    received_at = tables.Column(verbose_name=_("Received"), orderable=True)
    registered_at = tables.Column(verbose_name=_("Registered"), empty_values=(), orderable=True)
    due = tables.Column(verbose_name=_("Due"), empty_values=(), orderable=False)

    class Meta(Table.Meta):
        empty_text = ""

    # By intake, set by the view once the rows of the page are known; a hidden one has none.
    rows_shown: dict[int, Row]

    def order_received_at(self, queryset: QuerySet[Intake], is_descending: bool) -> tuple[QuerySet, bool]:
        return by_moment(queryset, "received_at", latest_first=is_descending), True

    def order_registered_at(self, queryset: QuerySet[Intake], is_descending: bool) -> tuple[QuerySet, bool]:
        return by_moment(queryset, "registered_at", latest_first=is_descending), True

    def render_number(self, record: Intake) -> SafeString:
        row = self.rows_shown.get(record.pk)
        if row is None:
            return format_html('<span class="numbers">{}</span>', record.number)
        text = record.number or record.reference or _("not registered")
        return format_html('<a class="numbers" href="{}">{}</a>{}', row.url, text, self._signs(record, row))

    def _signs(self, record: Intake, row: Row) -> SafeString:
        signs: list[SafeString] = []
        if record.threat:
            signs.append(tag(_("threat to life or health"), "red", "alert-triangle"))
        if record.violence and row.reads:
            signs.append(tag(_("signs of violence"), "red"))
        if record.minor_at_risk and row.reads:
            signs.append(tag(_("minor at risk"), "orange"))
        if row.offered:
            signs.append(tag(_("transfer proposed"), "blue"))
        return format_html_join("", " {}", ((sign,) for sign in signs))

    def render_name(self, record: Intake) -> SafeString:
        row = self.rows_shown.get(record.pk)
        if row is None:
            return format_html(
                '<div>{} <span class="text-secondary">{}</span><div class="sub">{}</div></div>',
                tag(pgettext("intake", "hidden"), "grey", "lock"),
                record.get_state_display(),
                _("The rest is for the team of its case."),
            )
        return format_html(
            '<div><b class="fw-semibold">{}</b><div class="sub">{}</div></div>',
            row.name or _("not known yet"),
            row.place,
        )

    def render_iin(self, record: Intake) -> SafeString | str:
        row = self.rows_shown.get(record.pk)
        return badge(row.iin) if row else NOTHING

    def render_channel(self, record: Intake) -> SafeString | str:
        if record.pk not in self.rows_shown:
            return NOTHING
        return format_html(
            '<div>{}<div class="sub">{}</div></div>', record.get_channel_display(), record.get_form_display()
        )

    def render_received_at(self, record: Intake) -> SafeString | str:
        return self._moment(record, record.received_at)

    def render_registered_at(self, record: Intake) -> SafeString | str:
        return self._moment(record, record.registered_at)

    def _moment(self, record: Intake, value: datetime | None) -> SafeString | str:
        if value is None or record.pk not in self.rows_shown:
            return NOTHING
        return format_html('<span class="numbers">{}</span>', moment(value))

    def render_due(self, record: Intake) -> SafeString | str:
        row = self.rows_shown.get(record.pk)
        return format_html('<a href="{}">{}</a>', row.due_url, badge(row.due)) if row and row.due else NOTHING
