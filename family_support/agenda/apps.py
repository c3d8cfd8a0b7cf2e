"""Due dates by day: a month for people, and a calendar for their phones."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgendaConfig(AppConfig):
    """The month of due dates and the personal calendar feed."""

    name = "family_support.agenda"
    label = "agenda"
    verbose_name = _("Calendar of due dates")

    def ready(self) -> None:
        from family_support.accounts.roles import Role
        from family_support.agenda import handlers  # noqa: F401  they listen from here on
        from family_support.agenda.actions import end_links
        from family_support.agenda.scope import READERS
        from family_support.base.database_errors import register_constraint
        from family_support.base.rotation import register_forgotten
        from family_support.ui import navigation
        from family_support.ui.navigation import MenuItem, NavItem

        register_constraint("feed_one_in_force", _("A link has just been made: open the page again."))
        register_forgotten("agenda.CalendarFeed.token_index", end_links)
        bodies = {Role.AGENCY_OFFICER, Role.BODY_ADMIN, Role.COORDINATOR}
        navigation.register(NavItem(_("Due dates"), "agenda", "calendar", bodies, 30, ("agenda",)))
        navigation.register_menu(
            MenuItem(_("Calendar on the phone"), "calendar-feed", "device-mobile", READERS, order=65)
        )
