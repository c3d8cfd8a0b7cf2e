from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProtectionConfig(AppConfig):
    """Above all other apps: whatever holds data of people is given, kept and erased here."""

    name = "family_support.protection"
    label = "protection"
    verbose_name = _("Data protection")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from family_support.protection import registration

        registration.register()
