"""Staffing: positions, norms of the annex, bands and gaps (R256 4 and annex)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = _("Staffing")

    def ready(self) -> None:
        """Register the links of the bar and what the database's refusals mean."""
        from cases.board import register_panel
        from family_support.accounts.roles import WORKERS, Role
        from family_support.ui import navigation
        from family_support.ui.navigation import NavItem
        from staffing import catalog, constraints
        from staffing.board import gap_panel
        from staffing.models import READERS

        constraints.register()
        register_panel(40, gap_panel)
        catalog.register_lists()
        center = NavItem(_("Staffing"), "staffing", "users-group", READERS, 70, ("staffing",))
        navigation.register(center)
        navigation.register(NavItem(_("My load"), "own-load", "adjustments", WORKERS, 70))
        navigation.register(
            NavItem(
                _("Staffing"),
                "country-staffing",
                "users-group",
                {Role.MINISTRY_ANALYST},
                20,
                ("country-staffing",),
            )
        )
