"""To the state's OpenID Connect provider and back; without a configured one there are no such pages."""

from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from family_support.accounts.decorators import public
from family_support.accounts.state_sign_in import PROVIDER, refused
from family_support.base.errors import Missing


def _through(request: HttpRequest, provider_id: str, view: Callable[..., Any]) -> HttpResponse:
    if provider_id != PROVIDER or not settings.OIDC_ISSUER:
        raise Missing()
    try:
        answer: HttpResponse = view(request, provider_id=provider_id)
    except ImmediateHttpResponse as done:
        return done.response
    except (RequestException, KeyError, ValueError) as error:
        # The provider is away, or does not speak OpenID Connect.
        return refused(request, type(error).__name__)
    return answer


@public
@require_POST
def state_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider's page."""
    return _through(request, provider_id, openid.login)


@public
@require_safe
def state_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from it."""
    return _through(request, provider_id, openid.callback)
