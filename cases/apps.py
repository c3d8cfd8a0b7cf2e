from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Intakes, people, consents, consultations, and the case they belong to."""

    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import handlers, registration  # noqa: F401

        registration.register()
