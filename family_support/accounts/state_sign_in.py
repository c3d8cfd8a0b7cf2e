"""Sign-in by the state's OpenID Connect provider, if the operator configured one (ADR 26).

The provider says who somebody is, by IIN; what they may do is said here. An account is found, never made, and nothing
of what the provider tells is kept: no link, no token, no claim. Its word counts as the second factor only where `acr`
or `amr` says so by the operator's list; else the own second factor is asked for as after a password.
"""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from family_support.accounts import session
from family_support.accounts.adapters import remember_preferences
from family_support.accounts.models import User
from family_support.accounts.roles import Role

logger = logging.getLogger(__name__)

PROVIDER = "state"


def _claims(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Both sources as one; None where they speak of different people (OpenID Connect Core 5.3.2)."""
    token, info = told.get("id_token") or {}, told.get("userinfo") or {}
    if not token or (info and info.get("sub") != token.get("sub")):
        return None
    return {**info, **token}


def person_of(claims: Mapping[str, Any]) -> User | None:
    """The one open account of a person with the IIN that the provider vouches for; none for a program's."""
    iin = str(claims.get(settings.OIDC_IIN_CLAIM) or "")
    if len(iin) != 12 or not (iin.isascii() and iin.isdigit()):
        return None
    people = User.objects.filter(iin_index=User.index_of(iin), is_active=True)
    found = list(people.exclude(memberships__role=Role.MACHINE)[:2])
    return found[0] if len(found) == 1 else None


def second_factor_in(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it saw a second factor, in the operator's words."""
    methods = claims.get("amr")
    seen = set(methods) if isinstance(methods, list) else set()
    return claims.get("acr") in settings.OIDC_MFA_ACR or bool(seen & set(settings.OIDC_MFA_AMR))


def refused(request: HttpRequest, why: str) -> HttpResponse:
    """Back to the sign-in page: the same words whatever did not fit; the log has the kind, not the person."""
    logger.warning("state_sign_in_refused", extra={"why": why})
    messages.error(
        request,
        _(
            "The state's sign-in did not lead to an account here. Sign in with e-mail and password, or ask your "
            "administrator."
        ),
    )
    return redirect("account_login")


class StateAdapter(DefaultSocialAccountAdapter):
    """allauth's OpenID Connect client for one provider of the settings; accounts are neither made nor linked."""

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The configured provider, or none: nothing of it stands in the database."""
        if not settings.OIDC_ISSUER or provider not in (None, PROVIDER, "openid_connect"):
            return []
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
        )
        app.settings = {
            "server_url": settings.OIDC_ISSUER,
            "oauth_pkce_enabled": True,
            "scope": settings.OIDC_SCOPES,
        }
        return [app]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The whole sign-in: allauth's own ways, which link or make accounts, are never reached."""
        claims = _claims(sociallogin.account.extra_data)
        person = person_of(claims) if claims is not None else None
        if claims is None or person is None:
            raise ImmediateHttpResponse(refused(request, "claims" if claims is None else "person"))
        raise ImmediateHttpResponse(enter(request, person, second_factor=second_factor_in(claims)))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Cancelled there, a forged answer, a server that is away: back to the sign-in page."""
        raise ImmediateHttpResponse(refused(request, type(exception).__name__ if exception else str(error)))


def enter(request: HttpRequest, person: User, *, second_factor: bool) -> HttpResponse:
    """A session of the person; without a second factor the middleware asks for it next."""
    if request.user.is_authenticated:
        logout(request)
    get_account_adapter().login(request, person)
    record_authentication(request, person, "socialaccount", provider=PROVIDER)
    if second_factor:
        session.record_second_factor(request, person, PROVIDER)
    response = redirect("home")
    remember_preferences(response, person)
    return response
