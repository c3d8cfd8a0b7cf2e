"""Who finds the reference data where: the ministry and the operator in the bar, a Center in the person's menu."""

from django.utils.translation import gettext_lazy as _

from family_support.accounts.roles import CENTER_ROLES
from family_support.base.database_errors import register_constraint
from family_support.reference.permissions import READERS
from family_support.ui import navigation
from family_support.ui.navigation import MenuItem, NavItem

CONSTRAINTS = (
    "term_one_in_force",
    "ground_one_in_force",
    "measure_template_one_in_force",
    "sector_field_one_in_force",
    "state_service_one_in_force",
    "staffing_norm_one_in_force",
    "service_norm_one_in_force",
    "retention_one_in_force",
)


def register() -> None:
    """Called when the applications are ready."""
    in_bar = READERS - CENTER_ROLES
    title = _("Reference data of the law")
    sections = ("reference-", "calendar")
    navigation.register(NavItem(title, "reference", "book", in_bar, order=95, sections=sections))
    navigation.register_menu(MenuItem(title, "reference", "book", CENTER_ROLES, order=65))
    for name in CONSTRAINTS:
        register_constraint(
            name,
            _(
                "Two rows of one code may not be in force on the same day: somebody has just changed this one."
            ),
            code="periods_overlap",
        )
