"""Temporary stays of up to one month: places, check-in, minors' notices, exit plan (R256 23(5), 26)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShelterConfig(AppConfig):
    name = "shelter"
    verbose_name = _("Shelter")

    def ready(self) -> None:
        """Register what the case page, the closing, the terms and the notices ask of this app."""
        from shelter import handlers, registration  # noqa: F401 - handlers register themselves

        registration.register()
