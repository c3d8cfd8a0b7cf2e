"""Links of accounts and the directory in the top bar, and the switcher of memberships."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from family_support.accounts.actors import Standing
from family_support.accounts.roles import EVERYBODY, MINISTRY_ROLES, UNIT_HEADS, Role
from family_support.ui import navigation
from family_support.ui.navigation import MembershipOption, MenuItem, NavItem

FIRST_IN_BAR = MINISTRY_ROLES | {Role.SYSTEM_ADMIN}


def options(request: HttpRequest) -> list[MembershipOption]:
    """The memberships in force that the middleware found."""
    held: list[Standing] = getattr(request, "memberships", [])
    actor = getattr(request, "actor", None)
    current = actor.membership_id if actor else None
    return [
        MembershipOption(each.membership_id, each.role_name, each.organization, each.membership_id == current)
        for each in held
    ]


def register() -> None:
    """Called when the applications are ready."""
    admins = (Role.SYSTEM_ADMIN, Role.BODY_ADMIN)
    navigation.register(
        NavItem(_("Users"), "user-list", "users", admins, order=80, sections=("user-", "membership-"))
    )
    navigation.register(
        NavItem(
            _("External systems"),
            "machine-list",
            "plug",
            (Role.SYSTEM_ADMIN,),
            order=85,
            sections=("machine-",),
        )
    )
    navigation.register(
        NavItem(
            _("Approval of access"),
            "role-approvals",
            "shield-check",
            (Role.SECURITY_OFFICER,),
            order=82,
            sections=("role-", "factor-"),
        )
    )
    sections = ("directory", "region-", "center-", "agency-")
    navigation.register(
        NavItem(_("Directory"), "directory", "building", FIRST_IN_BAR, order=90, sections=sections)
    )
    navigation.register_menu(
        MenuItem(_("Directory"), "directory", "building", EVERYBODY - FIRST_IN_BAR, order=60)
    )
    navigation.register_menu(
        MenuItem(_("Acting director"), "acting-director", "user-check", {Role.DIRECTOR}, order=50)
    )
    keepers = UNIT_HEADS | {Role.DIRECTOR, Role.BODY_ADMIN}
    navigation.register_menu(MenuItem(_("Absences"), "absence-list", "switch-horizontal", keepers, order=52))
    navigation.register_menu(MenuItem(_("Own settings"), "own-settings", "settings", order=70))
    navigation.register_menu(MenuItem(_("Own sessions"), "own-sessions", "device-mobile", order=72))
    navigation.register_memberships("membership-switch", options)
