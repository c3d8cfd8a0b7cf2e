"""The list of cases: rows arrive with everything they show."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.frame import risk_badge
from cases.models import Case
from cases.queries import Line
from family_support.ui.tables import Table
from family_support.ui.templatetags.ui import badge, day


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
        return format_html('<b class="fw-semibold">{}</b> <span class="sub">{}</span>', name, place)

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
