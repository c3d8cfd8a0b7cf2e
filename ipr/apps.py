from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IprConfig(AppConfig):
    """The individual work plan: versions, measures, signatures, approval, completion."""

    name = "ipr"
    verbose_name = _("Individual work plans")

    def ready(self) -> None:
        from ipr import catalog, handlers, registration  # noqa: F401

        registration.register()
        catalog.register_lists()
