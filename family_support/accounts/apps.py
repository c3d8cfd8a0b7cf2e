"""Users, memberships, second factor, acting directors, and the pages of the directory."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from family_support.base.database_errors import register_constraint
from family_support.base.rotation import register_index, register_rotation


class AccountsConfig(AppConfig):
    """Fills the top bar and says what violated constraints mean."""

    name = "family_support.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Links, the switcher of memberships, constraints, and the note that a new second factor was just proved."""
        from allauth.account.signals import password_changed, password_reset, password_set
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_out

        from family_support.accounts import keys, navigation, session

        navigation.register()
        register_rotation("mfa_authenticator.data", keys.rotate_secrets)
        register_index("accounts.User", "iin_index", "iin", lambda user: user.iin)
        register_constraint(
            "membership_once_at_a_time", _("This person has this role in that period already.")
        )
        register_constraint(
            "acting_one_at_a_time", _("Somebody stands in for the director in that period already.")
        )
        register_constraint(
            "absence_once_at_a_time", _("An absence in these days is recorded already."), code="away_already"
        )
        register_constraint(
            "absence_not_of_a_substitute",
            _("Who stands in for a colleague in these days cannot be away in them."),
            code="stands_in",
        )
        register_constraint(
            "factor_reset_one_open", _("A reset of this person waits for a decision already.")
        )
        register_constraint(
            "factor_reset_by_three_people",
            _("Whoever asked for the reset or is reset cannot decide about it."),
        )
        register_constraint("machine_name_once", _("There is a program with this name."))
        register_constraint("user_email_once", _("There is an account with this e-mail."))
        authenticator_added.connect(session.note_second_factor, dispatch_uid="accounts.second_factor_added")
        user_logged_out.connect(session.note_left, dispatch_uid="accounts.left")
        for signal in (password_changed, password_reset, password_set):
            signal.connect(session.note_password, dispatch_uid="accounts.password")
        register_constraint(
            "membership_approved_by_a_third", _("Whoever gave the role or holds it cannot approve it.")
        )
