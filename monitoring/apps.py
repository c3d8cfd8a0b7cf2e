from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        """Register the papers of a quarter and the links to its pages."""
        from family_support.accounts.roles import Role
        from family_support.deadlines import subjects
        from family_support.ui import navigation
        from family_support.ui.navigation import NavItem
        from monitoring import handlers, papers  # noqa: F401 - handlers register themselves
        from monitoring.actions import SENT_SUBJECT, SUBJECT
        from monitoring.models import READERS

        papers.register()
        subjects.register(SUBJECT, _("Quarterly report"), url_name="quarter")
        subjects.register(SENT_SUBJECT, _("Quarterly report"), url_name="ministry-report")
        center_readers = READERS - {Role.MINISTRY_ANALYST, Role.MINISTRY_EDITOR}
        navigation.register(
            NavItem(_("Reports"), "quarter-list", "file-spreadsheet", center_readers, 60, ("quarter",))
        )
        navigation.register(
            NavItem(
                _("Quarterly reports"),
                "ministry",
                "file-spreadsheet",
                {Role.MINISTRY_ANALYST},
                10,
                ("ministry",),
            )
        )
