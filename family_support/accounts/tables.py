"""Lists of accounts and of the directory."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.models import MachineClient, User
from family_support.base import clock
from family_support.directory.models import Agency, Center
from family_support.ui.tables import Table
from family_support.ui.templatetags.ui import moment, tag
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.queries import Calendars, load_edition


def _state(works: bool) -> SafeString:
    if works:
        return tag(pgettext_lazy("organization", "works"), "green")
    return tag(pgettext_lazy("organization", "closed"), "grey")


def hours_text(calendar: WorkCalendar, day: date) -> str:
    """From opening to closing on a day, local time."""
    opens, closes = calendar.hours_of(day)
    return f"{opens:%H:%M}–{closes:%H:%M}"


class UserTable(Table):
    """Accounts with their roles in force."""

    full_name = tables.LinkColumn(
        "user-page", args=[tables.A("pk")], verbose_name=pgettext_lazy("person", "Name")
    )
    email = tables.Column(verbose_name=_("E-mail"))
    roles = tables.Column(verbose_name=_("Roles"), empty_values=())
    is_active = tables.Column(verbose_name=_("Account"))

    class Meta(Table.Meta):
        caption = _("Users")

    def render_roles(self, record: User) -> SafeString:
        """Each role with its organization on a line."""
        rows: list[Any] = getattr(record, "in_force", [])
        if not rows:
            return tag(_("no role in force"), "orange")
        lines = [
            (row.get_role_display(), f" · {row.organization}" if row.organization else "") for row in rows
        ]
        return format_html_join("", "<div>{}{}</div>", lines)

    def render_is_active(self, value: bool) -> SafeString:
        """Open or closed."""
        if value:
            return tag(pgettext_lazy("account", "open"), "green")
        return tag(pgettext_lazy("account", "closed"), "grey")


class CenterTable(Table):
    """Centers."""

    code = tables.Column(verbose_name=_("Code"))
    name = tables.LinkColumn("center-page", args=[tables.A("pk")], verbose_name=_("Center"))
    district = tables.Column(verbose_name=_("District"))
    region = tables.Column(accessor="district__region", verbose_name=_("Region"))
    hours = tables.Column(verbose_name=_("Hours"), empty_values=())
    is_active = tables.Column(verbose_name=_("State"), attrs={"td": {"class": "text-nowrap"}})
    # The version in force, read once a list.
    _calendars: Calendars | None = None

    class Meta(Table.Meta):
        caption = _("Centers")

    def render_hours(self, record: Center) -> str:
        """From opening to closing today, local time."""
        if self._calendars is None:
            self._calendars = Calendars(load_edition())
        return hours_text(self._calendars.of(record), clock.today())

    def render_is_active(self, value: bool) -> SafeString:
        """Works or closed."""
        return _state(value)


class AgencyTable(Table):
    """Bodies."""

    name = tables.LinkColumn("agency-page", args=[tables.A("pk")], verbose_name=_("Body"))
    sectors = tables.Column(verbose_name=_("Sectors"))
    district = tables.Column(verbose_name=_("District"))
    region = tables.Column(accessor="district__region", verbose_name=_("Region"))
    is_active = tables.Column(verbose_name=_("State"), attrs={"td": {"class": "text-nowrap"}})

    class Meta(Table.Meta):
        caption = _("Bodies and organizations")

    def render_sectors(self, record: Agency) -> SafeString:
        """Names of the sectors."""
        return format_html("{}", ", ".join(sector.name for sector in record.sectors.all()))

    def render_is_active(self, value: bool) -> SafeString:
        """Works or closed."""
        return _state(value)


class MachineTable(Table):
    """Programs that call the API."""

    name = tables.LinkColumn("machine-page", args=[tables.A("pk")], verbose_name=_("External system"))
    door = tables.Column(verbose_name=_("Channel"))
    secret_at = tables.Column(verbose_name=_("Secret given out"))
    disabled_at = tables.Column(verbose_name=_("Access"), empty_values=())

    class Meta(Table.Meta):
        caption = _("External systems")

    def render_door(self, record: MachineClient) -> str:
        """What it may send."""
        return record.get_door_display()

    def render_secret_at(self, record: MachineClient) -> str:
        """Since when its secret is out."""
        return moment(record.secret_at)

    def render_disabled_at(self, record: MachineClient) -> SafeString:
        """Open or closed."""
        if record.works:
            return tag(pgettext_lazy("access", "open"), "green")
        return tag(pgettext_lazy("access", "closed"), "grey")
