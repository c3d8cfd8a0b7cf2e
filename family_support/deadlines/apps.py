from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from family_support.base.database_errors import register_constraint


class DeadlinesConfig(AppConfig):
    """Terms as data, deadlines with stored moments, the sweep."""

    name = "family_support.deadlines"
    label = "deadlines"
    verbose_name = _("Deadlines")

    def ready(self) -> None:
        from family_support.access.subjects import register, register_names
        from family_support.deadlines.catalog import register_lists
        from family_support.deadlines.held_views import READERS
        from family_support.deadlines.queries import term_names
        from family_support.ui.navigation import MenuItem, register_menu

        register_menu(MenuItem(_("With whom the work lay"), "held-days", "hourglass", READERS, order=40))
        register_constraint("deadline_open_once", _("This term is already running."), code="term_runs")
        register_lists()
        register_names("term", term_names)
        register("deadlines.deadline", _("Deadline"), url_name="deadline-explain")
