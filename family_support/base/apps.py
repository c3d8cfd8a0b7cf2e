"""The ground of everything: errors, actor, clock, validators, encrypted fields, states."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from family_support.base import checks, logs


class BaseConfig(AppConfig):
    """Registers the checks of the keys that the encrypted fields need."""

    name = "family_support.base"
    label = "base"
    verbose_name = _("Base")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let ``manage.py check`` and every start look at the keys; keep people out of the log."""
        logs.configure()
        register(checks.check_keys, Tags.security)
        register(checks.compare_keys, Tags.database)
        register(checks.check_register, Tags.models)
