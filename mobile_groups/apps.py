"""Mobile groups: mandates, alarms, visits, response plans (R256 20–22)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MobileGroupsConfig(AppConfig):
    name = "mobile_groups"
    verbose_name = _("Mobile groups")

    def ready(self) -> None:
        """Register what the case page, threats and notices ask of this app."""
        from mobile_groups import handlers, registration  # noqa: F401 - handlers register themselves

        registration.register()
