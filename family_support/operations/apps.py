from collections.abc import Collection, Mapping

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """The operator's side: who is alive, what was given up, what stopped and when."""

    name = "family_support.operations"
    label = "operations"
    verbose_name = _("State of the product")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from family_support.access.subjects import register, register_names
        from family_support.accounts.roles import Role
        from family_support.operations import worker  # noqa: F401  its receivers listen from here on
        from family_support.operations.incidents import SUBJECT
        from family_support.operations.models import Part
        from family_support.ui import navigation
        from family_support.ui.navigation import NavItem

        def part_names(codes: Collection[str]) -> Mapping[str, str]:
            return {part.value: str(part.label) for part in Part if part.value in codes}

        register_names("part", part_names)
        register(SUBJECT, _("Incident"), lambda key: reverse("operations"))
        navigation.register(
            NavItem(
                _("State of the product"),
                "operations",
                "activity",
                (Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER),
                order=70,
                sections=("operations", "deliveries-", "incident-", "parked-mail"),
            )
        )
