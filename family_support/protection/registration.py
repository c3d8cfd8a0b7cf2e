"""What this app tells the apps below it: sentences, the act on a person's card, constraints, the menu."""

from django.utils.translation import gettext_lazy as _

from cases.page import MemberAct, register_member_act
from cases.timeline import register_kind
from family_support.access import subjects
from family_support.accounts.roles import Role
from family_support.base.database_errors import register_constraint
from family_support.protection.catalog import register_lists
from family_support.ui import navigation
from family_support.ui.navigation import MenuItem


def register() -> None:
    register_kind("data.given", _("The person was given their data"), icon="file-text")
    register_kind("hold.placed", _("The case is kept from erasure"), icon="shield-lock", tone="orange")
    register_kind("hold.lifted", _("The case is no longer kept from erasure"), icon="shield-check")
    register_kind(
        "case.erased", _("Personal data were erased after the legal term"), icon="trash", tone="grey"
    )
    subjects.register("protection.datarequest", _("Request for one's own data"), url_name="data-request")
    register_member_act(MemberAct(_("Data for the person"), "data-request-new", "file-text"))
    register_lists()
    register_constraint("hold_one_a_case", _("This case is kept already."))
    navigation.register_menu(
        MenuItem(_("Terms of keeping"), "disposals", "archive", frozenset({Role.DIRECTOR}), 60)
    )
