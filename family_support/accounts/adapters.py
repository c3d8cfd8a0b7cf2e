"""allauth as we need it: closed sign-up, neutral words, one lockout, sealed secrets, no last second factor removed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from family_support.accounts import session
from family_support.accounts.models import User
from family_support.accounts.roles import Role
from family_support.base import clock, crypto
from family_support.ui import theme

SECRET_BINDING = "mfa_authenticator.data"  # noqa: S105 - what ciphertexts are bound to
FEW_CODES = 3
REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def lockout_key(email: str) -> str:
    """One counter of failures an account, whichever factor failed; the same for accounts that do not exist."""
    return f"account:{email.strip().lower()}"


def remember_preferences(response: HttpResponse, user: User) -> None:
    """The person's language and theme, as cookies of this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        user.language,
        secure=bool(settings.LANGUAGE_COOKIE_SECURE),
        samesite="Lax",
    )
    theme.remember(response, user.theme)


def warn_of_codes(request: HttpRequest, user: User) -> None:
    """Who came in with a recovery code hears how many are left: without any, a lost phone locks the account."""
    if not session.used_recovery_code(request, user):
        return
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    left = len(kept.wrap().get_unused_codes()) if kept else 0
    text = ngettext(
        "You signed in with a recovery code: %(count)d is left.",
        "You signed in with a recovery code: %(count)d are left.",
        left,
    )
    if left <= FEW_CODES:
        text += " " + gettext("Make new codes in your settings, under “Second factor”.")
    messages.warning(request, text % {"count": left})


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; the sign-in page tells nobody which exist."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("The e-mail or the password is wrong."),
        "email_password_mismatch": _("The e-mail or the password is wrong."),
        "too_many_login_attempts": _("Too many wrong attempts. Try again in five minutes."),
        "rate_limited": _("Too many wrong attempts. Try again in five minutes."),
        "incorrect_password": _("The password is wrong."),
        "incorrect_code": _("The code is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def clean_email(self, email: str) -> str:
        """E-mails are kept in lower case."""
        return super().clean_email(email).lower()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return lockout_key(str(credentials.get("email") or credentials.get("username") or ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A failure is counted by the lockout; nothing else is told."""

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in and note the moment."""
        super().login(request, user)
        session.begin(request, user, clock.now())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After sign-in: the person's language and theme; the password is fresh for the set-up."""
        response = super().post_login(request, user, **kwargs)
        session.record_fresh_password(request, user)
        remember_preferences(response, user)
        warn_of_codes(request, user)
        return response

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """A closed account and a program's hear what a wrong password hears."""
        user = super().authenticate(request, **credentials)
        if user is None or not user.is_active or user.memberships.filter(role=Role.MACHINE).exists():
            return None
        return user

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Closed between password and code: back to the beginning."""
        return redirect("account_login")


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: secrets sealed with the field keys; the last one stays."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong."),
        "cannot_delete_authenticator": _("This is your only second factor: add another one first."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret (TOTP key, seed of recovery codes)."""
        return crypto.encrypt(text, SECRET_BINDING)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret. Raises DecryptionError with a wrong key."""
        return crypto.decrypt(encrypted_text, SECRET_BINDING)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """A second factor is obligatory: recovery codes alone are none."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=REAL_FACTORS)
        return others.exclude(pk=authenticator.pk).exists()
