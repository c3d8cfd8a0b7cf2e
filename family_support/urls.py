"""Every address of the product. Names are flat, like `plan-approve`; the matrix of tests/access walks them all."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import include, path, re_path

from family_support.accounts.views import own, second_factor, state
from family_support.health import health

handler400 = "family_support.ui.views.bad_request"
handler403 = "family_support.ui.views.permission_denied"
handler404 = "family_support.ui.views.not_found"
handler500 = "family_support.ui.views.server_error"

# The pages of allauth that we need, and no sign-up, no change of e-mail.
sign_in_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # Who signed in with the state's account only has none to change yet.
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("<slug:provider_id>/login/", state.state_login, name="openid_connect_login"),
    path("<slug:provider_id>/login/callback/", state.state_callback, name="openid_connect_callback"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", second_factor.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path(
        "2fa/recovery-codes/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", second_factor.remove_webauthn, name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]

urlpatterns = [
    path("", own.home, name="home"),
    path("health/", health, name="health"),
    path("i18n/setlang/", own.set_language, name="set_language"),
    path("theme/", own.set_theme, name="ui-theme"),
    path("alive/", own.alive, name="ui-alive"),
    path("accounts/", include(sign_in_patterns)),
    path("", include("family_support.accounts.urls")),
    path("", include("family_support.deadlines.urls")),
    path("", include("family_support.reference.urls")),
    path("", include("family_support.documents.urls")),
    path("", include("family_support.notifications.urls")),
    path("", include("family_support.operations.urls")),
    path("", include("family_support.agenda.urls")),
    path("", include("family_support.oversight.urls")),
    path("", include("cases.urls")),
    path("", include("assessments.urls")),
    path("", include("ipr.urls")),
    path("", include("interagency.urls")),
    path("", include("shelter.urls")),
    path("", include("mobile_groups.urls")),
    path("", include("staffing.urls")),
    path("", include("monitoring.urls")),
    path("", include("family_support.protection.urls")),
]
