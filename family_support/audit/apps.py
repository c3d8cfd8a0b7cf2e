"""Change history by database triggers, sealed into a hash chain."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from family_support.audit.grants import grant_reading
from family_support.base.partitions import register_partitioned
from family_support.base.rights import register_grants


class AuditConfig(AppConfig):
    """Registers the history's table for the monthly partitions, and the reading right."""

    name = "family_support.audit"
    label = "audit"
    verbose_name = _("Change history")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let ``prepare_database`` make the months of the history ahead and grant its reading."""
        register_partitioned("audit", "change")
        register_grants(grant_reading)
