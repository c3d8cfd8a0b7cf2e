"""Events written in the transaction of the change and delivered after it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Events and their deliveries."""

    name = "family_support.outbox"
    label = "outbox"
    verbose_name = _("Events")
    default_auto_field = "django.db.models.BigAutoField"
