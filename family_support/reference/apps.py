from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferenceConfig(AppConfig):
    """The law as dated rows: lists with their acts, and the one way to change them (ADR 17)."""

    name = "family_support.reference"
    label = "reference"
    verbose_name = _("Reference data of the law")

    def ready(self) -> None:
        from family_support.reference import directory, navigation

        navigation.register()
        directory.register_lists()
