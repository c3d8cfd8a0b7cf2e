"""How looking into cases is watched: break-glass and its review, alerts about unusual looking."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    """The security officer's side: who looked where nobody should look without a reason."""

    name = "family_support.oversight"
    label = "oversight"
    verbose_name = _("Oversight of looking")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from family_support.access import subjects
        from family_support.base.database_errors import register_constraint
        from family_support.oversight import handlers  # noqa: F401  its handlers listen from here on
        from family_support.oversight.permissions import REVIEWERS
        from family_support.ui import navigation
        from family_support.ui.navigation import NavItem

        subjects.register("oversight.glassreview", _("Emergency access"), url_name="glass-review")
        subjects.register(
            "oversight.unsignedchanges", _("Changes without an author"), url_name="unsigned-changes"
        )
        subjects.register(
            "oversight.roleapproval", _("Approval of access"), lambda key: reverse("role-approvals")
        )
        subjects.register(
            "oversight.factorreset", _("Approval of access"), lambda key: reverse("role-approvals")
        )
        subjects.register("oversight.account", _("Users"), url_name="user-page")
        # What was changed in accounts, and by whom: the security officer has no page of an account.
        subjects.register(
            "oversight.accounts",
            _("Users"),
            lambda key: f"{reverse('audit-search')}?table=accounts_user&operation=U",
        )
        subjects.register("oversight.ownsessions", _("Own sessions"), lambda key: reverse("own-sessions"))
        subjects.register("oversight.lookalert", _("Unusual looking"), url_name="look-alert")
        subjects.register(
            "oversight.emergency", _("Emergency access"), lambda key: reverse("emergency-access")
        )
        register_constraint("look_alert_once", _("This was noticed already."))
        register_constraint("unsigned_changes_once", _("This was noticed already."))
        register_constraint("glass_said_in_words", _("Say in words why the case has to be opened."))
        navigation.register(
            NavItem(
                _("Oversight"),
                "glass-reviews",
                "eye",
                REVIEWERS,
                order=10,
                sections=("glass-review", "look-alert", "unsigned-", "audit-search"),
            )
        )
